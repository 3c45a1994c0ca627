import { review } from "../path/review/review";
import { trace } from "../path/trace";
import { created, destroyed, planOf, SITE, type Planned, type Values } from "./support/standing-site";

/* Plans that people make of a standing site, of which "no downtime expected" would be wrong. */

const told = (changes: Readonly<Record<string, Planned>>, site: Readonly<Record<string, Values>> = SITE) => {
  const plan = planOf(changes, site);
  const { report } = review(plan);
  const [worst] = report.causes;
  return { effect: report.effect, cause: [worst?.hop, worst?.address, worst?.attribute], trace: trace(plan).verdict };
};

describe("instances that an aws_ec2_instance_state stops", () => {
  const state = (id: string, is: string): Values => ({ id, instance_id: id, state: is, force: false });
  const running = { ...SITE, "aws_ec2_instance_state.a": state("i-a", "running"), "aws_ec2_instance_state.b": state("i-b", "running") };

  test("are an outage if no target is left", () => {
    expect(told({ "aws_ec2_instance_state.a": { set: { state: "stopped" } }, "aws_ec2_instance_state.b": { set: { state: "stopped" } } }, running)).toEqual({ effect: "outage", cause: ["target", "aws_ec2_instance_state.a", "state"], trace: "unknown" });
    expect(told({ "aws_ec2_instance_state.a": created(state("i-a", "stopped")), "aws_ec2_instance_state.b": created(state("i-b", "stopped")) }).effect).toBe("outage");
  });

  test("are some failures if others are left", () => {
    expect(told({ "aws_ec2_instance_state.a": { set: { state: "stopped" } } }, running)).toEqual({ effect: "brief", cause: ["target", "aws_ec2_instance_state.a", "state"], trace: "unknown" });
  });

  test("are nothing where they are no targets, are stopped already, or are started", () => {
    const other = { ...SITE, "aws_instance.other": { ...SITE["aws_instance.a"], id: "i-other", arn: "arn:aws:ec2:us-east-1:123456789012:instance/i-other" } };
    expect(told({ "aws_ec2_instance_state.other": created(state("i-other", "stopped")) }, other)).toMatchObject({ effect: "none", trace: "ok" });
    expect(told({ "aws_ec2_instance_state.a": { set: { force: true } } }, { ...SITE, "aws_ec2_instance_state.a": state("i-a", "stopped") }).effect).toBe("none");
    expect(told({ "aws_ec2_instance_state.a": { set: { state: "running" } } }, { ...SITE, "aws_ec2_instance_state.a": state("i-a", "stopped") })).toMatchObject({ effect: "none", trace: "ok" });
  });

  test("are unknown where nobody can tell which one it is", () => {
    expect(told({ "aws_ec2_instance_state.x": created(state("i-elsewhere", "stopped")) }).effect).toBe("unknown");
  });
});

describe("a rule in the VPC's own network ACL, which is no resource", () => {
  const rule = (number: number, more: Values = {}): Values => ({ network_acl_id: "acl-1", rule_number: number, egress: false, protocol: "tcp", rule_action: "deny", cidr_block: "0.0.0.0/0", from_port: 443, to_port: 443, ...more });

  test("that denies before everything is allowed is an outage", () => {
    expect(told({ "aws_network_acl_rule.deny": created(rule(50)) })).toEqual({ effect: "outage", cause: ["listener", "aws_network_acl_rule.deny", ""], trace: "broken" });
    expect(told({ "aws_network_acl_rule.deny": created(rule(50, { egress: true, from_port: 1024, to_port: 65535 })) })).toMatchObject({ effect: "outage", trace: "broken" });
  });

  test("that comes after that, or denies other ports, is nothing", () => {
    expect(told({ "aws_network_acl_rule.deny": created(rule(200)) })).toMatchObject({ effect: "none", trace: "ok" });
    expect(told({ "aws_network_acl_rule.deny": created(rule(50, { from_port: 22, to_port: 22 })) })).toMatchObject({ effect: "none", trace: "ok" });
    const denied = { ...SITE, "aws_network_acl_rule.deny": { id: "nacl-1", ...rule(50) } };
    expect(told({ "aws_network_acl_rule.deny": destroyed() }, denied)).toMatchObject({ effect: "none", trace: "ok" });
  });
});

