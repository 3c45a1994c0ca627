import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { PROJECT } from "./rehearsal-room";

/** The tests that run no terraform: those of npm run test:unit. */
export function unitTests(): string[] {
  const folder = join(PROJECT, "__tests__");
  return readdirSync(folder).filter((name) => /(?<!\.(all|terraform))\.test\.ts$/.test(name)).sort().map((name) => join(folder, name));
}

/** Packages, and modules of Node, that a file imports by itself and by what it imports of ours. */
export function modulesOf(file: string): string[] {
  const seen = new Set<string>();
  const modules = new Set<string>();
  const read = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, name = ""] of readFileSync(path, "utf8").matchAll(/^(?:import|export)\b[^"'`;=]*["']([^"'\n]+)["'];$/gm)) {
      const own = [`${resolve(dirname(path), name)}.ts`, resolve(dirname(path), name)].find(existsSync);
      if (!name.startsWith(".")) modules.add(name);
      else if (own?.endsWith(".ts")) read(own);
    }
  };
  read(file);
  return [...modules];
}
