import { HOPS, type Hop, type HopReport, type Verdict } from "../../../../path/report";
import type { Cause } from "../../../../path/serve/decisions";
import { type HealthNow, hopsNow } from "../../../../path/serve/hops-now";
import type { Site } from "../../../../path/serve/site";

/* What each hop does at the moment. */

const hop = (name: Hop, verdict: Verdict = "ok", more: Partial<HopReport> = {}): HopReport => ({
  hop: name,
  verdict,
  resources: [`aws.${name}`],
  observed: `${name} is ${verdict}`,
  findings: [],
  open: [],
  ...more,
});
const reportOf = (...paths: readonly (readonly HopReport[])[]) =>
  ({ report: { paths: paths.map((hops) => ({ hops })) } }) as unknown as Pick<Site, "report">;
const target = (state: HealthNow["state"], isAssumed = false): HealthNow => ({ state, isAssumed });
const GOOD = reportOf(HOPS.map((it) => hop(it)));
const now = (states: readonly HealthNow[], name: Hop, report = GOOD, closed: readonly Cause[] = []) => {
  const { verdict, text } = hopsNow(report, states, closed).find((it) => it.hop === name) ?? {};
  return `${verdict}: ${text}`;
};

test("what prevents responses is shown at its hop, unless the trace has found an error there", () => {
  const cause = { hop: "listener", address: "aws_lb.web", text: "port 80 is closed" } as const;
  expect(now([target("healthy")], "listener", GOOD, [cause])).toBe("broken: port 80 is closed");
  expect(now([target("healthy")], "dns", GOOD, [cause])).toBe("ok: dns is ok");
  const found = reportOf(HOPS.map((it) => hop(it, it === "listener" ? "broken" : "ok")));
  expect(now([target("healthy")], "listener", found, [cause])).toBe("broken: listener is broken");
});

test("a hop whose requests need what is not modeled is unknown, not ok", () => {
  const cause = { hop: "listener", address: "aws_lb_listener.https", text: "users sign in" } as const;
  const listener = hopsNow(GOOD, [target("healthy")], [], [cause]).find((it) => it.hop === "listener");
  expect(`${listener?.verdict}: ${listener?.text}`).toBe("unknown: users sign in");
});

test("all hops are there, in order, with their resources, each once", () => {
  const hops = hopsNow(
    reportOf([hop("dns"), hop("tls")], [hop("dns"), hop("tls", "ok", { resources: ["aws.tls", "aws.other"] })]),
    [target("healthy")],
    [],
  );
  expect(hops.map((it) => it.hop)).toEqual(HOPS);
  expect(hops.map((it) => it.resources)).toEqual([["aws.dns"], ["aws.tls", "aws.other"], [], [], []]);
});

describe("dns, tls and listener are as the trace says", () => {
  test("and as the worst of several paths", () => {
    const report = reportOf([hop("dns"), hop("tls", "broken")], [hop("dns", "unknown"), hop("tls", "unknown")]);
    expect(now([], "dns", report)).toBe("unknown: dns is unknown");
    expect(now([], "tls", report)).toBe("broken: tls is broken");
  });

  test("and unknown if no path has them", () => {
    expect(now([], "listener", reportOf([]))).toBe("unknown: not on any path of the file");
  });
});

describe("the target group", () => {
  test.each<[string, readonly HealthNow[], string]>([
    ["without targets", [], "broken: no registered targets"],
    ["with a healthy target", [target("healthy"), target("unhealthy")], "ok: 1 of 2 targets are healthy"],
    ["without health checks", [target("unavailable")], "ok: 1 of 1 targets are healthy"],
    ["with unused targets only", [target("unused")], "broken: all targets are unused"],
    [
      "before the first results",
      [target("initial"), target("unhealthy")],
      "unknown: the first health checks are in progress",
    ],
    [
      "that fails open",
      [target("unhealthy"), target("unhealthy"), target("unused")],
      "broken: no healthy target: requests go to all 2",
    ],
  ])("%s", (_, targets, expected) => {
    expect(now(targets, "target-group")).toBe(expected);
  });

  test("is broken if the trace finds what no health check shows", () => {
    expect(now([target("healthy")], "target-group", reportOf([hop("target-group", "broken")]))).toBe(
      "broken: 1 of 1 targets are healthy",
    );
  });
});

describe("the target", () => {
  test.each<[string, readonly HealthNow[], string]>([
    ["without targets", [], "broken: no registered targets"],
    [
      "is ok with a healthy target",
      [target("healthy"), target("initial")],
      "ok: 1 of 2 targets respond to health checks",
    ],
    ["is unknown before the first results", [target("initial")], "unknown: 0 of 1 targets respond to health checks"],
    ["is broken without a healthy one", [target("unhealthy")], "broken: 0 of 1 targets respond to health checks"],
    [
      "is assumed as far as stand-ins respond",
      [target("healthy", true), target("healthy")],
      "ok: 2 of 2 targets respond to health checks; 1 of 2 assumed (a stand-in responds)",
    ],
  ])("%s", (_, targets, expected) => {
    expect(now(targets, "target")).toBe(expected);
  });

  test("is as the trace says if that is worse", () => {
    expect(now([target("healthy")], "target", reportOf([hop("target", "unknown")]))).toMatch(/^unknown: 1 of 1/);
  });
});
