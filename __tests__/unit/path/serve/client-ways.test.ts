import { assumed, clientAt, clientWays, closed, worstOf } from "../../../../path/serve/client-ways";
import type { Way } from "../../../../path/serve/decisions";
import type { Balancer, Topology } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";
import { Unknown } from "../../../../topology/value";
import { type Blocks, networkAcl, openToClients, type SiteOptions, site } from "../../../serve-cases/site";

/* Whether packets of a client reach the load balancer, and its responses the client. */

const CLIENT = "203.0.113.7";

const read = (options: SiteOptions) => {
  const topology = readTopology(site(options));
  return { topology, balancer: topology.balancers[0] as Balancer };
};
const shown = (way: Way) => (way.kind === "open" ? "open" : `${way.kind} ${way.cause.hop}: ${way.cause.text}`);
const waysIn = (topology: Topology, ip = CLIENT, port = 443) => {
  const balancer = topology.balancers[0] as Balancer;
  return clientWays(topology, balancer, port, clientAt(ip, topology, balancer)).map(shown);
};
const ways = (options: SiteOptions = {}, ip?: string, port?: number) => waysIn(read(options).topology, ip, port);
const OPEN = ["open", "open"];
const INSIDE = "10.0.10.7";

describe("where a client is", () => {
  test.each<[string, string, string]>([
    ["an address of the VPC", INSIDE, "vpc"],
    ["another private address, such as one behind a VPN", "192.168.7.1", "vpc"],
    ["a public address", "8.8.8.8", "internet"],
    ["an address for documentation", "192.0.2.1", "internet"],
    ["another one", "198.51.100.255", "internet"],
    ["the last one", "203.0.113.0", "internet"],
    ["an IPv6 address", "2001:db8::1", "internet"],
  ])("%s", (_, ip, from) => {
    const { topology, balancer } = read({});
    expect(clientAt(ip, topology, balancer)).toEqual({ ip, from });
  });

  test("a public address that the VPC uses is in the VPC", () => {
    const { topology, balancer } = read({ change: { "aws_vpc.main": { cidr_block: "52.10.0.0/16" } } });
    expect(clientAt("52.10.255.255", topology, balancer).from).toBe("vpc");
    expect(clientAt("52.11.0.0", topology, balancer).from).toBe("internet");
  });

  test("a public address of a further range of the VPC is in the VPC", () => {
    const range = { vpc_id: "${aws_vpc.main.id}", cidr_block: "52.10.0.0/16" };
    const { topology, balancer } = read({ with: [{ "aws_vpc_ipv4_cidr_block_association.more": range }] });
    expect(clientAt("52.10.0.1", topology, balancer).from).toBe("vpc");
    expect(clientAt(INSIDE, topology, balancer).from).toBe("vpc");
  });

  test.each(["192.0.2", "198.51.100", "203.0.113"])("%s.1 is on the internet even if the VPC uses it", (net) => {
    const { topology, balancer } = read({ change: { "aws_vpc.main": { cidr_block: `${net}.0/24` } } });
    expect(clientAt(`${net}.1`, topology, balancer).from).toBe("internet");
  });
});

test("each subnet of the load balancer has a node with a way of its own", () => {
  expect(ways()).toEqual(OPEN);
  expect(ways({ without: ["aws_route_table_association.public_b"] })).toEqual([
    "open",
    expect.stringMatching(/^closed listener: .* leads aws_subnet.public_b to no internet gateway of its VPC$/),
  ]);
});

test("the worst of several ways is the first that is closed, else the first that is assumed", () => {
  const [shut, vague] = [closed("dns", "a", "x"), assumed("dns", new Unknown("b", "c", "d"))];
  expect(worstOf([{ kind: "open" }, vague, shut])).toBe(shut);
  expect(worstOf([{ kind: "open" }, vague])).toBe(vague);
  expect(worstOf([{ kind: "open" }])).toEqual({ kind: "open" });
  expect(worstOf([])).toEqual({ kind: "open" });
  expect(shown(vague)).toBe("assumed dns: b: c is not known: d");
});

