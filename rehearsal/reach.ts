import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { WorkFailed } from "../machine/errors";
import { configuresProvider, outsideProviders } from "./providers";

/**
 * Checks what terraform fetched for a stack, before any of it runs.
 * @param folder the initialized copy of the stack
 * @throws {WorkFailed} if a provider makes requests outside of this machine, or a module configures a provider itself
 */
export async function throwIfReachingOut(folder: string): Promise<void> {
  const outside = outsideProviders(await readFile(join(folder, ".terraform.lock.hcl"), "utf8").catch(() => ""));
  if (outside.length > 0) {
    throw new WorkFailed(
      `A rehearsal must not use ${outside.join(", ")}, which would make requests outside of this machine; move ` +
        "those resources to a separate stack.",
    );
  }
  for (const { Key, Dir } of await modulesOf(folder)) {
    for (const name of await filesIn(join(folder, Dir))) {
      if (!configuresProvider(name, await readFile(join(folder, Dir, name), "utf8"))) continue;
      throw new WorkFailed(
        `A rehearsal must not use module ${Key}, which configures a provider itself (${name}) and could ` +
          "therefore reach AWS; pass it the stack's provider instead.",
      );
    }
  }
}

interface Module {
  readonly Key: string;
  readonly Dir: string;
}

/** The modules that terraform lists, without the stack itself, which has no key. */
async function modulesOf(folder: string): Promise<Module[]> {
  const list = await readFile(join(folder, ".terraform", "modules", "modules.json"), "utf8").catch(
    () => '{"Modules": []}',
  );
  return (JSON.parse(list) as { Modules: Module[] }).Modules.filter(({ Key }) => Key !== "");
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name));
}
