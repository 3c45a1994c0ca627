import { addressOf, type Membership, membershipsOf, unusedBecause } from "../../../../path/serve/members";
import type { Balancer, Topology } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";
import { type Arguments, type Blocks, group, type SiteOptions, site } from "../../../serve-cases/site";

/* The targets of target groups, one by one. */

const read = (options: SiteOptions = {}): Topology => readTopology(site(options));
const membersIn = (topology: Topology): readonly Membership[] =>
  [...membershipsOf(topology, topology.targetGroups).values()].flat();
const members = (options: SiteOptions = {}) => membersIn(read(options));
const ids = (options: SiteOptions = {}) => members(options).map(({ id }) => id);
const first = (options: SiteOptions = {}) => {
  const [member] = members(options);
  if (member === undefined) throw new Error("there is no target");
  return member;
};

const attachment = (target: string, port: number | string | undefined, to = "web"): Arguments => ({
  target_group_arn: `\${aws_lb_target_group.${to}.arn}`,
  target_id: target,
  port,
});
const WEB_A = "${aws_instance.web_a.id}";

describe("instances", () => {
  test("are members of the target groups that they are registered in", () => {
    const topology = read({ with: [group("api", { port: 8080 })] });
    const all = membershipsOf(topology, topology.targetGroups);
    expect([...all].map(([{ address }, its]) => [address, its.map(({ id }) => id)])).toEqual([
      ["aws_lb_target_group.web", ["aws_instance.web_a", "aws_instance.web_b"]],
      ["aws_lb_target_group.api", ["aws_instance.api_a"]],
    ]);
    expect([...membershipsOf(topology, topology.targetGroups.slice(1)).keys()]).toHaveLength(1);
  });

  test("have the ports of their registrations and of the health checks", () => {
    const { port, healthPort, machine } = first({ web: { port: 8080, healthCheck: { port: "8081" } } });
    expect([port, healthPort, [...machine.ports]]).toEqual([8080, 8081, [8080, 8081]]);
    expect(first({ web: { port: 8080 } })).toMatchObject({ port: 8080, healthPort: 8080 });
  });

  test("have port 80 if theirs is not known", () => {
    const change = { "aws_lb_target_group_attachment.web_a": { port: "${var.port}" } };
    expect(first({ change })).toMatchObject({ port: 80, healthPort: 80 });
  });

  test("are one machine with all its ports, in however many target groups they are", () => {
    const more: Blocks = {
      ...group("api", { count: 0, port: 8080 }),
      "aws_lb_target_group_attachment.both": attachment(WEB_A, 8080, "api"),
    };
    const all = members({ with: [more] });
    const [web, , api] = all;
    expect(all.map(({ id }) => id)).toEqual([
      "aws_instance.web_a",
      "aws_instance.web_b",
      "aws_instance.web_a on port 8080",
    ]);
    expect(api?.machine).toBe(web?.machine);
    expect([...(api?.machine.ports ?? [])]).toEqual([80, 8080]);
    expect(web?.machine.server?.address).toBe("aws_instance.web_a");
  });

  test("have an id of their own in each target group, even with the same port", () => {
    const more: Blocks = {
      ...group("api", { count: 0 }),
      ...group("old", { count: 0 }),
      "aws_lb_target_group_attachment.second": attachment(WEB_A, 80, "api"),
      "aws_lb_target_group_attachment.third": attachment(WEB_A, 80, "old"),
    };
    const all = ids({ with: [more] });
    expect(all[2]).toBe("aws_instance.web_a on port 80");
    expect(all[3]).toMatch(/^aws_instance.web_a on port 80 in aws_lb_target_group.old /);
    expect(new Set(all).size).toBe(4);
  });
});

