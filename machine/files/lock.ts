import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tryLock } from "fs-native-extensions";

const POLL_MS = 250;

/** A held lock. */
export interface HeldLock {
  /**
   * The lock is held while any process has this descriptor open. A program that is started with it holds the lock until
   * it ends, even if this process is killed earlier.
   */
  readonly descriptor: number;
}

/**
 * Runs `work` while no other process of this machine runs work under the same lock. The operating system holds the lock
 * and releases it when its holder ends, in whatever way. The file is never removed, because that could remove the next
 * holder's file.
 * @param file the lock file; its content is only a note for waiting processes
 * @param onWait called once with the holder, if another process holds the lock
 * @param signal ends the wait
 * @returns the result of `work`
 */
export async function withLock<T>(
  file: string,
  onWait: (holder: string) => void,
  work: (lock: HeldLock) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, "a+");
  try {
    for (let round = 0; !tryLock(handle.fd); round++) {
      signal?.throwIfAborted();
      if (round === 0) onWait(await holderOf(handle));
      await sleep(POLL_MS);
    }
    // Only a note; a full disk is reported by the work itself.
    await handle
      .truncate()
      .then(() => handle.appendFile(String(process.pid)))
      .catch(() => undefined);
    return await work({ descriptor: handle.fd });
  } finally {
    await handle.close();
  }
}

async function holderOf(handle: FileHandle): Promise<string> {
  // On Windows, a file that another process has locked cannot be read.
  const { buffer, bytesRead } = await handle
    .read(Buffer.alloc(20), 0, 20, 0)
    .catch(() => ({ buffer: Buffer.alloc(0), bytesRead: 0 }));
  const pid = Number(buffer.toString("utf8", 0, bytesRead));
  if (!Number.isSafeInteger(pid) || pid <= 0) return "another process";
  return isRunning(pid) ? `process ${pid}` : `a program that process ${pid} started before it ended`;
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Another user's process cannot be signaled, but it runs.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
