import { writeFile as write } from "node:fs/promises";

/** Options for writing a file that may not exist yet. */
export interface WriteOptions {
  /** The permissions of a new file. */
  readonly mode?: number;
  /** `"a"` appends. */
  readonly flag?: "a";
}

/**
 * Node's `writeFile`, whose error names the file even if there is no space left, unlike Node's own error. All of cli/
 * uses it.
 */
export async function writeFile(file: string, content: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
  await write(file, content, options).catch((error: NodeJS.ErrnoException) => {
    error.path ??= file;
    throw error;
  });
}
