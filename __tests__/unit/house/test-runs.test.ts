import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { CHANGED } from "../../changes/all";
import { kindsOf as kindsOfChange } from "../../changes/kinds";
import { LESS_COMMON } from "../../changes/less-common";
import { kindsOf as kindsOfMutant, MUTANTS } from "../../mutants/all";
import { asFewStacks, COMBINATIONS } from "../../support/combinations";
import { PROJECT } from "../../support/project";
import { IS_EXHAUSTIVE, sampled, sampleOf } from "../../support/sample";
import { stackIdOf } from "../../support/stack-id";
import { synthAll } from "../../support/synth";
import { KINDS, modulesOf, startsPrograms, testsOf, testsWithoutTerraform } from "../../support/unit-tests";

/*
 * Which tests each script of package.json runs: every file by one of them, and of large matrices a sample that has
 * every kind.
 */

type Sequencer = (new (
  options: object,
) => { sort: (tests: readonly object[]) => { path: string }[] }) & { readonly SLOWEST: readonly string[] };

const FILES = readdirSync(join(PROJECT, "__tests__"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => join(PROJECT, "__tests__", name));

describe("the scripts", () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };

  test("every test file is in one of the folders", () => {
    expect(FILES.sort()).toEqual(KINDS.flatMap(testsOf).sort());
  });

  /** What a script runs; the one pattern of it names folders to leave out, or to run. */
  const foldersOf = (script: string) => {
    const text = scripts[script] ?? "";
    const named = new RegExp(/(__tests__\/\S*?)(?:\\?"|$)/.exec(text)?.[1] ?? "there is none");
    const isLeftOut = text.includes("--testPathIgnorePatterns");
    return KINDS.filter((kind) => named.test(`__tests__/${kind}/`) !== isLeftOut);
  };

  test("npm test and test:rest run every folder, each once", () => {
    expect(foldersOf("test")).toEqual(["unit", "programs", "terraform"]);
    expect(foldersOf("test:rest")).toEqual(["slow"]);
  });

  test("test:unit runs those that start no program", () => {
    expect(foldersOf("test:unit")).toEqual(["unit"]);
    expect(testsOf("unit").filter(startsPrograms)).toEqual([]);
  });

  test.each(["test", "test:unit"])(
    "%s takes a name after its own arguments, which jest would else take for one more pattern to ignore",
    (script) => {
      expect(scripts[script]).toMatch(/ --testPathIgnorePatterns "[^"]+" --\w+ \S+$/);
    },
  );

  test.each([
    ['import { spawnSync } from "node:child_process";', true],
    ['import { createServer } from "node:http";', true],
    ['import { RehearsalRoom } from "../../support/rehearsal-room";', true],
    ['import { lint } from "../../support/actionlint";', true],
    ['import { fixture, PROJECT } from "../../support/rehearsal-room";', false],
    ['import { synthOf } from "../../support/synth";', false],
  ])("a test with %s starts a program: %s", (line, does) => {
    const file = join(mkdtempSync(join(tmpdir(), "alb-web-runs-")), "some.test.ts");
    writeFileSync(file, `${line}\n`);
    expect(startsPrograms(file)).toBe(does);
    rmSync(dirname(file), { recursive: true });
  });

  test("test:exhaustive runs every file, all cases of it, and the twenty crashes", () => {
    expect(scripts["test:exhaustive"]).toMatch(/jest --config jest\.exhaustive\.config\.js --maxWorkers \d+$/);
    const { ALB_WEB_TESTS: before } = process.env;
    const { testMatch } = jest.requireActual<{ testMatch: string[] }>("../../../jest.exhaustive.config.js");
    expect([testMatch, process.env.ALB_WEB_TESTS]).toEqual([
      ["<rootDir>/__tests__/**/*.test.ts", "<rootDir>/__tests__/slow/cli/crash.twenty.ts"],
      "exhaustive",
    ]);
    if (before === undefined) delete process.env.ALB_WEB_TESTS;
  });
});

test("the slowest files begin first, whichever way they come", () => {
  const SlowestFirst = jest.requireActual<Sequencer>("../../support/slowest-first.js");
  const tests = FILES.map((path) => ({
    path,
    context: { config: { cacheDirectory: PROJECT, id: "none", rootDir: PROJECT }, hasteFS: { getSize: () => 1 } },
  }));
  const sorted = new SlowestFirst({ globalConfig: {}, contexts: [] })
    .sort([...tests].reverse())
    .map(({ path }) => relative(join(PROJECT, "__tests__"), path).replace(/\.test\.ts$/, ""));
  expect(sorted.slice(0, SlowestFirst.SLOWEST.length)).toEqual(SlowestFirst.SLOWEST);
  expect(sorted).toHaveLength(FILES.length);
});

describe("a sample", () => {
  const CASES = ["ab", "b", "cd", "d", "a", "dc"];
  const letters = (word: string) => word.split("");

  test("has every feature, by few cases, in their order", () => {
    expect(sampleOf(CASES, letters)).toEqual(["ab", "cd"]);
    expect(sampleOf(["a", "ab", "c"], letters)).toEqual(["ab", "c"]);
  });

  test("takes the cheapest of those that bring as much", () => {
    expect(sampleOf(["ab", "ba", "c"], letters, (word) => (word === "ab" ? 2 : 1))).toEqual(["ba", "c"]);
  });

  test("of what has no features is empty", () => {
    expect(sampleOf(["", ""], letters)).toEqual([]);
  });

  test("is what runs, unless all cases do", () => {
    expect(sampled(CASES, letters)).toEqual(IS_EXHAUSTIVE ? CASES : ["ab", "cd"]);
  });
});

const CHANGES = [...CHANGED, ...LESS_COMMON];

describe.each<
  [what: string, all: readonly unknown[], sample: readonly unknown[], kinds: string[][], sampledKinds: string[][]]
>([
  matrix("mutants", MUTANTS, kindsOfMutant),
  matrix("changes", CHANGES, kindsOfChange),
  matrix("tests for other versions of Node", testsWithoutTerraform(), modulesOf),
])("the sample of the %s", (_, all, sample, kinds, sampledKinds) => {
  test("is less than half of them", () => {
    expect(sample.length).toBeGreaterThan(0);
    expect(sample.length).toBeLessThan(all.length / 2);
  });

  test("has every kind", () => {
    expect([...new Set(sampledKinds.flat())].sort()).toEqual([...new Set(kinds.flat())].sort());
  });
});

test("the sampled mutants are of every rule, in a plan and in a state where these can hold it", () => {
  const sample = sampleOf(MUTANTS, kindsOfMutant);
  const rules = (of: typeof sample, form: "plan" | "state") =>
    [...new Set(of.filter(({ cannot }) => cannot?.[form] === undefined).map(({ rule }) => rule))].sort();
  for (const form of ["plan", "state"] as const) expect(rules(sample, form)).toEqual(rules([...MUTANTS], form));
  expect(new Set(sample.map(({ base }) => base))).toEqual(new Set(MUTANTS.map(({ base }) => base)));
});

test("the sampled changes have every effect in every site, and every way of editing that there is", () => {
  const sample = sampleOf(CHANGES, kindsOfChange);
  const seen = (of: typeof sample) => [...new Set(of.map(({ base, effect }) => `${effect} in ${base}`))].sort();
  expect(seen(sample)).toEqual(seen(CHANGES));
  const kinds = sample.flatMap(kindsOfChange);
  for (const edit of [
    "moved",
    "removed",
    "makes first",
    "adds aws_lb_listener_rule",
    "drops aws_lb_listener_rule",
    "changes aws_lb_listener_rule",
  ])
    expect(kinds).toContain(edit);
});

test("the modules of a unit test are those that its own files import, too", () => {
  const [own = ""] = testsOf("unit").filter((file) => file.endsWith("test-runs.test.ts"));
  expect(modulesOf(own)).toEqual(expect.arrayContaining(["node:fs", "node:path", "cdktf"]));
});

describe("the combinations in fewer stacks", () => {
  const stacks = asFewStacks(COMBINATIONS);

  test("are less than half as many", () => {
    expect(Object.keys(stacks).length).toBeLessThan(Object.keys(COMBINATIONS).length / 2);
    expect(new Set(Object.keys(stacks).map(stackIdOf)).size).toBe(Object.keys(stacks).length);
  });

  test.each(Object.entries(COMBINATIONS))("%s is whole in one of them", (_, { domainName: _own, ...props }) => {
    expect(Object.values(stacks)).toContainEqual(expect.objectContaining(props));
  });

  test("are each synthesized without a finding", () => {
    const json = synthAll(Object.fromEntries(Object.entries(stacks).map(([name, props]) => [stackIdOf(name), props])));
    expect(Object.values(json).every(({ resource = {} }) => Object.keys(resource).length > 0)).toBe(true);
  });
});

function matrix<T>(
  what: string,
  all: readonly T[],
  kindsOf: (one: T) => string[],
): [string, readonly T[], readonly T[], string[][], string[][]] {
  const sample = sampleOf(all, kindsOf);
  return [what, all, sample, all.map(kindsOf), sample.map(kindsOf)];
}
