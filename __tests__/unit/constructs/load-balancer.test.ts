import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { Testing } from "cdktf";
import type { WebStackProps } from "../../../constructs/web-stack";
import { addressed, all, parsed, refTo, synthText, theOnly } from "../../support/synth";

Testing.setupJest();

/* A stack has one load balancer (web-stack.test.ts counts), so that any that matches is the one. */

const site = (more: Partial<WebStackProps> = {}) => synthText({ domainName: "www.example.com", ...more });
// The matchers cannot say that a property is absent.
const listenerOf = (stack: string, port: number) =>
  all(parsed(stack), "aws_lb_listener").find((listener) => listener.port === port);
const byDefault = site();
const json = parsed(byDefault);

test("an application load balancer faces the internet from a public subnet in each zone", () => {
  const publicSubnets = addressed(json, "aws_subnet")
    .filter(([address]) => address.includes("public"))
    .map(([address]) => `\${${address}.id}`);
  expect(byDefault).toHaveResourceWithProperties(Lb, {
    load_balancer_type: "application",
    internal: false,
    subnets: publicSubnets,
  });
});

test("refuses malformed headers and desync attacks", () => {
  expect(byDefault).toHaveResourceWithProperties(Lb, {
    drop_invalid_header_fields: true,
    desync_mitigation_mode: "defensive",
  });
});

test("has one listener on 80 and one on 443", () => {
  const load_balancer_arn = refTo(json, "aws_lb", "arn");
  expect(byDefault).toHaveResourceWithProperties(LbListener, { port: 80, protocol: "HTTP", load_balancer_arn });
  expect(byDefault).toHaveResourceWithProperties(LbListener, { port: 443, protocol: "HTTPS", load_balancer_arn });
  expect(all(json, "aws_lb_listener")).toHaveLength(2);
});

test("redirects port 80 to 443", () => {
  expect(byDefault).toHaveResourceWithProperties(LbListener, {
    port: 80,
    default_action: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", status_code: "HTTP_301" } }],
  });
});

test("serves the site on port 80 as well if http is forward", () => {
  const stack = site({ http: "forward" });
  expect(stack).toHaveResourceWithProperties(LbListener, {
    port: 80,
    default_action: [{ type: "forward", target_group_arn: refTo(parsed(stack), "aws_lb_target_group", "arn") }],
  });
});

test("the listener on 80 keeps its address either way", () => {
  expect(addressed(parsed(site({ http: "forward" })), "aws_lb_listener").map(([address]) => address)).toEqual(
    addressed(json, "aws_lb_listener").map(([address]) => address),
  );
});

test("forwards port 443 to the target group", () => {
  expect(byDefault).toHaveResourceWithProperties(LbListener, {
    port: 443,
    default_action: [{ type: "forward", target_group_arn: refTo(json, "aws_lb_target_group", "arn") }],
  });
});

test.each([
  [undefined, "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"],
  ["ELBSecurityPolicy-TLS13-1-3-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06"],
])("TLS policy %p is %s, on 443 only", (tlsPolicy, expected) => {
  const stack = site({ tlsPolicy });
  expect(stack).toHaveResourceWithProperties(LbListener, { port: 443, ssl_policy: expected });
  expect(listenerOf(stack, 80)).not.toHaveProperty("ssl_policy");
  expect(listenerOf(stack, 80)).not.toHaveProperty("certificate_arn");
});

test.each([
  [undefined, 60],
  [1, 1],
  [4000, 4000],
])("idle timeout %p is %i seconds", (idleTimeoutSec, expected) => {
  expect(site({ idleTimeoutSec })).toHaveResourceWithProperties(Lb, { idle_timeout: expected });
});

test("logs no requests, or each one into the bucket that is named, below the stack's id", () => {
  expect(theOnly(json, "aws_lb")).not.toHaveProperty("access_logs");
  expect(site({ accessLogsBucket: "logs" })).toHaveResourceWithProperties(Lb, {
    access_logs: { enabled: true, bucket: "logs", prefix: "web" },
  });
});

test.each([
  [undefined, true],
  [false, true],
  [true, false],
])("disposable %p: protected from deletion %p", (disposable, expected) => {
  expect(site({ disposable })).toHaveResourceWithProperties(Lb, { enable_deletion_protection: expected });
});

test("is another one in another VPC only, and stands before the one it replaces goes", () => {
  const [address] =
    addressed(json, "aws_security_group").find(([, group]) => group.name === "alb-security-group") ?? [];
  // Its lifecycle has a precondition besides, which the next test is about.
  expect(theOnly(json, "aws_lb").lifecycle).toMatchObject({
    create_before_destroy: true,
    replace_triggered_by: [`${address}.vpc_id`],
  });
  expect(site({ domainName: "shop.example.com" })).toHaveResourceWithProperties(Lb, {
    name_prefix: theOnly(json, "aws_lb").name_prefix,
  });
});

test("fails the plan, in words, where two of its subnets are in one zone", () => {
  const [first, second] = addressed(json, "aws_subnet")
    .map(([address]) => address)
    .filter((address) => address.includes("public"));
  expect(theOnly(json, "aws_lb").lifecycle).toMatchObject({
    precondition: [
      {
        condition: `\${length(distinct([${first}.availability_zone, ${second}.availability_zone])) == 2}`,
        error_message:
          "network.zones: two public subnets are in one zone, and a load balancer has one subnet per zone; " +
          "set network.zones to zone names.",
      },
    ],
  });
});

test("waits for the rules of its security group, as another group without them would let nobody in", () => {
  const rules = ["aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"].flatMap((type) =>
    addressed(json, type).map(([address]) => address),
  );
  expect(byDefault).toHaveResourceWithProperties(Lb, { depends_on: expect.arrayContaining(rules) as string[] });
});

test("what forwards waits until the targets are registered, so that another group takes over with all of them", () => {
  for (const http of ["redirect", "forward"] as const) {
    const stack = site({ http, instances: { count: 3 } });
    const targets = addressed(parsed(stack), "aws_lb_target_group_attachment").map(([address]) => address);
    expect(targets).toHaveLength(3);
    expect(stack).toHaveResourceWithProperties(LbListener, { port: 443, depends_on: targets });
    expect(listenerOf(stack, 80)?.depends_on).toEqual(http === "forward" ? targets : undefined);
  }
});

test("has no name of its own, so that one whose making was interrupted is not in its successor's way", () => {
  expect(byDefault).toHaveResourceWithProperties(Lb, { name_prefix: "web-" });
  expect(theOnly(json, "aws_lb")).not.toHaveProperty("name");
});

test(
  "its listeners are replaced old ones first, or the validation record that they need would be deleted after it " +
    "was written",
  () => {
    for (const listener of all(json, "aws_lb_listener")) expect(listener).not.toHaveProperty("lifecycle");
  },
);
