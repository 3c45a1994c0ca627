import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tryLock } from "fs-native-extensions";

const POLL_MS = 250;

/** A lock that is held. */
export interface HeldLock {
  /**
   * The lock is held as long as any process has this descriptor open. A program that is started with it keeps the lock
   * to its own end, even if this process is killed before.
   */
  readonly descriptor: number;
}

/**
 * Does some work while no other process of this machine does work under the same lock. The operating system holds the
 * lock and releases it when its holder ends, however that happens. The file stays: whoever removed it could remove the
 * next holder's.
 * @param file where the lock is; its content is a note for those who wait, and of no other meaning
 * @param onWait told once, when somebody else holds the lock, who that is
 * @param signal ends the waiting
 * @returns what the work returns; rejects as the work does
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
    // Only a note; whether the disk is full is for the work to find out.
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
  // Windows lets nobody read what another process has locked.
  const { buffer, bytesRead } = await handle
    .read(Buffer.alloc(20), 0, 20, 0)
    .catch(() => ({ buffer: Buffer.alloc(0), bytesRead: 0 }));
  const pid = Number(buffer.toString("utf8", 0, bytesRead));
  if (!Number.isSafeInteger(pid) || pid <= 0) return "another process";
  return isRunning(pid) ? `process ${pid}` : `what process ${pid} started before it was ended`;
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Somebody else's process cannot be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
