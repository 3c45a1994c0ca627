import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020";
import { servedAsJson } from "../../../cli/serve/served-output";
import { review } from "../../../path/review/review";
import { trace } from "../../../path/trace/trace";
import { MUTANTS } from "../../mutants/all";
import { mutantStack } from "../../mutants/bases";
import { FIXTURES, PROJECT } from "../../support/project";
import { servedSite } from "../../support/served-site";
import { synthOf } from "../../support/synth";

/* docs/schemas/ says of each report that a program can read what stands in it, and nothing else does. */

const schemaOf = (name: string): object =>
  JSON.parse(readFileSync(join(PROJECT, "docs/schemas", `${name}.schema.json`), "utf8")) as object;

/** What a schema says against a report, as it is after it was written and read. */
function problemsBy(name: string): (report: unknown) => string {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true });
  const validate = ajv.compile(schemaOf(name));
  return (report) => (validate(JSON.parse(JSON.stringify(report))) ? "" : ajv.errorsText(validate.errors));
}

const files = readdirSync(FIXTURES, { recursive: true, encoding: "utf8" }).filter((it) => it.endsWith(".json"));
const documents = files.map((it) => JSON.parse(readFileSync(join(FIXTURES, it), "utf8")) as Record<string, unknown>);

test("every schema is one", () => {
  const names = readdirSync(join(PROJECT, "docs/schemas"));
  expect(names.filter((name) => !name.endsWith(".schema.json"))).toEqual([]);
  for (const name of names) expect(() => problemsBy(name.replace(".schema.json", ""))).not.toThrow();
});

test("a trace is as its schema says", () => {
  const problems = problemsBy("trace");
  const found = MUTANTS.filter(({ cannot }) => cannot?.synthesized === undefined).map((it) => trace(mutantStack(it)));
  const read = documents.filter((it) => "planned_values" in it || "values" in it).map((it) => trace(it));
  expect([...new Set([...found, ...read].map(problems))]).toEqual([""]);
  expect(problems({ ...found[0], more: 1 })).toContain("additional properties");
});

test("a review is as its schema says", () => {
  const problems = problemsBy("review");
  const reports = documents
    .filter((it) => "planned_values" in it)
    .map((it) => ({ plan: "plan.json", ...review(it).report }));
  expect(problems(reports)).toBe("");
  expect(problems(reports[0])).toBe("data must be array");
  expect(problems([{ ...reports[0], effect: "some" }])).toContain("effect");
});

test("what serve prints for programs is as its schema says", async () => {
  const problems = problemsBy("serve");
  const broken: unknown = JSON.parse(readFileSync(join(PROJECT, "docs/examples/broken.json"), "utf8"));
  const synthesized = synthOf({ domainName: "www.example.com" });
  // NGINX is never started, so nothing listens.
  const withoutServer: unknown = JSON.parse(JSON.stringify(synthesized), (key, value: unknown) =>
    key === "user_data" ? "#!/bin/sh\ndnf install -y nginx\n" : value,
  );
  const listening: unknown[] = [];
  for (const document of [broken, synthesized, withoutServer]) {
    const served = await servedSite(document);
    const printed = servedAsJson(served);
    await served.close();
    const ready = JSON.parse(printed) as { targets: { listens: unknown }[] };
    listening.push(ready.targets.every(({ listens }) => listens !== null));
    expect([printed.includes("\n"), problems(ready)]).toEqual([false, ""]);
    expect(problems({ ...ready, more: 1 })).toContain("additional properties");
    expect(problems({ ...ready, dns: "0.0.0.0:53" })).toContain("dns");
  }
  expect(listening).toEqual([true, true, false]);
});
