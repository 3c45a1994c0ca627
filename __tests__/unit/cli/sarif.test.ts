import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { blocksIn } from "../../../cli/tracing/blocks-in-source";
import { reportAsSarif } from "../../../cli/tracing/sarif";
import { trace } from "../../../path/trace/trace";
import { MUTANTS } from "../../mutants/all";
import { baseStack, mutantStack } from "../../mutants/bases";
import type { Mutant } from "../../mutants/mutant";
import { the } from "../../mutants/pick";

/* What GitHub's code scanning and editors read of a trace. */

/** The instances' security group opens another port than the target group's. */
const CLOSED = trace(mutantStack(MUTANTS.find(({ name }) => name === "port 80 is open instead of 8080") as Mutant));
const [P33] = CLOSED.findings;

describe("the log of a broken path", () => {
  const [run] = reportAsSarif(CLOSED).runs;

  test("has a result for each finding, which names its rule", () => {
    expect(P33?.id).toBe("P33");
    expect(run?.results).toHaveLength(CLOSED.findings.length);
    expect(run?.results?.[0]).toMatchObject({ ruleId: "P33", level: "error", locations: [] });
    expect(run?.results?.[0]?.message.text).toContain(P33?.observed);
    expect(run?.tool.driver.rules?.[run.results?.[0]?.ruleIndex ?? -1]).toMatchObject({
      id: "P33",
      defaultConfiguration: { level: "error" },
      help: { markdown: expect.stringContaining("# P33: ") as string },
    });
  });

  test("has the verdict, and no notification where nothing is unknown", () => {
    expect(run?.properties).toMatchObject({ verdict: "broken" });
    expect(run?.invocations?.[0]).toEqual({ executionSuccessful: true, toolExecutionNotifications: [] });
  });
});

test("what is unknown is a warning of the run, so that no results are not taken for ok", () => {
  const stack = baseStack("inline-groups");
  the(stack, "aws_alb").body.subnets = "${var.subnets}";
  const report = trace(stack);
  expect([report.verdict, report.findings.filter(({ severity }) => severity === "error")]).toEqual(["unknown", []]);
  const texts = reportAsSarif(report).runs[0]?.invocations?.[0]?.toolExecutionNotifications?.map(
    (it) => it.message.text,
  );
  expect(texts?.[0]).toContain("The verdict is unknown");
  expect(texts?.join("\n")).toContain("Unknown: subnets of aws_alb.web");
});

test("an accepted finding is suppressed, with its reason", () => {
  const accepted = { ...CLOSED, findings: CLOSED.findings.map((it) => ({ ...it, accepted: "a port of tests" })) };
  expect(reportAsSarif(accepted).runs[0]?.results?.[0]?.suppressions).toEqual([
    { kind: "external", justification: "a port of tests" },
  ]);
});

describe("the places of blocks", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "alb-web-source-")));
  const at = (file: string, line: number) => ({ file: relative(process.cwd(), join(folder, file)), line });
  mkdirSync(join(folder, "modules/site"), { recursive: true });
  mkdirSync(join(folder, ".terraform/modules"), { recursive: true });
  writeFileSync(join(folder, "main.tf"), '# the site\nresource "aws_lb" "web" {\n}\n\ndata "aws_vpc" "main" {}\n');
  writeFileSync(
    join(folder, "modules/site/main.tf"),
    'resource "aws_lb_listener" "https" {\n}\nresource "aws_lb" "two" {}\n',
  );
  writeFileSync(join(folder, "modules/two.tf"), 'resource "aws_lb" "two" {}\n');
  writeFileSync(join(folder, ".terraform/modules/main.tf"), 'resource "aws_lb" "web" {}\n');
  const placeOf = blocksIn(folder);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ["a resource of the root module", "aws_lb.web", at("main.tf", 2)],
    ["one of its instances", 'aws_lb.web["a.b"]', at("main.tf", 2)],
    ["a data source", "data.aws_vpc.main", at("main.tf", 5)],
    ["a resource of a module", 'module.site["x"].aws_lb_listener.https[0]', at("modules/site/main.tf", 1)],
  ])("%s", (_, address, place) => {
    expect(placeOf(address)).toEqual(place);
    expect(
      reportAsSarif({ ...CLOSED, findings: [{ ...P33, address } as never] }, placeOf).runs[0]?.results?.[0]?.locations,
    ).toEqual([
      {
        physicalLocation: { artifactLocation: { uri: place.file }, region: { startLine: place.line } },
        logicalLocations: [{ fullyQualifiedName: address, kind: "resource" }],
      },
    ]);
  });

  test.each([
    ["a resource that no file has", "aws_lb.other"],
    ["a name that two files have", "module.site.aws_lb.two"],
  ])("%s has none", (_, address) => {
    expect(placeOf(address)).toBeUndefined();
  });
});
