import type { WebStackProps } from "../../../constructs/web-stack";
import { addressed, all, EXISTING_NETWORK, refTo, synthOf, theOnly } from "../../support/synth";

const site = (more: Partial<WebStackProps> = {}) => synthOf({ domainName: "www.example.com", ...more });
const groupOf = (more: Partial<WebStackProps> = {}) => theOnly(site(more), "aws_lb_target_group");
const byDefault = groupOf();

test("sends HTTP to instances on the app port and asks /health every 15 seconds", () => {
  expect(byDefault).toMatchObject({
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

test("asks what it is told to ask", () => {
  const healthCheck = {
    path: "/up",
    port: 9000,
    matcher: "200-299",
    intervalSec: 30,
    timeoutSec: 10,
    healthyThreshold: 5,
    unhealthyThreshold: 10,
  };
  expect(groupOf({ healthCheck }).health_check).toEqual({
    protocol: "HTTP",
    path: "/up",
    port: "9000",
    matcher: "200-299",
    interval: 30,
    timeout: 10,
    healthy_threshold: 5,
    unhealthy_threshold: 10,
  });
});

test("what is said to be undefined has its default", () => {
  expect(groupOf({ healthCheck: { path: undefined, port: undefined, intervalSec: undefined } })).toEqual(byDefault);
});

test("has every instance in it, each on the group's own port", () => {
  const json = site({ instances: { count: 3 } });
  const attachments = all(json, "aws_lb_target_group_attachment");
  expect(attachments.map(({ target_id }) => target_id)).toEqual(
    addressed(json, "aws_instance").map(([address]) => `\${${address}.id}`),
  );
  for (const attachment of attachments) {
    expect(attachment.target_group_arn).toBe(refTo(json, "aws_lb_target_group", "arn"));
    expect(attachment.port).toBeUndefined();
  }
});

describe("the name", () => {
  test("is at most 32 characters, and the next group is there before a listener lets go of this one", () => {
    expect(byDefault.name).toMatch(/^tg-web-[0-9a-f]{8}$/);
    expect(
      theOnly(synthOf({ domainName: "www.example.com" }, "a".repeat(60)), "aws_lb_target_group").name,
    ).toHaveLength(32);
    expect(byDefault.lifecycle).toEqual({ create_before_destroy: true });
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
    expect(groupOf({ idleTimeoutSec }).deregistration_delay).toBe(delay);
  });

  test.each([0, 3600])("may finish for the %i seconds that it is given", (deregistrationDelaySec) => {
    expect(groupOf({ deregistrationDelaySec }).deregistration_delay).toBe(String(deregistrationDelaySec));
  });
});
