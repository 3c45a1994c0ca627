import fc from "fast-check";
import { MUTANTS } from "../../mutants/all";
import { BASES, baseStack, mutantStack } from "../../mutants/bases";
import { IS_EXHAUSTIVE, sampled } from "../../support/sample";
import { disagreements } from "../../support/serve-agreement";
import { generatedSites } from "../../support/serve-generator";

/*
 * The trace of a file and the served site agree. If the trace says ok, every URL of the file is answered as declared; if
 * it says broken, a client sees it; if something is unknown, serve names it. `npm run test:agreement` tries all
 * mutants and 3,000 generated sites.
 */

/** Sites that are tried at the same time: most of the time they wait for timeouts. */
const AT_ONCE = 6;
const GENERATED = IS_EXHAUSTIVE ? 3_000 : 80;
const SEED = 20_261_130;

/** Runs a check for each, several at once, and returns what disagrees. */
async function eachOf<T>(all: readonly T[], nameOf: (one: T) => string, documentOf: (one: T) => unknown) {
  const waiting = [...all];
  const found: string[] = [];
  const next = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift())
      for (const text of await disagreements(documentOf(one))) found.push(`${nameOf(one)}: ${text}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return found;
}

test.each(BASES)("the correct stack %s", async (base) => {
  expect(await disagreements(baseStack(base))).toEqual([]);
});

const synthesized = MUTANTS.filter(({ cannot }) => cannot?.synthesized === undefined);

test("stacks with one mistake each", async () => {
  const mutants = sampled(synthesized, ({ rule, base }) => [rule, `base ${base}`]);
  expect(await eachOf(mutants, ({ rule, name }) => `${rule} ${name}`, mutantStack)).toEqual([]);
}, 3_600_000);

test("generated sites with up to two mistakes", async () => {
  const sites = fc.sample(generatedSites, { numRuns: GENERATED, seed: SEED });
  const names = new Map(sites.map((it, index) => [it, `#${index} ${it.mistakes.join(" + ")}`]));
  expect(
    await eachOf(
      sites,
      (it) => names.get(it) ?? "",
      ({ document }) => document,
    ),
  ).toEqual([]);
}, 3_600_000);
