import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020";
import { review } from "../../../path/review/review";
import { trace } from "../../../path/trace/trace";
import { MUTANTS } from "../../mutants/all";
import { mutantStack } from "../../mutants/bases";
import { FIXTURES, PROJECT } from "../../support/project";

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
