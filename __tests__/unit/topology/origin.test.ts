import { readFileSync } from "node:fs";
import { reportAsMarkdown } from "../../../cli/tracing/markdown";
import { reportAsText } from "../../../cli/tracing/text";
import type { TraceReport } from "../../../path/report";
import { trace } from "../../../path/trace/trace";
import { isOfThisProject } from "../../../topology/origin";
import { autoScalingStack } from "../../mutants/auto-scaling-base";
import { baseStack } from "../../mutants/bases";
import type { SynthesizedJson } from "../../mutants/mutant";
import { fixture } from "../../support/rehearsal-room";
import { expectedOf, NAMES, planOf } from "../../support/topology-fixtures";

/* Whether a file comes from a stack of this project: only there can a fix be written as props. */

type Json = Record<string, unknown>;

const read = (file: string): Json => JSON.parse(readFileSync(fixture(`traced/${file}.json`), "utf8")) as Json;
/** The file in which the load balancer and its servers miss each other by their ports. */
const spoilt = <T>(file: T): T =>
  JSON.parse(JSON.stringify(file), (_key, it: unknown) =>
    isTargetsRule(it) ? { ...it, from_port: 8080, to_port: 8080 } : it,
  ) as T;
const isTargetsRule = (it: unknown): it is Json =>
  typeof it === "object" &&
  it !== null &&
  "referenced_security_group_id" in it &&
  "from_port" in it &&
  (it as Json).from_port === 80;

const OURS: Readonly<Record<string, unknown>> = {
  "a synthesized stack": baseStack("site"),
  "its plan": read("site.plan"),
  "its state": read("site.state"),
};

/** Our names and tags taken out: what remains is anybody's. */
const untagged = (file: unknown): unknown => JSON.parse(JSON.stringify(file).replaceAll("alb-web:", "acme:"));

/** What terraform reads and does not make; it may be a stack of ours. */
const READS_OURS = {
  data: { aws_lb: { shared: { tags: { "alb-web:stack": "web" } } } },
  resource: { aws_route53_zone: { main: { name: "example.com" } } },
};
const data = { address: "data.aws_lb.shared", mode: "data", type: "aws_lb", name: "shared" };
const OTHERS: Readonly<Record<string, unknown>> = {
  "a synthesized stack of another CDKTF program": {
    "//": { metadata: { backend: "local", stackName: "web", version: "0.21.0" } },
    ...(autoScalingStack() as object),
  },
  ...Object.fromEntries(Object.entries(OURS).map(([what, file]) => [`${what}, without our tags`, untagged(file)])),
  "a file that reads one of ours": READS_OURS,
  "a plan that reads one of ours": {
    format_version: "1.2",
    resource_changes: [{ ...data, change: { actions: ["read"], after: { tags_all: { "alb-web:stack": "web" } } } }],
    configuration: { root_module: {} },
  },
  "a state that reads one of ours": {
    format_version: "1.0",
    values: { root_module: { resources: [{ ...data, values: { tags_all: { "alb-web:stack": "web" } } }] } },
  },
};

test.each(Object.entries(OURS))("%s is of this project", (_, file) => {
  expect(isOfThisProject(file)).toBe(true);
});

test.each(Object.entries(OTHERS))("%s is not", (_, file) => {
  expect(isOfThisProject(file)).toBe(false);
});

test.each(NAMES)("%s, which the public writes, is not", (name) => {
  expect(isOfThisProject(planOf(name))).toBe(false);
});

test("a state with modules is, where the stack is in one of them", () => {
  const {
    values: { root_module },
  } = read("site.state") as { values: { root_module: unknown } };
  expect(
    isOfThisProject({
      format_version: "1.0",
      values: { root_module: { child_modules: [{ child_modules: [root_module] }] } },
    }),
  ).toBe(true);
});

test.each([
  undefined,
  null,
  7,
  "text",
  [],
  {},
  { provider: 7 },
  { provider: { aws: null } },
  { resource_changes: {} },
  { values: [] },
])("whatever else it is, it is not: %j", (document) => {
  expect(isOfThisProject(document)).toBe(false);
});

describe("a fix is shown", () => {
  const shown = (report: TraceReport): string[] => [
    reportAsText(report, { source: "plan.json", hasColour: false }),
    reportAsMarkdown(report, { source: "plan.json" }),
  ];
  const isWithProps = (text: string): boolean => /^ +props\b|- Props:/m.test(text);
  const isWithFix = (text: string): boolean => /^ +fix {2}/m.test(text) || text.includes("- Fix: ");

  test.each(Object.entries(OURS))("as props too, of %s", (_, file) => {
    const report = trace(spoilt(file));
    expect(report.verdict).toBe("broken");
    for (const { fix } of report.findings) expect(fix.props).not.toBe("");
    expect(shown(report).map((text) => [isWithFix(text), isWithProps(text)])).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  test.each(Object.entries(OURS))("as text and HCL only, of %s without our tags", (_, file) => {
    const report = trace(spoilt(untagged(file)));
    expect(report.verdict).toBe("broken");
    expectNoProps(report);
  });

  test.each(NAMES.filter((name) => expectedOf(name).verdict === "broken"))("as text and HCL only, of %s", (name) => {
    expectNoProps(trace(planOf(name)));
  });

  function expectNoProps(report: TraceReport): void {
    expect(report.findings.length).toBeGreaterThan(0);
    for (const { fix } of report.findings) expect([fix.props, fix.text === ""]).toEqual(["", false]);
    expect(shown(report).map((text) => [isWithFix(text), isWithProps(text)])).toEqual([
      [true, false],
      [true, false],
    ]);
  }
});

test("what is shown of a synthesized stack does not depend on how its provider's blocks are written", () => {
  const { provider, ...rest } = baseStack("site") as SynthesizedJson & {
    provider: { aws: { default_tags: unknown[] }[] };
  };
  const [aws] = provider.aws;
  expect(isOfThisProject({ ...rest, provider: { aws: { ...aws, default_tags: aws?.default_tags[0] } } })).toBe(true);
});
