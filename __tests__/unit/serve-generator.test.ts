import fc from "fast-check";
import type { Verdict } from "../../path/report";
import { trace } from "../../path/trace/trace";
import { readTopology } from "../../topology/topology";
import { inWords, opensIn } from "../mutants/judge";
import { type GeneratedSite, generatedSites } from "../support/serve-generator";
import { MISTAKES } from "../support/serve-mistakes";

/* Whether the random sites are what a comparison of the tracer with `serve` needs: of every verdict enough. */

const SITES = 300;
const sites = fc.sample(generatedSites, { numRuns: SITES, seed: 16 });
const reports = sites.map((it) => [it, trace(it.document)] as const);

test("each is read, and has a path", () => {
  for (const { document } of sites) expect(readTopology(document).balancers).toHaveLength(1);
  expect(reports.filter(([, { paths }]) => paths.length === 0).map(([it]) => it.mistakes)).toEqual([]);
});

test("each verdict occurs often enough", () => {
  const counts: Record<Verdict, number> = { ok: 0, broken: 0, unknown: 0 };
  for (const [, { verdict }] of reports) counts[verdict] += 1;
  for (const count of Object.values(counts)) expect(count).toBeGreaterThanOrEqual(30);
});

test("a site without a mistake is ok", () => {
  const correct = reports.filter(([{ mistakes }]) => mistakes.length === 0);
  expect(correct.length).toBeGreaterThan(SITES / 4);
  const wrong = correct.filter(([, { verdict }]) => verdict !== "ok");
  expect(wrong.map(([{ features }, it]) => [features, `${inWords(it.findings)}${opensIn(it)}`])).toEqual([]);
});

test("no two are the same", () => {
  expect(new Set(sites.map(({ document }) => JSON.stringify(document))).size).toBeGreaterThan(SITES * 0.95);
});

test("no two mistakes have one name", () => {
  const names = MISTAKES.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

/** The first correct site that has a place for the mistake, before and after. */
function changedBy(put: (typeof MISTAKES)[number]["put"]): Record<"before" | "after", GeneratedSite["document"]> {
  for (const { document: before, mistakes, features } of sites) {
    if (mistakes.length > 0 || features.securityGroups !== "single rules") continue;
    const after = JSON.parse(JSON.stringify(before)) as GeneratedSite["document"];
    if (put(after, 0)) return { before, after };
  }
  throw new Error("no site has a place for it");
}

test.each(MISTAKES.map((it) => [it.name, it] as const))("%s: changes a site, which is still read", (_, mistake) => {
  const { before, after } = changedBy(mistake.put);
  expect(JSON.stringify(after)).not.toBe(JSON.stringify(before));
  const { verdict, paths } = trace(after);
  expect(paths.length).toBeGreaterThan(0);
  // A site that ends up ok has another way, or the mistake is harmless in it.
  if (mistake.kind === "hides") expect(verdict).not.toBe("broken");
});
