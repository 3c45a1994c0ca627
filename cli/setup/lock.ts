import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Longer than any work under a lock takes; what is older was left behind, whoever has its process id now. */
const MAX_AGE_MS = 20 * 60_000;
const POLL_MS = 250;

/**
 * Does some work while no other process of this machine does work under the same lock.
 * A lock whose process has died is taken over.
 * @param file the lock: there while it is held, with the holder's process id in it
 * @param onWait told once, when another process holds the lock
 * @param signal ends the waiting
 * @returns what the work returns; rejects as the work does
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  for (let round = 0; !(await take(file)); round++) {
    signal?.throwIfAborted();
    if (await isLeftBehind(file)) await rm(file, { force: true });
    else if (round === 0) onWait();
    // Also after a removal: who saw the same dead lock has then removed it too, and not the next one.
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function isLeftBehind(file: string): Promise<boolean> {
  try {
    const holder = Number(await readFile(file, "utf8"));
    const { mtimeMs } = await stat(file);
    return Date.now() - mtimeMs > MAX_AGE_MS || (holder > 0 && !isRunning(holder));
  } catch {
    // Given back in the meantime.
    return false;
  }
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