describe("security groups", () => {
  test("without a rule for the port or the address drop the packets at every node", () => {
    const text = (port: number) =>
      `closed listener: aws_security_group.alb of aws_lb.web does not allow inbound traffic on port ${port} from ${CLIENT}`;
    expect(ways({}, CLIENT, 444)).toEqual([text(444)]);
    expect(ways({ with: [openToClients(443, "203.0.113.8/32")] })).toEqual([text(443)]);
    expect(ways({ with: [openToClients(443, "203.0.113.7/32")] })).toEqual(OPEN);
  });

  test("are all named, and it is enough that one allows it", () => {
    const other: Blocks = { "aws_security_group.other": { name: "other", vpc_id: "${aws_vpc.main.id}" } };
    const both = {
      "aws_lb.web": { security_groups: ["${aws_security_group.other.id}", "${aws_security_group.alb.id}"] },
    };
    expect(ways({ with: [other], change: both })).toEqual(OPEN);
    expect(ways({ with: [other], change: both }, CLIENT, 444)[0]).toMatch(
      /: aws_security_group.other and aws_security_group.alb of aws_lb.web does not allow/,
    );
  });

  test("that are not known are assumed to allow it", () => {
    const [first, ...more] = ways({ change: { "aws_lb.web": { security_groups: "${var.groups}" } } });
    expect(first).toMatch(/^assumed listener: aws_lb.web: security_groups is not known/);
    expect(more).toHaveLength(1);
  });

  test("with a rule that is not known are assumed to allow it", () => {
    const change = { "aws_vpc_security_group_ingress_rule.clients_443": { cidr_ipv4: "${var.cidr}" } };
    expect(ways({ change })[0]).toMatch(
      /^assumed listener: aws_vpc_security_group_ingress_rule.clients_443: cidr_ipv4/,
    );
  });

  test("that are in no file are assumed to allow it", () => {
    const change = { "aws_lb.web": { security_groups: ["sg-0123456789abcdef0"] } };
    expect(ways({ change })[0]).toMatch(/^assumed listener: aws_lb.web: security_groups is not known: .*sg-0123/);
  });

  test("are the VPC's default one if none is set, which allows its members only", () => {
    const text =
      "closed listener: aws_lb.web has no security group of its own, and the default one does not allow inbound " +
      `traffic on port 443 from ${CLIENT}`;
    const change = { "aws_lb.web": { security_groups: undefined } };
    expect(ways({ change })).toEqual([text]);
    const adopted: Blocks = {
      "aws_default_security_group.main": {
        vpc_id: "${aws_vpc.main.id}",
        ingress: [{ protocol: "tcp", from_port: 443, to_port: 443, cidr_blocks: ["0.0.0.0/0"] }],
      },
    };
    expect(ways({ change, with: [adopted] })).toEqual(OPEN);
    // Of a VPC that is in no file.
    const subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
    expect(ways({ change: { "aws_lb.web": { security_groups: undefined, subnets } } })).toEqual([text]);
  });
});

describe("an internal load balancer", () => {
  const internal = { change: { "aws_lb.web": { internal: true } } };

  test("is not reached from the internet", () => {
    expect(ways(internal)).toEqual([
      `closed dns: aws_lb.web is internal: its addresses are private (${CLIENT} is not)`,
    ]);
  });

  test("is reached from the VPC, without a route to the internet", () => {
    expect(ways(internal, INSIDE)).toEqual(OPEN);
    expect(ways({ ...internal, without: ["aws_route.internet"] }, INSIDE)).toEqual(OPEN);
  });
});

describe("routes", () => {
  test("to no internet gateway keep clients on the internet out, and no others", () => {
    const without = ["aws_route.internet"];
    expect(ways({ without })[0]).toBe(
      "closed listener: aws_route_table.public leads aws_subnet.public_a to no internet gateway of its VPC",
    );
    expect(ways({ without }, INSIDE)).toEqual(OPEN);
  });

  test("to a NAT gateway do not let clients in", () => {
    const nat: Blocks = {
      "aws_nat_gateway.main": { subnet_id: "${aws_subnet.public_b.id}", allocation_id: "eipalloc-1" },
    };
    const change = { "aws_route.internet": { gateway_id: undefined, nat_gateway_id: "${aws_nat_gateway.main.id}" } };
    expect(ways({ with: [nat], change })[0]).toMatch(/^closed listener: aws_route.internet leads/);
  });

  test("to an appliance may let clients in", () => {
    const change = { "aws_route.internet": { gateway_id: undefined, network_interface_id: "eni-0123456789abcdef0" } };
    expect(ways({ change })).toEqual(OPEN);
  });

  test("that are not known are assumed to lead there", () => {
    const change = { "aws_route_table_association.public_a": { route_table_id: "${var.table}" } };
    expect(ways({ change })[0]).toMatch(/^assumed listener: /);
  });

  test("to the gateway of another VPC do not lead there", () => {
    const other: Blocks = { "aws_vpc.other": { cidr_block: "10.9.0.0/16" } };
    const change = { "aws_internet_gateway.main": { vpc_id: "${aws_vpc.other.id}" } };
    expect(ways({ with: [other], change })[0]).toMatch(/^closed listener: .*no internet gateway of its VPC$/);
  });
});

