import { writeFile as write } from "node:fs/promises";

/** How a file is written that may not be there yet. */
export interface WriteOptions {
  /** Who may read a new file. */
  readonly mode?: number;
  /** `"a"` appends. */
  readonly flag?: "a";
}

/**
 * Node's `writeFile`, whose error names the file also where there is no space left for it, which Node's own does not.
 * All of cli/ writes with it.
 */
export async function writeFile(file: string, content: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
  await write(file, content, options).catch((error: NodeJS.ErrnoException) => {
    error.path ??= file;
    throw error;
  });
}
