import { constants, existsSync } from "node:fs";
import { type FileHandle, lstat, mkdtemp, open, readdir, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryLock } from "fs-native-extensions";
import { SetupError } from "../errors";
import type { HeldLock } from "./lock";

/** The purpose of a folder, which is part of its name. */
export type Purpose = "rehearsal" | "bootstrap" | "adopt" | "plans" | "serve";

/** Names of our folders: purpose, process, and a random suffix. */
const OURS = /^alb-web-(rehearsal|bootstrap|adopt|plans|serve)-\d+-\w{6}$/;
/** Files of FollowedOutput, which are removed as soon as they are opened, except on Windows. */
const OUTPUT = /^alb-web-output-[0-9a-f-]{36}$/;
/** A file in each folder, locked while the folder is in use. */
const IN_USE = ".in-use";
/** The lock is taken a moment after the folder is created. */
const UNLOCKED_FOR_MS = 60 * 60_000;

/**
 * A folder in the system's temporary folder. A lock shows that it is in use: by this process, and by any terraform that
 * is started `holding` it, which can outlive this process. A process id would not show that, because it can be reused.
 */
export class TemporaryFolder implements HeldLock {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  static async make(purpose: Purpose): Promise<TemporaryFolder> {
    for (;;) {
      const path = await mkdtemp(join(tmpdir(), `alb-web-${purpose}-${process.pid}-`)).catch(
        (error: NodeJS.ErrnoException) => {
          throw error.code === "ENOENT" && existsSync(tmpdir())
            ? new SetupError(`TMPDIR must name a folder in which files can be created (got ${tmpdir()})`)
            : error;
        },
      );
      const handle = await open(join(path, IN_USE), "wx+", 0o600);
      if (tryLock(handle.fd) && existsSync(join(path, IN_USE))) return new TemporaryFolder(path, handle);
      // Another command removed it in this moment.
      await handle.close();
    }
  }

  get descriptor(): number {
    return this.handle.fd;
  }

  async remove(): Promise<void> {
    // Windows cannot remove an open file.
    await this.handle.close();
    await remove(this.path);
  }
}

/**
 * Removes what killed commands left in the temporary folder, but nothing that is in use, belongs to another user or has
 * another name. A leftover that cannot be removed is ignored.
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
    // Its process was killed before it wrote anything into it.
    if (isOld) await rmdir(path);
    return;
  }
  try {
    if (!tryLock(handle.fd)) return;
    // Windows cannot remove an open file. Elsewhere it stays locked until the end, so that a process that created it a
    // moment ago does not use it.
    if (process.platform === "win32") await handle.close();
    await remove(path);
  } finally {
    await handle.close();
  }
}

async function remove(path: string): Promise<void> {
  // A provider that is ending may still remove its own socket.
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}
