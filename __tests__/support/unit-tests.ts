import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { PROJECT } from "./project";

/**
 * The folders of tests: those that start no program, those that start programs but no terraform, those that start it,
 * and what takes long.
 */
export const KINDS = ["unit", "programs", "terraform", "slow"] as const;

/** The test files of a folder. */
export function testsOf(kind: (typeof KINDS)[number]): string[] {
  const folder = join(PROJECT, "__tests__", kind);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => join(folder, name));
}

/** The tests that run no terraform, which is one program whichever version of Node starts it. */
export function testsWithoutTerraform(): string[] {
  return [...testsOf("unit"), ...testsOf("programs")];
}

/** Whether a test file starts programs or servers, by what it imports itself. */
export function startsPrograms(file: string): boolean {
  return [...readFileSync(file, "utf8").matchAll(/^import (?:type )?(.*) from "([^"\n]+)";$/gm)].some(
    ([, names = "", from = ""]) =>
      /^node:(child_process|https?|net)$/.test(from) ||
      (/\/support\/(.*-room|action|actionlint|github-api|processes|rehearse-command)$/.test(from) &&
        !/^\{ ((fixture|PROJECT)(, )?)+ \}$/.test(names)),
  );
}

/** Packages and modules of Node that a file imports directly or through our own modules. */
export function modulesOf(file: string): string[] {
  const seen = new Set<string>();
  const modules = new Set<string>();
  const read = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, name = ""] of readFileSync(path, "utf8").matchAll(
      /^(?:import|export)\b[^"'`;=]*["']([^"'\n]+)["'];$/gm,
    )) {
      const own = [`${resolve(dirname(path), name)}.ts`, resolve(dirname(path), name)].find(existsSync);
      if (!name.startsWith(".")) modules.add(name);
      else if (own?.endsWith(".ts")) read(own);
    }
  };
  read(file);
  return [...modules];
}
