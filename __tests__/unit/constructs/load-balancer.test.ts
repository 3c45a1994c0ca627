import type { WebStackProps } from "../../../constructs/web-stack";
import { addressed, all, refTo, type StackJson, synthOf, theOnly } from "../../support/synth";

const site = (more: Partial<WebStackProps> = {}) => synthOf({ domainName: "www.example.com", ...more });
const listenerOf = (json: StackJson, port: number) =>
  all(json, "aws_lb_listener").find((listener) => listener.port === port);
const byDefault = site();

test("an application load balancer faces the internet from a public subnet in each zone", () => {
  const balancer = theOnly(byDefault, "aws_lb");
  expect(balancer).toMatchObject({ load_balancer_type: "application", internal: false });
  expect(balancer.subnets).toEqual(
    addressed(byDefault, "aws_subnet")
      .filter(([address]) => address.includes("public"))
      .map(([address]) => `\${${address}.id}`),
  );
});

test("refuses malformed headers and desync attacks", () => {
  expect(theOnly(byDefault, "aws_lb")).toMatchObject({
    drop_invalid_header_fields: true,
    desync_mitigation_mode: "defensive",
  });
});

test("has one listener on 80 and one on 443", () => {
  expect(
    all(byDefault, "aws_lb_listener").map(({ port, protocol, load_balancer_arn }) => [
      port,
      protocol,
      load_balancer_arn,
    ]),
  ).toEqual([
    [80, "HTTP", refTo(byDefault, "aws_lb", "arn")],
    [443, "HTTPS", refTo(byDefault, "aws_lb", "arn")],
  ]);
});

test("redirects port 80 to 443", () => {
  expect(listenerOf(byDefault, 80)?.default_action).toEqual([
    { type: "redirect", redirect: { protocol: "HTTPS", port: "443", status_code: "HTTP_301" } },
  ]);
});

test("serves the site on port 80 as well where it is told to forward", () => {
  const json = site({ http: "forward" });
  expect(listenerOf(json, 80)?.default_action).toEqual([
    { type: "forward", target_group_arn: refTo(json, "aws_lb_target_group", "arn") },
  ]);
});

test("the listener on 80 keeps its address either way", () => {
  expect(addressed(site({ http: "forward" }), "aws_lb_listener").map(([address]) => address)).toEqual(
    addressed(byDefault, "aws_lb_listener").map(([address]) => address),
  );
});

test("forwards port 443 to the target group", () => {
  expect(listenerOf(byDefault, 443)?.default_action).toEqual([
    { type: "forward", target_group_arn: refTo(byDefault, "aws_lb_target_group", "arn") },
  ]);
});

test.each([
  [undefined, "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"],
  ["ELBSecurityPolicy-TLS13-1-3-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06"],
])("TLS policy %p is %s, on 443 only", (tlsPolicy, expected) => {
  const json = site({ tlsPolicy });
  expect(listenerOf(json, 443)?.ssl_policy).toBe(expected);
  expect(listenerOf(json, 80)).not.toHaveProperty("ssl_policy");
  expect(listenerOf(json, 80)).not.toHaveProperty("certificate_arn");
});

test.each([
  [undefined, 60],
  [1, 1],
  [4000, 4000],
])("idle timeout %p is %i seconds", (idleTimeoutSec, expected) => {
  expect(theOnly(site({ idleTimeoutSec }), "aws_lb").idle_timeout).toBe(expected);
});

test("logs no requests, or each one into the bucket that is named, below the stack's id", () => {
  expect(theOnly(byDefault, "aws_lb")).not.toHaveProperty("access_logs");
  expect(theOnly(site({ accessLogsBucket: "logs" }), "aws_lb").access_logs).toEqual({
    enabled: true,
    bucket: "logs",
    prefix: "web",
  });
});

test.each([
  [undefined, true],
  [false, true],
  [true, false],
])("disposable %p: protected from deletion %p", (disposable, expected) => {
  expect(theOnly(site({ disposable }), "aws_lb").enable_deletion_protection).toBe(expected);
});

test("is another one in another VPC only, and stands before the one it replaces goes", () => {
  const [address] =
    addressed(byDefault, "aws_security_group").find(([, group]) => group.name === "alb-security-group") ?? [];
  expect(theOnly(byDefault, "aws_lb").lifecycle).toMatchObject({
    create_before_destroy: true,
    replace_triggered_by: [`${address}.vpc_id`],
  });
  expect(theOnly(site({ domainName: "shop.example.com" }), "aws_lb").name_prefix).toBe(
    theOnly(byDefault, "aws_lb").name_prefix,
  );
});

test("fails the plan, in words, where two of its subnets are in one zone", () => {
  const [first, second] = addressed(byDefault, "aws_subnet")
    .map(([address]) => address)
    .filter((address) => address.includes("public"));
  expect(theOnly(byDefault, "aws_lb").lifecycle).toMatchObject({
    precondition: [
      {
        condition: `\${length(distinct([${first}.availability_zone, ${second}.availability_zone])) == 2}`,
        error_message:
          "network.zones: two public subnets are in one zone, and a load balancer takes one subnet in each; " +
          "write the zones by name.",
      },
    ],
  });
});

test("waits for the rules of its security group, as another group without them would let nobody in", () => {
  const rules = ["aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"].flatMap((type) =>
    addressed(byDefault, type).map(([address]) => address),
  );
  expect(theOnly(byDefault, "aws_lb").depends_on).toEqual(expect.arrayContaining(rules));
});

test("whatever forwards waits until the targets are registered, so that another group takes over with all of them", () => {
  for (const http of ["redirect", "forward"] as const) {
    const json = site({ http, instances: { count: 3 } });
    const targets = addressed(json, "aws_lb_target_group_attachment").map(([address]) => address);
    expect(targets).toHaveLength(3);
    expect(listenerOf(json, 443)?.depends_on).toEqual(targets);
    expect(listenerOf(json, 80)?.depends_on).toEqual(http === "forward" ? targets : undefined);
  }
});

test("has no name of its own, so that one whose making was interrupted is not in its successor's way", () => {
  expect(theOnly(byDefault, "aws_lb")).toMatchObject({ name_prefix: "web-" });
  expect(theOnly(byDefault, "aws_lb")).not.toHaveProperty("name");
});

test(
  "its listeners are replaced old ones first, or the validation record that they need would be deleted after it " +
    "was written",
  () => {
    for (const listener of all(byDefault, "aws_lb_listener")) expect(listener).not.toHaveProperty("lifecycle");
  },
);
