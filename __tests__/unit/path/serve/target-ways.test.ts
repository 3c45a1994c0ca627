import type { Way } from "../../../../path/serve/decisions";
import { membershipsOf } from "../../../../path/serve/members";
import { targetWays } from "../../../../path/serve/target-ways";
import type { Balancer } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";
import { type Blocks, networkAcl, type SiteOptions, site } from "../../../serve-cases/site";

/* Whether packets pass between the nodes of a load balancer, one in each of its subnets, and a target. */

const shown = (way: Way) => (way.kind === "open" ? "open" : `${way.kind} ${way.cause.hop}: ${way.cause.text}`);
/** Of the first target, in the zone a, from the nodes in the zones a and b. */
const ways = (options: SiteOptions = {}, group = "aws_lb_target_group.web") => {
  const topology = readTopology(site(options));
  const groups = topology.targetGroups.filter(({ address }) => address === group);
  const [member] = [...membershipsOf(topology, groups).values()].flat();
  if (member === undefined) throw new Error("there is no target");
  const { requests, healthChecks } = targetWays(topology, topology.balancers[0] as Balancer, member.target);
  return { requests: requests.map(shown), healthChecks: healthChecks.map(shown), isSame: requests === healthChecks };
};
const OPEN = ["open", "open"];
const both = (text: string | RegExp) => {
  const one = typeof text === "string" ? text : expect.stringMatching(text);
  return [one, one];
};

test("requests and health checks pass from each node", () => {
  expect(ways()).toEqual({ requests: OPEN, healthChecks: OPEN, isSame: true });
});

describe("security groups", () => {
  test("of the load balancer must allow outbound traffic", () => {
    expect(ways({ without: ["aws_vpc_security_group_egress_rule.to_web_80"] }).requests).toEqual(
      both(
        "closed target: aws_security_group.alb of aws_lb.web does not allow outbound traffic to aws_instance.web_a on port 80",
      ),
    );
  });

  test("of the target must allow inbound traffic", () => {
    const text =
      "closed target: aws_security_group.web of aws_instance.web_a does not allow inbound traffic from aws_lb.web on port 80";
    expect(ways({ without: ["aws_vpc_security_group_ingress_rule.web_80"] }).requests).toEqual(both(text));
    // A rule that almost allows it.
    const change = { "aws_vpc_security_group_ingress_rule.web_80": { from_port: 8080, to_port: 8080 } };
    expect(ways({ change }).requests).toEqual(both(/^closed target: .* of aws_instance.web_a does not allow inbound/));
  });

  test("may allow the subnet of one node only", () => {
    const change = {
      "aws_vpc_security_group_ingress_rule.web_80": {
        referenced_security_group_id: undefined,
        cidr_ipv4: "10.0.1.0/24",
      },
    };
    expect(ways({ change }).requests).toEqual([expect.stringMatching(/^closed target: /), "open"]);
  });

  test("decide health checks on a port of their own apart", () => {
    const web = { healthCheck: { port: "8080" } };
    expect(ways({ web })).toEqual({
      requests: OPEN,
      healthChecks: both(/^closed target: .* on port 8080$/),
      isSame: false,
    });
    expect(ways({ web: { ...web, healthPort: 8080 } })).toMatchObject({ requests: OPEN, healthChecks: OPEN });
    const without = ["aws_vpc_security_group_ingress_rule.web_80"];
    expect(ways({ web: { ...web, healthPort: 8080 }, without })).toMatchObject({
      requests: both(/^closed target: .* on port 80$/),
      healthChecks: OPEN,
    });
  });

  test("of a target without any are the VPC's default one", () => {
    expect(ways({ web: { instance: { vpc_security_group_ids: undefined } } }).requests).toEqual(
      both(
        "closed target: aws_instance.web_a has no security group of its own, and the default one allows only its members",
      ),
    );
  });

  test("with values that are not known are assumed to allow the traffic", () => {
    const out = { "aws_vpc_security_group_egress_rule.to_web_80": { from_port: "${var.port}" } };
    expect(ways({ change: out }).requests).toEqual(
      both(/^assumed target: aws_vpc_security_group_egress_rule.to_web_80/),
    );
    const into = { "aws_vpc_security_group_ingress_rule.web_80": { from_port: "${var.port}" } };
    expect(ways({ change: into }).requests).toEqual(
      both(/^assumed target: aws_vpc_security_group_ingress_rule.web_80/),
    );
    const groups = { "aws_lb.web": { security_groups: "${var.groups}" } };
    expect(ways({ change: groups }).requests).toEqual(both(/^assumed target: aws_lb.web: security_groups/));
  });

  test("do not concern a port that is not known, if they allow all", () => {
    const all = { ip_protocol: "-1", from_port: undefined, to_port: undefined };
    const change = {
      "aws_vpc_security_group_egress_rule.to_web_80": all,
      "aws_vpc_security_group_ingress_rule.web_80": all,
      "aws_lb_target_group_attachment.web_a": { port: "${var.port}" },
    };
    expect(ways({ change }).requests).toEqual(OPEN);
  });

  test("name a port that is not known as such", () => {
    const change = { "aws_lb_target_group_attachment.web_a": { port: "${var.port}" } };
    const without = ["aws_vpc_security_group_egress_rule.to_web_80"];
    expect(ways({ change, without }).requests).toEqual(both(/^closed target: .* on port that is not known$/));
  });
});