describe("an Auto Scaling group", () => {
  const scaling = (more: Arguments): Blocks => ({
    "aws_launch_template.web": { image_id: "ami-0123456789abcdef0", instance_type: "t3.micro" },
    "aws_autoscaling_group.web": {
      max_size: 40,
      min_size: 2,
      launch_template: [{ id: "${aws_launch_template.web.id}" }],
      vpc_zone_identifier: ["${aws_subnet.private_a.id}", "${aws_subnet.private_b.id}"],
      target_group_arns: ["${aws_lb_target_group.web.arn}"],
      ...more,
    },
  });
  const group = (more: Arguments = {}, options: SiteOptions = {}) =>
    members({ web: { count: 0 }, ...options, with: [scaling(more), ...(options.with ?? [])] });

  test("has as many instances as it wants, else as it has at least", () => {
    expect(group({ desired_capacity: 3 }).map(({ id }) => id)).toEqual([
      "aws_autoscaling_group.web (1 of 3)",
      "aws_autoscaling_group.web (2 of 3)",
      "aws_autoscaling_group.web (3 of 3)",
    ]);
    expect(group()).toHaveLength(2);
    expect(group({ min_size: "${var.min}" })).toHaveLength(1);
  });

  test("has at most 10 here, and none if it wants none", () => {
    expect(group({ desired_capacity: 30 })).toHaveLength(10);
    expect(group({ desired_capacity: 0, min_size: 0 })).toEqual([]);
  });

  test("is spread over its subnets, each instance in one of them", () => {
    const all = group({ desired_capacity: 3 });
    expect(all.map(({ target }) => target.subnets.map(({ address }) => address))).toEqual([
      ["aws_subnet.private_a"],
      ["aws_subnet.private_b"],
      ["aws_subnet.private_a"],
    ]);
    expect(all.map(({ target }) => target.server?.subnetIds.items)).toEqual([
      ["${aws_subnet.private_a.id}"],
      ["${aws_subnet.private_b.id}"],
      ["${aws_subnet.private_a.id}"],
    ]);
    expect(new Set(all.map(({ machine }) => machine)).size).toBe(3);
  });

  test("has its first instance in a zone without a load balancer, if it may use one", () => {
    const far: Blocks = {
      "aws_subnet.far": {
        vpc_id: "${aws_vpc.main.id}",
        cidr_block: "10.0.20.0/24",
        availability_zone: "us-east-1c",
      },
    };
    const subnets = ["${aws_subnet.private_a.id}", "${aws_subnet.far.id}"];
    const all = group({ vpc_zone_identifier: subnets }, { with: [far] });
    expect(all.map(({ target }) => target.subnets[0]?.address)).toEqual(["aws_subnet.far", "aws_subnet.private_a"]);
  });

  test("has instances without a subnet if none is in the file", () => {
    const all = group({ vpc_zone_identifier: ["subnet-0123456789abcdef0"] });
    expect(all.map(({ target }) => target.subnets)).toEqual([[], []]);
  });
});

describe("an address", () => {
  const ip = (id: string): SiteOptions => ({
    web: { count: 1, arguments: { target_type: "ip" } },
    change: { "aws_lb_target_group_attachment.web_a": { target_id: id } },
    without: ["aws_instance.web_a"],
  });

  test("is a machine of its own", () => {
    const { id, machine, target } = first(ip("10.0.10.9"));
    expect([id, machine.id, machine.server]).toEqual(["10.0.10.9", "10.0.10.9", undefined]);
    expect(addressOf(target)).toBe("10.0.10.9");
  });

  test("that is not known has the name of its registration", () => {
    const { id, target } = first(ip("${var.address}"));
    expect(id).toBe("aws_lb_target_group_attachment.web_a");
    expect(addressOf(target)).toBeUndefined();
  });

  test("of an instance is its private one, if the file contains it", () => {
    expect(addressOf(first({ web: { instance: { private_ip: "10.0.10.7" } } }).target)).toBe("10.0.10.7");
    expect(addressOf(first().target)).toBeUndefined();
  });
});

