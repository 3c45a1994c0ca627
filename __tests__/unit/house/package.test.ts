import { existsSync, readFileSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { BUNDLE, LICENSES } from "../../../bundle/build";
import { PROJECT } from "../../support/project";

/* The package holds the command alb-web, with what that needs and nothing else, and the constructs as one file. */

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

/** All files that programs load, and the packages that they name. */
function loaded(...programs: string[]): { sources: Set<string>; packages: Set<string> } {
  const sources = new Set<string>();
  const packages = new Set<string>();
  const pending = [...programs];
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

test("the package holds the command in one file, the constructs, and the pages that findings name", () => {
  expect(files).toEqual([
    "bundle/alb-web.js",
    "bundle/LICENSES.txt",
    "cli/alb-web.js",
    BUILT,
    "docs/rules",
    "docs/schemas",
  ]);
  expect(bin).toEqual({ "alb-web": "cli/alb-web.js" });
});

test("the one file of the command loads nothing but Node's own modules", () => {
  const required = [...readFileSync(BUNDLE, "utf8").matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = ""]) => name);
  expect(required.length).toBeGreaterThan(0);
  expect(required.filter((name) => !name.startsWith("node:") && !builtinModules.includes(name))).toEqual([]);
});

test("the one file of the command has at most 1 MB, and the licences of what is in it next to it", () => {
  expect(statSync(BUNDLE).size).toBeLessThan(1_000_000);
  const licenses = readFileSync(LICENSES, "utf8");
  for (const name of loaded("cli/bundled.ts").packages) expect(licenses).toMatch(new RegExp(`^${name} \\d`, "m"));
});

test("what is installed with it is what the constructs load", () => {
  const { packages } = loaded("constructs/web-stack.ts");
  expect(Object.keys(dependencies).filter((name) => !packages.has(name))).toEqual([]);
});

test("the constructs load what is installed with them, what the other project has, and what is bundled", () => {
  const { packages } = loaded("constructs/web-stack.ts");
  const installed = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
  expect([...packages].filter((name) => !installed.includes(name)).sort()).toEqual(BUNDLED);
  expect(Object.keys(peerDependencies).filter((name) => !packages.has(name))).toEqual([]);
});

test("what is not bundled into the constructs' file is installed", () => {
  const external = [...(scripts.package ?? "").matchAll(/--external:(\S+)/g)].map(([, name = ""]) =>
    name.replace("/*", "/provider-aws"),
  );
  const installed = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
  expect(external.filter((name) => !installed.includes(name))).toEqual([]);
});
