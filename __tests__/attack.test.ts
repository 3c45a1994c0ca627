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