describe("the program of an instance does not start", () => {
  const script =
    "#!/bin/bash\ncurl -fsSL https://example.org/install.sh -o /tmp/install.sh\ndnf install -y nginx\nsystemctl enable --now nginx\n";
  const installing = (options: SiteOptions = {}) =>
    first({ ...options, web: { count: 1, ...options.web, instance: { user_data: script, ...options.web?.instance } } })
      .machine.broken;
  const out = (cidr: string): Blocks => ({
    "aws_vpc_security_group_egress_rule.all": {
      security_group_id: "${aws_security_group.web.id}",
      ip_protocol: "-1",
      cidr_ipv4: cidr,
    },
  });
  const nat = (subnet: string): Blocks => ({
    "aws_nat_gateway.main": { subnet_id: `\${aws_subnet.${subnet}.id}`, allocation_id: "eipalloc-0123456789abcdef0" },
    "aws_route.nat": {
      route_table_id: "${aws_route_table.private.id}",
      destination_cidr_block: "0.0.0.0/0",
      nat_gateway_id: "${aws_nat_gateway.main.id}",
    },
  });

  test("if its subnet has no way to what its boot script downloads", () => {
    expect(installing({ with: [out("0.0.0.0/0")] })).toEqual({
      hop: "target",
      address: "aws_instance.web_a",
      text: expect.stringMatching(
        /^aws_instance.web_a cannot run `.+`: aws_subnet.private_a has no way to the download$/,
      ),
    });
  });

  test("if its security group does not allow the download", () => {
    expect(installing({ with: [nat("public_a")] })?.text).toMatch(
      /^aws_instance.web_a cannot run `.+`: aws_security_group.web does not allow the download$/,
    );
    expect(installing({ with: [nat("public_a"), out("10.0.0.0/16")] })?.text).toMatch(/does not allow the download$/);
  });

  test("if the NAT gateway has no route to the internet, whatever the boot script does (P63)", () => {
    const blocks = [nat("private_b"), out("0.0.0.0/0")];
    expect(installing({ with: blocks })?.text).toMatch(/: aws_subnet.private_a has no way to the download$/);
    const instance = { user_data: "#!/bin/bash\nsystemctl start nginx\n" };
    expect(first({ with: blocks, web: { instance } }).machine.broken?.text).toBe(
      "aws_instance.web_a cannot download anything: aws_nat_gateway.main has no route to the internet",
    );
  });

  test("but starts if all of them let it", () => {
    expect(installing({ with: [nat("public_a"), out("0.0.0.0/0")] })).toBeUndefined();
  });

  test("but starts if its boot script downloads nothing", () => {
    expect(first({ web: { instance: { user_data: "#!/bin/bash\nsystemctl start nginx\n" } } }).machine.broken).toBe(
      undefined,
    );
  });
});

describe("a target in a zone that the load balancer is not enabled for", () => {
  const unused = (options: SiteOptions) => {
    const topology = read(options);
    return membersIn(topology).map(({ target }) => unusedBecause(topology, topology.balancers[0] as Balancer, target));
  };
  const zone = (availability_zone: string) => ({ change: { "aws_subnet.private_a": { availability_zone } } });

  test("is not used", () => {
    expect(unused({})).toEqual([undefined, undefined]);
    expect(unused(zone("us-east-1c"))).toEqual(["Target.NotInUse", undefined]);
  });

  test.each<[string, SiteOptions]>([
    ["the zone of the target is not known", zone("${var.zone}")],
    ["the zone of the target is written in another way", zone("${data.aws_availability_zones.all.names[0]}")],
    ["its zone is an id and those of the load balancer are names", zone("use1-az3")],
    ["AWS chooses the zone", { change: { "aws_subnet.private_a": { availability_zone: undefined } } }],
    [
      "a subnet of the load balancer is in no file",
      {
        change: {
          "aws_subnet.private_a": { availability_zone: "us-east-1c" },
          "aws_lb.web": { subnets: ["${aws_subnet.public_a.id}", "subnet-0123456789abcdef0"] },
        },
      },
    ],
    [
      "a zone of the load balancer is not known",
      {
        change: {
          "aws_subnet.private_a": { availability_zone: "us-east-1c" },
          "aws_subnet.public_b": { availability_zone: undefined },
        },
      },
    ],
    [
      "the subnets of the load balancer are not known",
      {
        change: {
          "aws_subnet.private_a": { availability_zone: "us-east-1c" },
          "aws_lb.web": { subnets: "${var.subnets}" },
        },
      },
    ],
    [
      "the subnet of the target is in no file",
      { web: { count: 1, instance: { subnet_id: "subnet-0123456789abcdef0" } } },
    ],
  ])("may be used if %s", (_, options) => {
    expect(unused(options)[0]).toBeUndefined();
  });
});
