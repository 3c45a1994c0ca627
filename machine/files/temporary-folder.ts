import { constants, existsSync } from "node:fs";
import { type FileHandle, lstat, mkdtemp, open, readdir, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryLock } from "fs-native-extensions";
import type { HeldLock } from "./lock";

/** What a folder is for; its name says so. */
export type Purpose = "rehearsal" | "bootstrap" | "adopt" | "plans";

/** Purpose, process, and what tells it from others of that process. */
const OURS = /^alb-web-(rehearsal|bootstrap|adopt|plans)-\d+-\w{6}$/;
/** FollowedOutput's; where they can be, they are removed the moment they are opened. */
const OUTPUT = /^alb-web-output-[0-9a-f-]{36}$/;
/** In each folder, and locked as long as somebody uses it. */
const IN_USE = ".in-use";
/** Between making a folder and locking it there is a moment. */
const UNLOCKED_FOR_MS = 60 * 60_000;

/**
 * A folder below the system's temporary one. The operating system knows who uses it: this process, and any terraform
 * that is started `holding` it, which may live on when this process is killed. A process id would not do, as it can be
 * another process's by now.
 */
export class TemporaryFolder implements HeldLock {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  static async make(purpose: Purpose): Promise<TemporaryFolder> {
    for (;;) {
      const path = await mkdtemp(join(tmpdir(), `alb-web-${purpose}-${process.pid}-`));
      const handle = await open(join(path, IN_USE), "wx+", 0o600);
      if (tryLock(handle.fd) && existsSync(join(path, IN_USE))) return new TemporaryFolder(path, handle);
      // Another command swept it away at this moment.
      await handle.close();
    }
  }

  get descriptor(): number {
    return this.handle.fd;
  }

  async remove(): Promise<void> {
    // Windows removes no file that is open.
    await this.handle.close();
    await remove(this.path);
  }
}

/**
 * Removes what commands that were killed have left below the temporary folder. What is in use, is somebody else's or
 * has another name than ours stays. A leftover that cannot be removed is in nobody's way.
 */
export async function sweepTemporaryFolders(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  const found = names.filter((name) => OURS.test(name) || OUTPUT.test(name));
  await Promise.all(found.map((name) => sweep(join(tmpdir(), name), OURS.test(name)).catch(() => undefined)));
}

async function sweep(path: string, isFolder: boolean): Promise<void> {
  const stats = await lstat(path);
  if (stats.uid !== (process.getuid?.() ?? stats.uid)) return;
  const isOld = Date.now() - stats.mtimeMs > UNLOCKED_FOR_MS;
  if (!isFolder) {
    if (stats.isFile() && isOld) await rm(path);
    return;
  }
  if (!stats.isDirectory()) return;
  const handle = await open(join(path, IN_USE), constants.O_RDWR | (constants.O_NOFOLLOW ?? 0)).catch(() => undefined);
  if (handle === undefined) {
    // Its process was killed before it had put anything into it.
    if (isOld) await rmdir(path);
    return;
  }
  try {
    if (!tryLock(handle.fd)) return;
    // Windows removes no file that is open. Elsewhere it stays locked to the end, so that whoever made it a moment ago
    // does not use it.
    if (process.platform === "win32") await handle.close();
    await remove(path);
  } finally {
    await handle.close();
  }
}

async function remove(path: string): Promise<void> {
  // A provider that is ending may still be removing its own socket.
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}