describe("a parent whose configuration writes blocks of its own from now on takes away what stands beside it", () => {
  const group = (from: number): Values => ({ protocol: "tcp", from_port: from, to_port: from, description: "", self: false, prefix_list_ids: [], cidr_blocks: ["10.0.0.0/8"], ipv6_cidr_blocks: [], security_groups: [] });
  const balancer: Values = { ...group(80), cidr_blocks: [], security_groups: ["sg-alb"] };

  test("as the group of the targets its only rule", () => {
    expect(told({ "aws_security_group.web": { set: { ingress: [group(22)] } } })).toEqual({ effect: "outage", cause: ["target", "aws_security_group.web", "ingress.security_groups"], trace: "broken" });
    expect(told({ "aws_security_group.web": { set: { ingress: [] } } })).toMatchObject({ effect: "outage", trace: "broken" });
  });

  test("but not what its blocks stand for as well", () => {
    expect(told({ "aws_security_group.web": { set: { ingress: [balancer, group(22)] } } }).effect).toBe("none");
  });

  test("as the route table its only route", () => {
    expect(told({ "aws_route_table.public": { set: { route: [] } } })).toMatchObject({ effect: "outage", cause: ["listener", "aws_route_table.public", "route"], trace: "broken" });
  });

  test("as the network ACL its entries", () => {
    const entry = (from: number, protocol = "tcp"): Values => ({ rule_no: 100, action: "allow", protocol, from_port: from, to_port: from, cidr_block: "0.0.0.0/0" });
    const rule = (egress: boolean): Values => ({ id: `nacl-${egress}`, network_acl_id: "acl-2", rule_number: 100, egress, protocol: "-1", rule_action: "allow", cidr_block: "0.0.0.0/0", from_port: 0, to_port: 0 });
    const site = {
      ...SITE, "aws_network_acl.main": { id: "acl-2", vpc_id: "vpc-1", subnet_ids: ["subnet-a", "subnet-b"], ingress: [entry(0, "-1")], egress: [entry(0, "-1")] }, "aws_network_acl_rule.in": rule(false), "aws_network_acl_rule.out": rule(true),
    };
    expect(told({}, site)).toMatchObject({ effect: "none", trace: "ok" });
    expect(told({ "aws_network_acl.main": { set: { ingress: [{ ...entry(22), rule_no: 50 }] } } }, site)).toMatchObject({ effect: "outage", trace: "broken" });
  });
});

test("a route that goes is missed although the route table is read as well", () => {
  const plan = planOf({ "aws_route.out": destroyed() }) as { prior_state: { values: { root_module: { resources: object[] } } } };
  const route = { cidr_block: "0.0.0.0/0", gateway_id: "igw-1", ipv6_cidr_block: "", nat_gateway_id: "" };
  plan.prior_state.values.root_module.resources.push({ address: "data.aws_route_table.public", mode: "data", type: "aws_route_table", name: "public", values: { id: "rtb-1", route_table_id: "rtb-1", vpc_id: "vpc-1", routes: [route] } });
  expect([review(plan).report.effect, trace(plan).verdict]).toEqual(["outage", "broken"]);
});

describe("a listener that turns to a new target group as well", () => {
  const to = (weight: number): Planned => {
    const old = { arn: SITE["aws_lb_target_group.web"]?.arn, weight: 50 };
    return { set: { default_action: [{ type: "forward", order: 1, forward: [{ target_group: [old, { arn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/5", weight }] }] }] } };
  };
  const green = { ...SITE["aws_lb_target_group.web"], id: "green", arn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/5", name: "green" };

  test.each<[weight: number, effect: string]>([[50, "brief"], [0, "none"]])("with weight %d is %s", (weight, effect) => {
    expect(told({ "aws_lb_target_group.green": { actions: ["create"], set: green }, "aws_lb_listener.https": to(weight) }).effect).toBe(effect);
  });
});
