import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { WorkFailed } from "../../machine/errors";
import { writeFile } from "../../machine/files/write-file";
import type { Terraform } from "../../machine/terraform/terraform";
import type { Adoption } from "./model";

/** Next to the stack's JSON, so that terraform reads both. */
export const ADOPTED_FILE = "adopted.tf.json";

interface ImportFile {
  readonly import: readonly { readonly to: string; readonly id: string }[];
}

/** The file's text; nothing if there is none. */
export async function readBlocks(folder: string): Promise<string | undefined> {
  return readFile(join(folder, ADOPTED_FILE), "utf8").catch(() => undefined);
}

/** Makes the next plan or apply import these; without adoptions there is no file. */
export async function writeBlocks(folder: string, adoptions: readonly Adoption[]): Promise<void> {
  await keepBlocks(
    folder,
    adoptions.map(({ address, found: { id, importId = id } }) => ({ to: address, id: importId })),
  );
}

/** Restores what `readBlocks` read. */
export async function restoreBlocks(folder: string, text: string | undefined): Promise<void> {
  const file = join(folder, ADOPTED_FILE);
  await (text === undefined ? rm(file, { force: true }) : writeFile(file, text));
}

/**
 * Removes blocks whose address is in the state. If kept, they would do no harm until the stack is destroyed, and would
 * then prevent the next deploy.
 * @param terraform in the stack's folder, initialized
 */
export async function dropSettledBlocks({
  folder,
  terraform,
}: {
  readonly folder: string;
  readonly terraform: Terraform;
}): Promise<void> {
  const text = await readBlocks(folder);
  if (text === undefined) return;
  const inState = new Set(await addressesIn(terraform));
  await keepBlocks(
    folder,
    (JSON.parse(text) as ImportFile).import.filter(({ to }) => !inState.has(to)),
  );
}

async function addressesIn(terraform: Terraform): Promise<string[]> {
  try {
    return (await terraform.run(["state", "list"])).stdout.split("\n");
  } catch (error) {
    // A first deploy that was killed early has no state.
    if (error instanceof WorkFailed && error.message.includes("No state file was found")) return [];
    throw error;
  }
}

async function keepBlocks(folder: string, blocks: ImportFile["import"]): Promise<void> {
  await restoreBlocks(
    folder,
    blocks.length === 0 ? undefined : `${JSON.stringify({ "//": COMMENT, import: blocks }, null, 2)}\n`,
  );
}

const COMMENT = "Written by npx alb-web adopt. Once the stack is deployed it has done its work and can be deleted.";
