import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Adoption } from "./model";

/** Beside the stack's JSON, which terraform reads it with. */
export const ADOPTED_FILE = "adopted.tf.json";

interface ImportFile {
  readonly import: readonly { readonly to: string; readonly id: string }[];
}

/** The file's text; nothing if there is none. */
export async function readBlocks(folder: string): Promise<string | undefined> {
  return readFile(join(folder, ADOPTED_FILE), "utf8").catch(() => undefined);
}

/** Has terraform import these with the next plan or apply; nothing to import leaves no file. */
export async function writeBlocks(folder: string, adoptions: readonly Adoption[]): Promise<void> {
  const blocks: ImportFile = { import: adoptions.map(({ address, found: { id, importId = id } }) => ({ to: address, id: importId })) };
  await restoreBlocks(folder, adoptions.length === 0 ? undefined : `${JSON.stringify({ "//": COMMENT, ...blocks }, null, 2)}\n`);
}

/** Puts back what `readBlocks` read. */
export async function restoreBlocks(folder: string, text: string | undefined): Promise<void> {
  const file = join(folder, ADOPTED_FILE);
  await (text === undefined ? rm(file, { force: true }) : writeFile(file, text));
}

const COMMENT = "Written by npm run adopt. Once the stack is deployed it has done its work and can be deleted.";
