import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import { LbTargetGroupAttachment } from "@cdktf/provider-aws/lib/lb-target-group-attachment";
import { Testing } from "cdktf";
import type { WebStackProps } from "../../../constructs/web-stack";
import { addressed, all, EXISTING_NETWORK, parsed, refTo, synthText, theOnly } from "../../support/synth";

Testing.setupJest();

/* A stack has one target group (web-stack.test.ts counts), so that any that matches is the one. */

const site = (more: Partial<WebStackProps> = {}) => synthText({ domainName: "www.example.com", ...more });
// What is compared with another stack's group: the matchers know one stack only.
const groupOf = (more: Partial<WebStackProps> = {}) => theOnly(parsed(site(more)), "aws_lb_target_group");
const byDefault = groupOf();

test("sends HTTP to instances on the app port and asks /health every 15 seconds", () => {
  expect(site()).toHaveResourceWithProperties(LbTargetGroup, {
    target_type: "instance",
    protocol: "HTTP",
    port: 80,
    health_check: {
      protocol: "HTTP",
      path: "/health",
      port: "traffic-port",
      matcher: "200",
      interval: 15,
      timeout: 5,
      healthy_threshold: 2,
      unhealthy_threshold: 3,
    },
  });
});

test("has the health check of the props", () => {
  const healthCheck = {
    path: "/up",
    port: 9000,
    matcher: "200-299",
    intervalSec: 30,
    timeoutSec: 10,
    healthyThreshold: 5,
    unhealthyThreshold: 10,
  };
  expect(site({ healthCheck })).toHaveResourceWithProperties(LbTargetGroup, {
    health_check: {
      protocol: "HTTP",
      path: "/up",
      port: "9000",
      matcher: "200-299",
      interval: 30,
      timeout: 10,
      healthy_threshold: 5,
      unhealthy_threshold: 10,
    },
  });
});

test("what is said to be undefined has its default", () => {
  expect(groupOf({ healthCheck: { path: undefined, port: undefined, intervalSec: undefined } })).toEqual(byDefault);
});

test("has every instance in it, each on the group's own port", () => {
  const stack = site({ instances: { count: 3 } });
  const json = parsed(stack);
  const target_group_arn = refTo(json, "aws_lb_target_group", "arn");
  const instances = addressed(json, "aws_instance").map(([address]) => `\${${address}.id}`);
  for (const target_id of instances)
    expect(stack).toHaveResourceWithProperties(LbTargetGroupAttachment, { target_group_arn, target_id });
  // No more than these, and none with a port, which the matchers cannot say.
  expect(instances).toHaveLength(3);
  expect(all(json, "aws_lb_target_group_attachment").map(({ port }) => port)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

describe("the name", () => {
  test("is at most 32 characters, and the next group is there before a listener lets go of this one", () => {
    expect(site()).toHaveResourceWithProperties(LbTargetGroup, {
      name: expect.stringMatching(/^tg-web-[0-9a-f]{8}$/) as string,
      lifecycle: { create_before_destroy: true },
    });
    expect(synthText({ domainName: "www.example.com" }, "a".repeat(60))).toHaveResourceWithProperties(LbTargetGroup, {
      name: expect.stringMatching(/^.{32}$/) as string,
    });
  });

  test.each<[string, Partial<WebStackProps>]>([
    ["the app port", { appPort: 8080 }],
    ["a new network's range, and with it the VPC,", { network: { cidr: "10.1.0.0/16" } }],
    ["the VPC", { network: EXISTING_NETWORK }],
  ])("changes when %s changes, which replaces the group", (_, more) => {
    expect(groupOf(more).name).not.toBe(byDefault.name);
  });

  test("changes from one existing VPC to another", () => {
    expect(groupOf({ network: { ...EXISTING_NETWORK, vpcId: "vpc-0fedcba9876543210" } }).name).not.toBe(
      groupOf({ network: EXISTING_NETWORK }).name,
    );
  });

  test.each<[string, Partial<WebStackProps>]>([
    ["the health check", { healthCheck: { path: "/up", port: 9000, intervalSec: 30 } }],
    ["the instances", { instances: { count: 1, type: "t4g.small" } }],
    ["the zones", { network: { zones: 3, egress: "nat" } }],
    ["the names", { alternativeNames: ["example.com"] }],
    ["the deregistration delay", { deregistrationDelaySec: 0 }],
  ])("stays when %s change", (_, more) => {
    expect(groupOf(more).name).toBe(byDefault.name);
  });
});

describe("an instance that is taken out", () => {
  test.each([
    [1, "1"],
    [60, "60"],
    [3600, "3600"],
    [4000, "3600"],
  ])("may finish as long as a connection may idle, %i seconds: %s", (idleTimeoutSec, delay) => {
    expect(site({ idleTimeoutSec })).toHaveResourceWithProperties(LbTargetGroup, { deregistration_delay: delay });
  });

  test.each([0, 3600])("may finish for the %i seconds that it is given", (deregistrationDelaySec) => {
    expect(site({ deregistrationDelaySec })).toHaveResourceWithProperties(LbTargetGroup, {
      deregistration_delay: String(deregistrationDelaySec),
    });
  });
});
