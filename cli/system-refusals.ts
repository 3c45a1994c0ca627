import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { isNativeError } from "node:util/types";

/** What an operating system refuses a process, whatever the process is at: in its own words, and what to do. */
interface Refusal {
  readonly said: string;
  /** @param place where the file is; nothing if that is not known */
  readonly remedy: (place: string | undefined) => string;
}

const FREE_SPACE = (place: string | undefined) => `Free some space on ${place === undefined ? "that disk" : `the disk of ${place}`}`;
const ALLOW = () => "Give this user the right to do that";

const REFUSALS: Readonly<Record<string, Refusal>> = {
  ENOSPC: { said: "no space left on device", remedy: FREE_SPACE },
  EDQUOT: { said: "disk quota exceeded", remedy: (place) => `${FREE_SPACE(place)}, or have the quota raised` },
  EFBIG: { said: "file too large", remedy: () => "Raise the limit of a file's size (ulimit -f)" },
  EROFS: { said: "read-only file system", remedy: (place) => `Make ${place ?? "it"} writable, or use a checkout and a TMPDIR that are` },
  EACCES: { said: "permission denied", remedy: ALLOW },
  EPERM: { said: "operation not permitted", remedy: ALLOW },
  EMFILE: { said: "too many open files", remedy: () => "Raise the limit of open files (ulimit -n)" },
  ENFILE: { said: "too many open files in the system", remedy: () => "End other programs" },
  ENOTDIR: { said: "not a directory", remedy: () => "Move the file away that is in a folder's place" },
  EIO: { said: "input/output error", remedy: () => "Check the disk" },
  ENOLCK: { said: "no locks available", remedy: () => "Use a checkout on a file system that supports locks" },
};

const DONE: Readonly<Record<string, string>> = {
  write: "written", copyfile: "written", ftruncate: "written", mkdir: "created", mkdtemp: "created", symlink: "created", link: "created",
  read: "read", scandir: "read", stat: "read", lstat: "read", realpath: "read", unlink: "removed", rmdir: "removed", rm: "removed", rename: "renamed", chmod: "changed",
};

/** Not about files: what they fail with has other reasons. */
const OTHERS = /^(kill|connect|bind|listen|getaddrinfo|spawn)/;

/**
 * One sentence for what the operating system refused, which is no fault of ours: what could not be done where, why, and what to do.
 * @returns nothing for any other error
 */
export function systemRefusal(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  const { code = "", syscall = "", path, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" && path?.startsWith(tmpdir()) === true && !existsSync(tmpdir())) return `TMPDIR must name a folder that exists (got ${tmpdir()})`;
  const refusal = REFUSALS[code];
  if (refusal === undefined || OTHERS.test(syscall)) return refusalIn(message);
  return sentence(code, refusal, path, DONE[syscall] ?? "opened");
}

/** What a program says, in its own words, when there is no space left: `open /tmp/x: no space left on device`, `[Errno 28] No space left on device: '/tmp/x'`. */
const NO_SPACE = /(?<!\w)(no space left on device|disk quota exceeded)(?!\w)/i;

/**
 * The same for what another program said before it failed.
 * @returns nothing if there was space
 */
export function refusalIn(said: string): string | undefined {
  const line = said.split("\n").find((it) => NO_SPACE.test(it));
  if (line === undefined) return undefined;
  const code = /quota/i.test(NO_SPACE.exec(line)?.[1] ?? "") ? "EDQUOT" : "ENOSPC";
  const [before = "", , after = ""] = line.split(NO_SPACE);
  // Go has the path before, Node and Python have it behind.
  const path = /(?:^|[\s'"])(\/[^\s'":]+)['"]?: *$/.exec(before)?.[1] ?? /^(?:, \w+|:) '([^']+)'/.exec(after)?.[1];
  return sentence(code, REFUSALS[code] as Refusal, path, "written");
}

function sentence(code: string, { said, remedy }: Refusal, path: string | undefined, done: string): string {
  const place = path === undefined ? (code === "ENOSPC" ? fullPlaces() : undefined) : dirname(path);
  return `${path ?? "A file"} cannot be ${done}: ${said} (${code}). ${remedy(place)}, then run the command again.`;
}

/** The folders that commands write to and that have no space left. */
function fullPlaces(): string | undefined {
  const full = [process.cwd(), tmpdir()].filter((folder) => {
    try {
      return statfsSync(folder).bavail === 0;
    } catch {
      return false;
    }
  });
  return full.length === 0 ? undefined : full.join(" and ");
}
