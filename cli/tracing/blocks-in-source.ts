import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { blockOf, moduleOf } from "../../topology/addresses";

/** Where a resource's block begins. */
export interface BlockPlace {
  /** Relative to the working directory, with slashes. */
  readonly file: string;
  readonly line: number;
}

/** Folders without configuration of the project itself. */
const SKIPPED = new Set([".terraform", ".git", "node_modules", "cdktf.out"]);

/**
 * Finds the blocks of resources in a folder of Terraform configuration, including its modules.
 * @returns undefined for an address if no block, or several, have its type and name
 */
export function blocksIn(folder: string): (address: string) => BlockPlace | undefined {
  const places = new Map<string, BlockPlace[]>();
  for (const file of configurationIn(folder)) {
    readFileSync(file, "utf8")
      .split("\n")
      .forEach((text, index) => {
        const [, kind, type, name] =
          /^\s{0,20}(resource|data)\s{1,20}"([\w-]{1,100})"\s{1,20}"([\w-]{1,200})"/.exec(text) ?? [];
        if (kind === undefined) return;
        const key = `${kind === "data" ? "data." : ""}${type}.${name}`;
        const place = { file: relative(process.cwd(), file).split(sep).join("/"), line: index + 1 };
        places.set(key, [...(places.get(key) ?? []), place]);
      });
  }
  return (address) => {
    const [only, another] = places.get(blockOf(address).slice(moduleOf(address).length).replace(/^\./, "")) ?? [];
    return another === undefined ? only : undefined;
  };
}

function* configurationIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* configurationIn(join(folder, entry.name));
    else if (entry.isFile() && /\.(tf|tofu)$/.test(entry.name)) yield join(folder, entry.name);
  }
}
