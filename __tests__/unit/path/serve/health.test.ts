import { type CheckResult, healthSettingsOf, TargetHealth } from "../../../../path/serve/health";
import type { TargetGroup } from "../../../../topology/model";

/* The state of a target, as AWS's page on health checks says. */

const settings = (check: Partial<TargetGroup["healthCheck"]> = {}) =>
  healthSettingsOf({
    healthCheck: { unhealthyThreshold: 2, healthyThreshold: 3, matcher: "200", ...check },
  } as TargetGroup);
const after = (results: readonly CheckResult[], check: Partial<TargetGroup["healthCheck"]> = {}) => {
  const health = new TargetHealth(settings(check));
  for (const result of results) health.record(result);
  return [health.state, health.code];
};
const status = (code: number): CheckResult => ({ kind: "response", status: code });
const TIMEOUT: CheckResult = { kind: "timeout" };
const REFUSED: CheckResult = { kind: "refused" };

describe("a target", () => {
  test.each<[string, readonly CheckResult[], unknown[]]>([
    ["is initial before its first check", [], ["initial", "Elb.InitialHealthChecking"]],
    ["is healthy after its first passed check", [status(200)], ["healthy", undefined]],
    ["stays initial after one failed check", [TIMEOUT], ["initial", "Elb.InitialHealthChecking"]],
    ["is unhealthy after as many as its threshold", [TIMEOUT, TIMEOUT], ["unhealthy", "Target.Timeout"]],
    ["stays healthy after one failed check", [status(200), REFUSED], ["healthy", undefined]],
    [
      "stays healthy if failed checks are not in a row",
      [status(200), REFUSED, status(200), REFUSED],
      ["healthy", undefined],
    ],
    ["becomes unhealthy", [status(200), REFUSED, REFUSED], ["unhealthy", "Target.FailedHealthChecks"]],
    ["is unhealthy with another status code", [status(404), status(404)], ["unhealthy", "Target.ResponseCodeMismatch"]],
    [
      "stays unhealthy below the threshold",
      [TIMEOUT, TIMEOUT, status(200), status(200)],
      ["unhealthy", "Target.Timeout"],
    ],
    [
      "becomes healthy at the threshold",
      [TIMEOUT, TIMEOUT, status(200), status(200), status(200)],
      ["healthy", undefined],
    ],
  ])("%s", (_, results, expected) => {
    expect(after(results)).toEqual(expected);
  });

  test("without health checks is not available, whatever they would return", () => {
    expect(after([TIMEOUT, TIMEOUT], { enabled: false })).toEqual(["unavailable", "Target.HealthCheckDisabled"]);
  });

  test("that is unused stays so", () => {
    const health = new TargetHealth(settings());
    health.leaveUnused("Target.NotInUse");
    health.record(status(200));
    expect([health.state, health.code]).toEqual(["unused", "Target.NotInUse"]);
  });
});

test.each([
  ["200", [200], [201, 404]],
  ["200,302", [200, 302], [301]],
  ["200-299, 404", [200, 250, 299, 404], [300, 199]],
])("the matcher %s", (matcher, accepted, refused) => {
  const { accepts } = settings({ matcher });
  expect(accepted.filter((it) => !accepts(it))).toEqual([]);
  expect(refused.filter(accepts)).toEqual([]);
});

test("the path and the protocol are those of the health check", () => {
  expect(settings({ path: "/health", protocol: "https" })).toMatchObject({ path: "/health", protocol: "HTTPS" });
  // A state contains empty texts for those that are not set.
  expect(settings({ path: "", protocol: "" })).toMatchObject({ path: "/", protocol: "HTTP" });
});

test("AWS's defaults apply where nothing is set", () => {
  expect(healthSettingsOf({ healthCheck: {} } as TargetGroup)).toMatchObject({
    enabled: true,
    path: "/",
    protocol: "HTTP",
    intervalSec: 30,
    timeoutSec: 5,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
  });
});
