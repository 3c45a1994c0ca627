import { ruleOf } from "../../../path/rules/all";
import { trace } from "../../../path/trace/trace";
import { MUTANTS } from "../../mutants/all";
import { baseStack } from "../../mutants/bases";
import { findingsOf, inWords, isWarning } from "../../mutants/judge";
import type { Mutant, SynthesizedJson } from "../../mutants/mutant";
import { sampled } from "../../support/sample";

/*
 * Two mistakes at once, on different hops of one path: a trace reports both, not only the one that a request would meet
 * first. Each mistake with one of each other hop; with all of them: npm run test:exhaustive.
 */

/**
 * Rules whose mistake leaves nothing of the path to look at after it, or corrects the other one: with which other rules,
 * and why.
 */
const NOT_TOGETHER: readonly { readonly rule: string; readonly others: readonly string[]; readonly why: string }[] = [
  {
    rule: "P19",
    others: ["P06", "P11", "P12", "P13", "P14", "P15", "P16", "P17"],
    why: "no listener uses a certificate, so that none is on the path or says which name the load balancer is for",
  },
  {
    rule: "P21",
    others: ["P06", "P11", "P12", "P13", "P14", "P15", "P16", "P17", "P48"],
    why:
      "no listener uses a certificate or forwards, so that none is on the path or says which name the load balancer " +
      "is for",
  },
  {
    rule: "P06",
    others: ["P11", "P12", "P13", "P26"],
    why: "the name leads to another load balancer, so that this one's certificate and rules are not for it",
  },
  { rule: "P01", others: ["P11", "P12"], why: "a name that only those inside can ask for may be used without TLS" },
  { rule: "P15", others: ["P04", "P07"], why: "each gives the certificate another further name" },
  { rule: "P09", others: ["P44", "P45", "P47"], why: "an internal load balancer needs no way to the internet" },
  {
    rule: "P48",
    others: [
      "P26",
      "P28",
      "P29",
      "P32",
      "P33",
      "P34",
      "P35",
      "P36",
      "P37",
      "P39",
      "P40",
      "P50",
      "P53",
      "P61",
      "P62",
      "P63",
      "P64",
    ],
    why: "nothing leads to the instances, so that they are no targets",
  },
  {
    rule: "P49",
    others: ["P32", "P33", "P34", "P35", "P36", "P37", "P39", "P40", "P50", "P53", "P61", "P62", "P63", "P64"],
    why: "the instances are not attached, so that they are no targets",
  },
];

/** One mistake of each rule, in the site of this project. */
const MISTAKES: readonly Mutant[] = [
  ...new Map(
    MUTANTS.filter((it) => it.base === "site" && !isWarning(it) && it.cannot?.synthesized === undefined)
      .reverse()
      .map((it) => [it.rule, it]),
  ).values(),
];

const ALL_PAIRS = MISTAKES.flatMap((one, index) =>
  MISTAKES.slice(index + 1).map((other) => [one, other] as const),
).filter(([one, other]) => ruleOf(one.rule).hop !== ruleOf(other.rule).hop);
const PAIRS = ALL_PAIRS.filter(
  ([{ rule: one }, { rule: other }]) =>
    !NOT_TOGETHER.some(
      ({ rule, others }) => (rule === one && others.includes(other)) || (rule === other && others.includes(one)),
    ),
);

const RUN = sampled(PAIRS, ([{ rule: one }, { rule: other }]) => [
  `${one} ${ruleOf(other).hop}`,
  `${other} ${ruleOf(one).hop}`,
]);

test("there are at least 20 pairs, between all hops", () => {
  expect(RUN.length).toBeGreaterThanOrEqual(20);
  const between = new Set(
    RUN.map((pair) =>
      pair
        .map(({ rule }) => ruleOf(rule).hop)
        .sort()
        .join(" and "),
    ),
  );
  expect([...between].sort()).toEqual([
    "dns and listener",
    "dns and target",
    "dns and target-group",
    "dns and tls",
    "listener and target",
    "listener and target-group",
    "listener and tls",
    "target and target-group",
    "target and tls",
    "target-group and tls",
  ]);
});

/** What one mutant looks for the other may have changed, in one order or in both. */
function together(one: Mutant, other: Mutant): SynthesizedJson | undefined {
  for (const order of [
    [one, other],
    [other, one],
  ]) {
    const stack = baseStack("site");
    try {
      for (const { mutate } of order) mutate(stack);
      return stack;
    } catch {}
  }
  return undefined;
}

test.each(RUN.map(([one, other]) => [one.rule, one.name, other.rule, other.name, one, other] as const))(
  "%s (%s) and %s (%s) are both reported",
  (_row, _name, _otherRow, _otherName, one, other) => {
    const stack = together(one, other);
    expect(stack).toBeDefined();
    const report = trace(stack);
    const missing = [one, other].filter((it) => findingsOf(it, report).length === 0).map(({ rule }) => rule);
    expect({ verdict: report.verdict, missing, found: missing.length === 0 ? "" : inWords(report.findings) }).toEqual({
      verdict: "broken",
      missing: [],
      found: "",
    });
  },
);