describe("an address as a target", () => {
  const ip = (id: string): SiteOptions => ({
    web: { count: 1, arguments: { target_type: "ip" } },
    change: {
      "aws_lb_target_group_attachment.web_a": { target_id: id },
      "aws_vpc_security_group_egress_rule.to_web_80": {
        referenced_security_group_id: undefined,
        cidr_ipv4: "10.0.10.0/24",
      },
    },
    without: ["aws_instance.web_a"],
  });

  test("is reached if the load balancer's groups allow its address", () => {
    expect(ways(ip("10.0.10.9")).requests).toEqual(OPEN);
    expect(ways(ip("10.0.11.9")).requests).toEqual(
      both(
        "closed target: aws_security_group.alb of aws_lb.web does not allow outbound traffic to 10.0.11.9 on port 80",
      ),
    );
  });
});

test.each(["lambda", "alb"])("a target of the type %s is not in a network", (type) => {
  const options = {
    web: { count: 1, arguments: { target_type: type } },
    without: ["aws_vpc_security_group_egress_rule.to_web_80"],
  };
  expect(ways(options)).toMatchObject({ requests: ["open"], healthChecks: ["open"] });
});

test("without a subnet that is in the file there is one way, which the groups decide", () => {
  const change = { "aws_lb.web": { subnets: ["subnet-1", "subnet-2"] } };
  expect(ways({ change }).requests).toEqual(["open"]);
  expect(ways({ change, without: ["aws_vpc_security_group_egress_rule.to_web_80"] }).requests).toEqual([
    expect.stringMatching(/^closed target: aws_security_group.alb/),
  ]);
});

describe("network ACLs", () => {
  const all = { number: 100, allow: true };
  const deny = { number: 90, allow: false };
  const acl = (tier: "public" | "private", rules: Parameters<typeof networkAcl>[1]) => ({
    with: [networkAcl(tier, rules)],
  });

  test("of the target's subnet decide requests and responses, node by node", () => {
    const ingress = [{ ...deny, cidr: "10.0.1.0/24" }, all];
    expect(ways(acl("private", { ingress, egress: [all] })).requests).toEqual([
      "open",
      "closed target: aws_network_acl.private denies requests and health checks from the load balancer (ingress)",
    ]);
    expect(ways(acl("private", { ingress: [all], egress: ingress })).requests).toEqual([
      "open",
      expect.stringMatching(
        /^closed target: aws_network_acl.private denies responses to the load balancer \(egress\)$/,
      ),
    ]);
  });

  test("of the load balancer's subnets decide requests and responses", () => {
    const egress = [{ ...deny, cidr: "10.0.10.0/24" }, all];
    expect(ways(acl("public", { ingress: [all], egress })).requests).toEqual(
      both(/^closed target: aws_network_acl.public denies .* \(egress\)$/),
    );
    expect(ways(acl("public", { ingress: egress, egress: [all] })).requests).toEqual(
      both("closed target: aws_network_acl.public denies responses from the targets (ingress)"),
    );
    const elsewhere = [{ ...deny, cidr: "10.0.11.0/24" }, all];
    expect(ways(acl("public", { ingress: elsewhere, egress: elsewhere })).requests).toEqual(OPEN);
  });

  test("decide by the port, health checks apart", () => {
    const ingress = [{ ...deny, ports: [8080, 8080] as const }, all];
    const web = { healthCheck: { port: "8080" }, healthPort: 8080 };
    expect(ways({ ...acl("private", { ingress, egress: [all] }), web })).toMatchObject({
      requests: OPEN,
      healthChecks: both(/^closed target: aws_network_acl.private/),
    });
  });

  test("do not concern packets within a subnet", () => {
    const change = { "aws_instance.web_a": { subnet_id: "${aws_subnet.public_a.id}" } };
    // Of the node in the same subnet; the other one is on the other side.
    const ingress = [{ ...deny, cidr: "10.0.0.0/23" }, all];
    expect(ways({ ...acl("public", { ingress, egress: [all] }), change }).requests).toEqual([
      "open",
      expect.stringMatching(/^closed target: aws_network_acl.public/),
    ]);
  });

  test("may deny a few ephemeral ports, but not many", () => {
    const few = (last: number) => acl("private", { ingress: [all], egress: [{ ...deny, ports: [3389, last] }, all] });
    expect(ways(few(3389)).requests).toEqual(OPEN);
    expect(ways(few(3389 + 64)).requests).toEqual(both(/^closed target: /));
  });

  test("with values that are not known are assumed to allow what these may allow", () => {
    const rules = acl("private", { ingress: [all], egress: [all] });
    for (const direction of ["in", "out"]) {
      const change = { [`aws_network_acl_rule.private_${direction}_100`]: { cidr_block: "${var.cidr}" } };
      expect(ways({ ...rules, change }).requests).toEqual(
        both(new RegExp(`^assumed target: aws_network_acl_rule.private_${direction}_100`)),
      );
    }
  });

  test("that deny all of the VPC deny a subnet whose addresses are not known, and may if they deny a part", () => {
    const change = { "aws_subnet.private_a": { cidr_block: "${var.cidr}" } };
    const denied = (cidr: string) => acl("public", { ingress: [all], egress: [{ ...deny, cidr }, all] });
    expect(ways({ ...denied("10.0.0.0/16"), change }).requests).toEqual(both(/^closed target: aws_network_acl.public/));
    expect(ways({ ...denied("10.0.10.0/24"), change }).requests).toEqual(both(/^assumed target: aws_subnet.private_a/));
  });

  test("that are not known are assumed to allow everything", () => {
    const acl: Blocks = {
      "aws_network_acl.some": { vpc_id: "${aws_vpc.main.id}", subnet_ids: "${var.subnets}" },
    };
    expect(ways({ with: [acl] }).requests).toEqual(both(/^assumed target: aws_network_acl.some: subnet_ids/));
  });
});
