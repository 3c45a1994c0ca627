import { readFileSync } from "node:fs";
import type { TraceReport } from "../../../path/report";
import { RULES } from "../../../path/rules/all";
import { trace } from "../../../path/trace/trace";
import { MUTANTS } from "../../mutants/all";
import { BASES, baseStack, mutantStack } from "../../mutants/bases";
import { CELLS_FILE, cellsText, FORMS, holding, reasons } from "../../mutants/cells";
import { applyEdits } from "../../mutants/edits";
import { EXAMPLES_OF_CHANGES } from "../../mutants/examples-of-changes";
import { findingsOf, findsErrors, inWords, isWarning, misses, opensIn } from "../../mutants/judge";
import type { Mutant, SynthesizedJson } from "../../mutants/mutant";

/*
 * One mistake after the other in a correct stack, as it is synthesized: each is found, and nothing else is; and its fix
 * corrects it.
 */

const MAX_FIXES = 8;

describe.each(BASES)("the correct stack %s", (base) => {
  test("is ok, without any error", () => {
    const report = trace(baseStack(base));
    expect(report.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
  });
});

const inSynthesized = MUTANTS.filter(({ cannot }) => cannot?.synthesized === undefined);
const named = (mutants: readonly Mutant[]) => mutants.map((it) => [it.rule, it.name, it] as const);

describe.each(named(inSynthesized))("%s: %s", (_row, _name, mutant) => {
  test("is found, and nothing else is", () => {
    expect(misses(mutant, trace(mutantStack(mutant)))).toEqual([]);
  });
});

describe.each(named(inSynthesized.filter(({ unfixable }) => unfixable === undefined)))(
  "%s: %s",
  (_row, _name, mutant) => {
    test("is ended by what its fix says", () => {
      const stack = mutantStack(mutant);
      const report = fixed(stack, mutant, trace(stack));
      expect(inWords(report.findings.filter(({ id, severity }) => severity === "error" || id === mutant.rule))).toBe(
        "",
      );
      expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
    });
  },
);

/** Applies one fix after the other, as one mistake can show at several resources. */
function fixed(stack: SynthesizedJson, mutant: Mutant, first: TraceReport): TraceReport {
  let report = first;
  for (let fixes = 0; fixes < MAX_FIXES; fixes += 1) {
    const [next] = [
      ...findingsOf(mutant, report),
      ...report.findings.filter(({ id, severity }) => id === mutant.rule || severity === "error"),
    ];
    if (next === undefined) break;
    if (next.fix.edits.length === 0) throw new Error(`the fix of ${inWords([next])} has no edits`);
    applyEdits(stack, next.fix.edits);
    report = trace(stack);
  }
  return report;
}

test("no two mutants have one name, and none is a mutant of terraform's own rules", () => {
  const names = MUTANTS.map(({ rule, name }) => `${rule} ${name}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(
    MUTANTS.filter(({ rule }) => RULES.find(({ id }) => id === rule)?.certainty.includes("plan") !== false),
  ).toEqual([]);
});

test("no two mutants of a rule are the same change", () => {
  const texts = MUTANTS.map((it) => `${it.rule} ${JSON.stringify(mutantStack(it))}`);
  expect(
    MUTANTS.filter((_, index) => texts.indexOf(texts[index] as string) !== index).map(
      ({ rule, name }) => `${rule}: ${name}`,
    ),
  ).toEqual([]);
});

describe.each(RULES.map(({ id }) => id).filter(findsErrors))("rule %s", (rule) => {
  test.each(FORMS)("has two mutants in a file of the form %s, or the reason why not", (form) => {
    const held = holding(rule, form).length;
    const why = reasons(rule, form);
    expect({
      rule,
      form,
      gap: held >= 2 || (held === 0 && why.length > 0) ? "" : `${held} mutants; ${why.join("; ")}`,
    }).toEqual({ rule, form, gap: "" });
  });
});

describe.each(RULES.filter(({ certainty }) => certainty.includes("likely")).map(({ id }) => id))("rule %s", (rule) => {
  test("has a mutant that is a warning", () => {
    expect(MUTANTS.filter((it) => it.rule === rule && isWarning(it)).length).toBeGreaterThan(0);
  });
});

test("a rule says when its findings are warnings and when errors, if its mutants are both", () => {
  const isBoth = (rule: string) => new Set(MUTANTS.filter((it) => it.rule === rule).map(isWarning)).size === 2;
  expect(RULES.filter(({ id, severity }) => isBoth(id) && severity === undefined).map(({ id }) => id)).toEqual([]);
});

test("a rule says so if no plain stack can contain what it finds", () => {
  const only = RULES.filter(({ onlyIn }) => onlyIn !== undefined).map(({ id }) => id);
  expect(Object.keys(EXAMPLES_OF_CHANGES).sort()).toEqual(only.sort());
});

test("the table of cells is as the mutants say", () => {
  expect(readFileSync(CELLS_FILE, "utf8")).toBe(cellsText());
});