describe("IPv6", () => {
  const IPV6 = "2001:db8::7";
  const rule: Blocks = {
    "aws_vpc_security_group_ingress_rule.clients_v6": {
      security_group_id: "${aws_security_group.alb.id}",
      ip_protocol: "tcp",
      from_port: 443,
      to_port: 443,
      cidr_ipv6: "::/0",
    },
  };
  const route: Blocks = {
    "aws_route.internet_v6": {
      route_table_id: "${aws_route_table.public.id}",
      destination_ipv6_cidr_block: "::/0",
      gateway_id: "${aws_internet_gateway.main.id}",
    },
  };
  const causeOf = (options: SiteOptions) => {
    const { topology, balancer } = read(options);
    const [way] = clientWays(topology, balancer, 443, clientAt(IPV6, topology, balancer));
    return way?.kind === "closed" ? way.cause.address : way?.kind;
  };
  const dualstack = { "aws_lb.web": { ip_address_type: "dualstack" } };

  test("needs a load balancer with IPv6 addresses", () => {
    expect(ways({ with: [rule, route] }, IPV6)).toEqual(["closed dns: aws_lb.web has no IPv6 addresses"]);
    expect(ways({ with: [rule, route], change: dualstack }, IPV6)).toEqual(OPEN);
    const change = { "aws_lb.web": { ip_address_type: "${var.type}" } };
    expect(ways({ with: [rule, route], change }, IPV6)[0]).toMatch(/^assumed dns: aws_lb.web: ip_address_type/);
  });

  test("needs rules and routes of its own", () => {
    expect(ways({ with: [route], change: dualstack }, IPV6)).toEqual([
      "closed listener: aws_security_group.alb of aws_lb.web does not allow inbound traffic on port 443 from IPv6 clients",
    ]);
    expect(causeOf({ with: [route], change: dualstack })).toBe("aws_security_group.alb");
    expect(ways({ with: [rule], change: dualstack }, IPV6)[0]).toMatch(
      /^closed listener: aws_route_table.public leads aws_subnet.public_a to no internet gateway/,
    );
    const vague = { ...dualstack, "aws_vpc_security_group_ingress_rule.clients_v6": { cidr_ipv6: "${var.cidr}" } };
    expect(ways({ with: [rule, route], change: vague }, IPV6)[0]).toMatch(/^assumed listener: /);
  });

  test("is what all clients use if the load balancer has no public IPv4 addresses", () => {
    const change = { "aws_lb.web": { ip_address_type: "dualstack-without-public-ipv4" } };
    expect(ways({ with: [route], change })[0]).toMatch(/^closed listener: .* from IPv6 clients$/);
    expect(ways({ with: [rule, route], change })).toEqual(OPEN);
  });
});

