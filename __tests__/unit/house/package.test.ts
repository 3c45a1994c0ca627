import { existsSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { PROJECT } from "../../support/project";

/* The package holds the command alb-web, with what that needs and nothing else, and the constructs as one file. */

/** npm packs it whatever the list says. */
const ALWAYS_PACKED = ["package.json"];
/** What esbuild makes of the constructs, and their types. */
const BUILT = "dist/constructs";
/** Small, and put into that file. */
const BUNDLED = ["fastest-levenshtein", "valibot"];
const { files, dependencies, peerDependencies, bin, scripts } = JSON.parse(
  readFileSync(join(PROJECT, "package.json"), "utf8"),
) as {
  files: string[];
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  scripts: Record<string, string>;
  bin: Record<string, string>;
};

/** The commands of the package, whose files alb-web loads by their names; of the others the package has none. */
const COMMANDS = ["cli/commands/review.ts", "cli/commands/trace.ts"];

/** All files that programs load, and the packages that they name. */
function loaded(...programs: string[]): { sources: Set<string>; packages: Set<string> } {
  const sources = new Set<string>();
  const packages = new Set<string>();
  const pending = programs.length > 0 ? programs : [bin["alb-web"] ?? "", ...COMMANDS];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (sources.has(file)) continue;
    sources.add(file);
    const text = readFileSync(join(PROJECT, file), "utf8");
    for (const [, from = ""] of text.matchAll(
      /(?:^import (?!type )[^"]*?|^export (?!type )[^"]*? from |\brequire\()"([^"]+)"/gm,
    )) {
      if (!from.startsWith(".")) packages.add(from.replace(/^((?:@[^/]+\/)?[^/]+).*$/, "$1"));
      else pending.push(fileOf(posix.join(posix.dirname(file), from)));
    }
  }
  for (const name of [...packages])
    if (name.startsWith("node:") || builtinModules.includes(name)) packages.delete(name);
  return { sources, packages };
}

function fileOf(path: string): string {
  return existsSync(join(PROJECT, path)) && /\.\w+$/.test(path) ? path : `${path}.ts`;
}

const isIn = (file: string, pattern: string): boolean =>
  file.startsWith(`${pattern}/`) ||
  new RegExp(`^${pattern.replace(/[.]/g, "\\.").replace(/\*/g, "[^/]*")}$`).test(file);

test("every file that the command loads is in the package", () => {
  const { sources } = loaded();
  expect(sources.size).toBeGreaterThan(80);
  expect(
    [...sources].filter((file) => !ALWAYS_PACKED.includes(file) && !files.some((pattern) => isIn(file, pattern))),
  ).toEqual([]);
});

test("nothing is in the package that the command does not load", () => {
  const { sources } = loaded();
  expect(files.filter((pattern) => ![...sources].some((file) => isIn(file, pattern)))).toEqual([BUILT]);
});

test("what is installed with it is what it loads", () => {
  expect(Object.keys(dependencies).sort()).toEqual([...loaded().packages].sort());
});

test("the constructs load what is installed with them, what the other project has, and what is bundled", () => {
  const { packages } = loaded("constructs/web-stack.ts");
  const installed = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
  expect([...packages].filter((name) => !installed.includes(name)).sort()).toEqual(BUNDLED);
  expect(Object.keys(peerDependencies).filter((name) => !packages.has(name))).toEqual([]);
});

test("what is not bundled into the constructs' file is installed", () => {
  const external = [...(scripts.prepack ?? "").matchAll(/--external:(\S+)/g)].map(([, name = ""]) =>
    name.replace("/*", "/provider-aws"),
  );
  const installed = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
  expect(external.filter((name) => !installed.includes(name))).toEqual([]);
});
