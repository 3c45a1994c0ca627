import { EXIT, runCommand } from "../../../cli/command";
import { reportAsMarkdown } from "../../../cli/tracing/markdown";
import { reportAsText } from "../../../cli/tracing/text";
import { Deadline, LIMIT_SEC, TimeIsUp } from "../../../path/deadline";
import type { TraceReport } from "../../../path/report";
import { review } from "../../../path/review/review";
import { withAccepted } from "../../../path/trace/accept";
import { FILE_CHECKS } from "../../../path/trace/checks";
import { trace } from "../../../path/trace/trace";
import { planOf, replaced, SITE } from "../../support/standing-site";

/* A trace that takes too long ends, by a clock of the test's own. */

const PLAN = planOf({ "aws_instance.a": replaced("ami", { ami: "ami-2" }) }, SITE);
/** So far as nothing is known, as the file's rules look at all of it first. */
const FILE_RULES = FILE_CHECKS.length;

/** A clock on which the time is up once it was looked at so many times after the start. */
function deadlineAfter(looks: number): Deadline {
  let left = looks + 1;
  return new Deadline(() => (left-- > 0 ? 0 : LIMIT_SEC * 1_000));
}

/** How often a whole trace looks at the clock. */
function looksOf(run: (deadline: Deadline) => unknown): number {
  let looks = -1;
  run(new Deadline(() => (looks++, 0)));
  return looks;
}

const LOOKS = looksOf((deadline) => trace(PLAN, { deadline }));
const opensOf = ({ paths }: TraceReport) => paths.flatMap(({ hops }) => hops.flatMap(({ open }) => open));

test("a trace that has the time is whole, and says so by saying nothing", () => {
  expect(LOOKS).toBeGreaterThan(FILE_RULES);
  const report = trace(PLAN, { deadline: deadlineAfter(LOOKS) });
  expect(report).toEqual(trace(PLAN));
  expect(report.stopped).toBeUndefined();
  expect(report.verdict).toBe("ok");
});

test.each([0, 1, FILE_RULES, FILE_RULES + 2, LOOKS - 1])(
  "after %i looks at the clock it ends as unknown, and says where",
  (looks) => {
    const report = trace(PLAN, { deadline: deadlineAfter(looks) });
    expect(report.verdict).toBe("unknown");
    expect(report.paths.map(({ url }) => url)).toEqual(trace(PLAN).paths.map(({ url }) => url));
    expect(report.stopped).toMatch(
      /^Stopped after 10 seconds of CPU time, (while reading the file|in the rules? .+); what was not checked is unknown\.$/,
    );
    expect(report.coverage.startsWith(`${report.stopped} Determined from the plan`)).toBe(true);
    expect(opensOf(report)).toContainEqual(
      expect.objectContaining({ why: "not fully checked: the trace stopped after 10 seconds of CPU time" }),
    );
    for (const shown of [
      reportAsText(report, { source: "plan.json" }).replace(/\s+/g, " "),
      reportAsMarkdown(report, { source: "plan.json" }),
    ])
      expect(shown).toContain("Stopped after 10 seconds of CPU time, ");
  },
);

describe("by default", () => {
  let now = 0;
  /** A clock of the day that goes on as the test says. */
  const pass = (ms: number): void => void (now += ms);

  beforeEach(() => void jest.spyOn(performance, "now").mockImplementation(() => now));
  afterEach(() => jest.restoreAllMocks());

  test("the clock is that of the CPU, as a busy machine changes no verdict", () => {
    const busy = jest.spyOn(process, "cpuUsage").mockReturnValue({ user: 0, system: 0 });
    const deadline = new Deadline();
    pass(60_000);
    busy.mockReturnValue({ user: (LIMIT_SEC - 1) * 1e6, system: 0 });
    expect(deadline.isOver()).toBe(false);
    pass(100);
    busy.mockReturnValue({ user: (LIMIT_SEC - 1) * 1e6, system: 1e6 });
    expect(deadline.isOver()).toBe(true);
  });

  test("the CPU time is not asked for after each rule, as that takes longer than most rules", () => {
    const asked = jest.spyOn(process, "cpuUsage").mockReturnValue({ user: 0, system: 0 });
    trace(PLAN);
    expect(asked).toHaveBeenCalledTimes(1);
  });
});

test("where is the rules that took the time, and the path that they looked at", () => {
  expect(trace(PLAN, { deadline: deadlineAfter(0) }).stopped).toContain("while reading the file");
  expect(trace(PLAN, { deadline: deadlineAfter(1) }).stopped).toContain(`in ${FILE_CHECKS[0]?.where};`);
  expect(trace(PLAN, { deadline: deadlineAfter(LOOKS - 1) }).stopped).toMatch(/in the rules? .+ of https?:\/\//);
});

test("each hop of a path that was not looked at to its end is unknown", () => {
  const { paths } = trace(PLAN, { deadline: deadlineAfter(FILE_RULES) });
  expect(paths.flatMap(({ hops }) => hops.map(({ verdict }) => verdict))).toEqual(
    paths.flatMap(() => Array<string>(5).fill("unknown")),
  );
});

test("what was found broken before that stays broken, and what is accepted does not make it well", () => {
  const { "aws_vpc_security_group_ingress_rule.web": _, ...site } = SITE;
  const broken = planOf({}, site);
  const looks = looksOf((deadline) => trace(broken, { deadline }));
  const report = trace(broken, { deadline: deadlineAfter(looks - 1) });
  expect([report.verdict, report.stopped]).toEqual(["broken", expect.stringContaining("Stopped")]);
  expect(
    withAccepted(
      report,
      [...new Set(report.findings.map(({ id }) => id))].map((finding) => ({ finding, reason: "known" })),
    ).verdict,
  ).toBe("unknown");
});

test("a review whose traces or rules run out of time is none", () => {
  const looks = looksOf((deadline) => review(PLAN, deadline));
  expect(looks).toBeGreaterThan(2 * FILE_RULES);
  expect(() => review(PLAN, deadlineAfter(looks))).not.toThrow();
  for (const left of [0, FILE_RULES, Math.floor(looks / 2), looks - 1])
    expect(() => review(PLAN, deadlineAfter(left))).toThrow(TimeIsUp);
  expect(() => review(PLAN, deadlineAfter(looks - 1))).toThrow(
    "Stopped after 10 seconds of CPU time, in the effects of aws_instance.a; what was not checked is unknown.",
  );
});

test("a command that ran out of time says so, and exits with 3", async () => {
  const before = process.exitCode;
  const write = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  await runCommand(() => Promise.reject(new TimeIsUp("plan.json: Stopped.")));
  expect([process.exitCode, write.mock.calls]).toEqual([EXIT.unknown, [["plan.json: Stopped.\n"]]]);
  write.mockRestore();
  process.exitCode = before;
});
