import { readFileSync } from "node:fs";
import { checkTraces, traceOf } from "../../../rehearsal/rehearsal-trace";
import { fixture } from "../../support/rehearsal-room";
import { ALL_WELL, type BROKEN, GROUP_CLOSED, on, pathOf, reportOf } from "../../support/trace-reports";

/* The rehearsal's last row: what was predicted from the plan must hold of what was built. */

const CLOSED = reportOf(
  [pathOf("https://www.example.com/", { target: { verdict: "broken", findings: [on(GROUP_CLOSED)] } })],
  { findings: [GROUP_CLOSED] },
);
const OPEN = reportOf([
  pathOf("https://www.example.com/", {
    listener: {
      verdict: "unknown",
      open: [{ hop: "listener", address: "aws_lb.site", attribute: "subnets", why: "known after apply" }],
    },
  }),
]);
const rowOf = (plan?: typeof BROKEN, state?: typeof BROKEN) => {
  const { verdict, observed } = checkTraces({ plan, state });
  return [verdict, observed];
};

describe("the row of the two traces", () => {
  test("is ok where both are", () => {
    expect(rowOf(ALL_WELL, ALL_WELL)).toEqual(["ok", "both ok"]);
  });

  test("is broken where both are, and says what by", () => {
    expect(rowOf(CLOSED, CLOSED)).toEqual([
      "broken",
      "both broken (P33 at aws_vpc_security_group_ingress_rule.site_app)",
    ]);
  });

  test("is well where both leave something open, which it says; without any path it is unknown", () => {
    expect(rowOf(OPEN, OPEN)).toEqual(["ok", "both unknown (aws_lb.site, subnets: known after apply)"]);
    expect(rowOf(reportOf([], { verdict: "unknown" }), reportOf([], { verdict: "unknown" }))).toEqual([
      "unknown",
      "no path in plan or state",
    ]);
  });

  test.each([
    [
      "is better than what was built",
      ALL_WELL,
      CLOSED,
      "the plan is ok, but the state is broken (P33 at aws_vpc_security_group_ingress_rule.site_app)",
    ],
    [
      "is worse than what was built",
      CLOSED,
      ALL_WELL,
      "the plan is broken (P33 at aws_vpc_security_group_ingress_rule.site_app), but the state is ok",
    ],
    [
      "leaves open what was well",
      OPEN,
      ALL_WELL,
      "the plan is unknown (aws_lb.site, subnets: known after apply), but the state is ok",
    ],
  ])("is broken where the prediction %s", (_, plan, state, observed) => {
    expect(rowOf(plan, state)).toEqual(["broken", observed]);
  });

  test("is unknown where the rehearsal did not come so far, and still says what the plan is", () => {
    expect(rowOf()).toEqual(["unknown", "not reached"]);
    expect(rowOf(ALL_WELL)).toEqual(["unknown", "the plan is ok; the state was not reached"]);
  });
});

describe("what terraform shows", () => {
  const shown = (file: string) => readFileSync(fixture(`traced/${file}.json`), "utf8");

  test.each(["site.plan", "site.state"])("is traced: %s", (file) => {
    expect(traceOf(shown(file), {}).verdict).toBe("ok");
  });

  test("counts what the stack accepts as accepted", () => {
    const state = JSON.parse(shown("site.state")) as {
      values: { root_module: { resources: { type: string; values: Record<string, unknown> }[] } };
    };
    for (const { type, values } of state.values.root_module.resources) {
      if (type === "aws_vpc_security_group_ingress_rule" && values.referenced_security_group_id)
        Object.assign(values, { from_port: 8080, to_port: 8080 });
    }
    const spoilt = JSON.stringify(state);
    expect(rowOf(traceOf(spoilt, {}), traceOf(spoilt, {}))).toEqual([
      "broken",
      expect.stringMatching(/^both broken \(P33 at /),
    ]);
    const accepting = { "//": { metadata: { accepted: [{ finding: "P33", reason: "a proxy asks on 8080" }] } } };
    expect(traceOf(spoilt, accepting)).toMatchObject({
      verdict: "ok",
      findings: [{ id: "P33", accepted: "a proxy asks on 8080" }],
    });
    expect(rowOf(traceOf(spoilt, accepting), traceOf(spoilt, accepting))).toEqual([
      "ok",
      "both ok except accepted findings (P33)",
    ]);
  });
});
