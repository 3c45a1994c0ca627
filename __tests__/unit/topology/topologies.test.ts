import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../../path/report";
import { trace } from "../../../path/trace/trace";
import { expectedOf, folderOf, NAMES, planOf, TOPOLOGIES } from "../../support/topology-fixtures";

/*
 * Root modules in the styles that the public uses, by plans that terraform made of them;
 * __tests__/slow/topology/topologies.test.ts makes the plans again.
 */

const errorsOf = (findings: readonly Finding[]): string[] =>
  findings
    .filter(({ severity }) => severity === "error")
    .map(({ id, address, attribute, observed }) => `${id} ${address} ${attribute}: ${observed}`);
const named = (verdict: string): string[] => NAMES.filter((name) => expectedOf(name).verdict === verdict);

describe("a correct root module", () => {
  test.each(named("ok"))("%s is ok", (name) => {
    const report = trace(planOf(name));
    expect({
      errors: errorsOf(report.findings),
      open: report.paths.flatMap(({ hops }) => hops.flatMap(({ open }) => open)),
      verdict: report.verdict,
    }).toEqual({ errors: [], open: [], verdict: "ok" });
  });

  test.each(named("unknown"))("%s is unknown, as not all of it is in the file, and says what is not", (name) => {
    const report = trace(planOf(name));
    expect({ errors: errorsOf(report.findings), verdict: report.verdict }).toEqual({ errors: [], verdict: "unknown" });
    expect(report.paths.flatMap(({ hops }) => hops.flatMap(({ open }) => open))).not.toEqual([]);
  });
});

describe("a broken root module", () => {
  test.each(named("broken"))("%s is named with its cause, and with nothing else", (name) => {
    const expected = expectedOf(name);
    const report = trace(planOf(name));
    expect(report.verdict).toBe("broken");
    const errors = report.findings
      .filter(({ severity }) => severity === "error")
      .map(({ id, address }) => `${id} ${address.replace(/\[[^\]]*\]/g, "")}`);
    expect([...new Set(errors)]).toEqual([expected.verdict === "broken" ? `${expected.id} ${expected.address}` : ""]);
  });
});

describe("the root modules", () => {
  test("there are enough of them, and none is left out", () => {
    expect(named("ok").length + named("unknown").length).toBeGreaterThanOrEqual(18);
    expect(named("broken").length).toBeGreaterThanOrEqual(8);
    const folders = readdirSync(TOPOLOGIES, { withFileTypes: true })
      .filter((it) => it.isDirectory())
      .map(({ name }) => name)
      .sort();
    expect(NAMES).toEqual(folders.filter((name) => name !== PROVIDER_6));
  });

  test("each has its plan, made by terraform with provider 5", () => {
    for (const name of NAMES) {
      expect({ name, plan: planOf(name) }).toMatchObject({
        name,
        plan: {
          format_version: expect.stringMatching(/^1\./),
          terraform_version: expect.stringMatching(/^1\./),
          errored: false,
          configuration: { provider_config: { aws: { full_name: "registry.terraform.io/hashicorp/aws" } } },
        },
      });
    }
  });

  test("their plans are no more than 4 MB", () => {
    expect(NAMES.reduce((sum, name) => sum + statSync(join(folderOf(name), "plan.json")).size, 0)).toBeLessThan(
      4_000_000,
    );
  });
});

const PROVIDER_6 = "provider-6";

describe("a plan of provider 6, where each resource has a region", () => {
  const folder = join(TOPOLOGIES, PROVIDER_6);
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : [];

  test("there are such, and each says that it is made by hand", () => {
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) expect(documentOf(file)["//"]).toMatch(/by hand/);
  });

  test.each(files.map((file) => [file]))("%s", (file) => {
    const { "//": note, ...plan } = documentOf(file);
    const [, verdict, id, address] = String(note).match(/(ok|broken)(?:: (P\d\d) (\S+))?$/) ?? [];
    const report = trace(plan);
    expect(report.verdict).toBe(verdict);
    expect([
      ...new Set(report.findings.filter(({ severity }) => severity === "error").map((it) => `${it.id} ${it.address}`)),
    ]).toEqual(id === undefined ? [] : [`${id} ${address}`]);
  });

  function documentOf(file: string): Record<string, unknown> {
    return JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, unknown>;
  }
});
