import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

/** The contents of `.terraform/terraform.tfstate`: the backend that terraform was initialized with. */
interface Initialized {
  readonly backend?: { readonly type?: string; readonly config?: { readonly path?: string | null } };
}

interface State {
  readonly resources?: readonly unknown[];
  readonly outputs?: object;
}

/**
 * Whether a stack's folder was last used with an empty local state: there is no such file, or everything in it was
 * destroyed. An unreadable file counts as a state that is not empty.
 * @param folder where terraform runs
 */
export async function leavesEmptyLocalState(folder: string): Promise<boolean> {
  const { backend } = ((await jsonIn(resolve(folder, ".terraform/terraform.tfstate"))) ?? {}) as Initialized;
  const path = backend?.type === "local" ? backend.config?.path : undefined;
  if (path === undefined || path === null) return false;
  // A workspace other than the default one keeps its state elsewhere.
  const workspace = await textIn(resolve(folder, ".terraform/environment"));
  if (workspace !== undefined && workspace.trim() !== "default") return false;
  const state = await jsonIn(resolve(folder, path));
  if (state === undefined) return true;
  const { resources, outputs } = (state ?? {}) as State;
  return resources?.length === 0 && Object.keys(outputs ?? {}).length === 0;
}

/** @returns nothing if there is no such file, null if it is not JSON */
async function jsonIn(file: string): Promise<unknown> {
  const text = await textIn(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

async function textIn(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