describe("public access that is blocked", () => {
  const blocked = (mode: string): Blocks => ({
    "aws_vpc_block_public_access_options.main": { internet_gateway_block_mode: mode },
  });
  const excluded = (mode: string, of: Blocks[string]): Blocks => ({
    "aws_vpc_block_public_access_exclusion.main": { internet_gateway_exclusion_mode: mode, ...of },
  });
  const SHUT = /^closed listener: aws_vpc_block_public_access_options.main blocks inbound traffic from the internet/;

  test.each(["block-ingress", "block-bidirectional"])("%s keeps clients on the internet out", (mode) => {
    expect(ways({ with: [blocked(mode)] })).toEqual([expect.stringMatching(SHUT), expect.stringMatching(SHUT)]);
    expect(ways({ with: [blocked(mode)] }, INSIDE)).toEqual(OPEN);
  });

  test("off keeps nobody out, and a mode that is not known is assumed not to", () => {
    expect(ways({ with: [blocked("off")] })).toEqual(OPEN);
    expect(ways({ with: [blocked("${var.mode}")] })[0]).toMatch(/^assumed listener: /);
  });

  test("does not concern an excluded subnet or VPC, unless only outbound traffic is excluded", () => {
    const subnet = { subnet_id: "${aws_subnet.public_a.id}" };
    expect(ways({ with: [blocked("block-ingress"), excluded("allow-bidirectional", subnet)] })).toEqual([
      "open",
      expect.stringMatching(SHUT),
    ]);
    const vpc = { vpc_id: "${aws_vpc.main.id}" };
    expect(ways({ with: [blocked("block-ingress"), excluded("allow-bidirectional", vpc)] })).toEqual(OPEN);
    expect(ways({ with: [blocked("block-ingress"), excluded("allow-egress", vpc)] })[0]).toMatch(SHUT);
  });

  test("does not concern another region", () => {
    const { topology } = read({ with: [blocked("block-ingress")] });
    const regionOf = (region: string) => ({
      ...topology,
      blockPublicAccess: topology.blockPublicAccess.map((it) => ({ ...it, region })),
    });
    expect(waysIn(regionOf("eu-west-1"))).toEqual(OPEN);
    expect(waysIn(regionOf("us-east-1"))[0]).toMatch(SHUT);
  });
});

describe("network ACLs", () => {
  const all = { number: 100, allow: true };

  test("decide requests by the listener's port, and responses by the client's", () => {
    const acl = (ports: readonly [number, number], back: readonly [number, number]) => ({
      with: [networkAcl("public", { ingress: [{ ...all, ports }], egress: [{ ...all, ports: back }] })],
    });
    expect(ways(acl([443, 443], [32_768, 65_535]))).toEqual(OPEN);
    expect(ways(acl([443, 443], [32_769, 65_535]))[0]).toBe(
      `closed listener: aws_network_acl.public denies responses to ${CLIENT} on ports 32768 to 65535`,
    );
    expect(ways(acl([444, 444], [0, 65_535]))[0]).toBe(
      `closed listener: aws_network_acl.public denies requests from ${CLIENT} to port 443`,
    );
  });

  test("decide by the client's address", () => {
    const deny = { number: 90, allow: false, cidr: `${CLIENT}/32` };
    expect(ways({ with: [networkAcl("public", { ingress: [deny, all], egress: [all] })] })[0]).toMatch(
      /denies requests/,
    );
    expect(ways({ with: [networkAcl("public", { ingress: [all], egress: [deny, all] })] })[0]).toMatch(
      /denies responses/,
    );
    const { with: blocks } = { with: [networkAcl("public", { ingress: [deny, all], egress: [all] })] };
    expect(ways({ with: blocks }, "203.0.113.8")).toEqual(OPEN);
  });

  test("with values that are not known are assumed to allow what these may allow", () => {
    const blocks = networkAcl("public", { ingress: [all], egress: [all] });
    const change = { "aws_network_acl_rule.public_in_100": { cidr_block: "${var.cidr}" } };
    expect(ways({ with: [blocks], change })[0]).toMatch(/^assumed listener: aws_network_acl_rule.public_in_100/);
    const back = { "aws_network_acl_rule.public_out_100": { cidr_block: "${var.cidr}" } };
    expect(ways({ with: [blocks], change: back })[0]).toMatch(/^assumed listener: aws_network_acl_rule.public_out_100/);
  });

  test("that certainly deny requests do so whatever they do with responses, and the other way around", () => {
    const vague = { cidr_block: "${var.cidr}" };
    const shut = { ...all, ports: [444, 444] as const };
    const into = networkAcl("public", { ingress: [shut], egress: [all] });
    expect(ways({ with: [into], change: { "aws_network_acl_rule.public_out_100": vague } })[0]).toMatch(
      /^closed listener: aws_network_acl.public denies requests/,
    );
    const out = networkAcl("public", { ingress: [all], egress: [shut] });
    expect(ways({ with: [out], change: { "aws_network_acl_rule.public_in_100": vague } })[0]).toMatch(
      /^closed listener: aws_network_acl.public denies responses/,
    );
  });

  test("that are not known are assumed to allow everything", () => {
    const acl: Blocks = {
      "aws_network_acl.some": { vpc_id: "${aws_vpc.main.id}", subnet_ids: "${var.subnets}" },
    };
    expect(ways({ with: [acl] })[0]).toMatch(/^assumed listener: aws_network_acl.some: subnet_ids/);
  });
});
