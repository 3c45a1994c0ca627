import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { isNativeError } from "node:util/types";

/** What an operating system refuses to any process: its error text, and what to do. */
interface Refusal {
  readonly said: string;
  /** @param place the file's place; `undefined` if unknown */
  readonly remedy: (place: string | undefined) => string;
}

const FREE_SPACE = (place: string | undefined) =>
  `Free some space on ${place === undefined ? "that disk" : `the disk of ${place}`}`;
const LOCKS = () => "Use a checkout and a TMPDIR on file systems that support locks";
const ALLOW = () => "Grant this user the permission";

const REFUSALS: Readonly<Record<string, Refusal>> = {
  ENOSPC: { said: "no space left on device", remedy: FREE_SPACE },
  EDQUOT: { said: "disk quota exceeded", remedy: (place) => `${FREE_SPACE(place)}, or raise the quota` },
  EFBIG: { said: "file too large", remedy: () => "Raise the limit of a file's size (ulimit -f)" },
  EROFS: {
    said: "read-only file system",
    remedy: (place) => `Make ${place ?? "it"} writable, or use a checkout and a TMPDIR that are`,
  },
  EACCES: { said: "permission denied", remedy: ALLOW },
  EPERM: { said: "operation not permitted", remedy: ALLOW },
  EMFILE: { said: "too many open files", remedy: () => "Raise the limit of open files (ulimit -n)" },
  ENFILE: { said: "too many open files in the system", remedy: () => "Close other programs" },
  ENOTDIR: { said: "not a directory", remedy: () => "Move the file that is in the place of a folder" },
  EIO: { said: "input/output error", remedy: () => "Check the disk" },
  ENOLCK: { said: "no locks available", remedy: LOCKS },
  ENOTSUP: { said: "operation not supported", remedy: LOCKS },
  EOPNOTSUPP: { said: "operation not supported", remedy: LOCKS },
  ENOSYS: { said: "function not implemented", remedy: LOCKS },
};

const DONE: Readonly<Record<string, string>> = {
  write: "written",
  copyfile: "written",
  ftruncate: "written",
  mkdir: "created",
  mkdtemp: "created",
  symlink: "created",
  link: "created",
  read: "read",
  scandir: "read",
  stat: "read",
  lstat: "read",
  realpath: "read",
  unlink: "removed",
  rmdir: "removed",
  rm: "removed",
  rename: "renamed",
  chmod: "changed",
};

/** Errors of missing space, reported as "written" whatever the system call was. */
const WRITING = ["ENOSPC", "EDQUOT", "EFBIG"];

/** System calls that are not about files; their errors have other causes. */
const OTHERS = /^(kill|connect|bind|listen|getaddrinfo|spawn)/;

/**
 * One sentence for what the operating system refused, which is not an internal error: what failed where, why, and what
 * to do.
 * @returns `undefined` for any other error
 */
export function systemRefusal(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  const { code = "", syscall = "", path, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" && path?.startsWith(tmpdir()) === true && !existsSync(tmpdir()))
    return `TMPDIR must name a folder that exists (got ${tmpdir()})`;
  const refusal = REFUSALS[code];
  if (refusal === undefined || OTHERS.test(syscall)) return refusalIn(message);
  return sentence(code, refusal, path, DONE[syscall] ?? "opened");
}

/**
 * A program's own error text when there is no space left: `open /tmp/x: no space left on device`,
 * `[Errno 28] No space left on device: '/tmp/x'`.
 */
const NO_SPACE = /(?<!\w)(no space left on device|disk quota exceeded)(?!\w)/i;

/** An error of Node, such as `EROFS: read-only file system, open '/tmp/x'`. */
const OF_NODE = /\b(E[A-Z]+): [a-z][^,\n]*, (\w+)(?: '([^'\n]+)')?/;

/**
 * The same for the output of another program that failed.
 * @param folder the folder in which it writes, for files that it does not name
 * @returns `undefined` if the output has no error that is known here
 */
export function refusalIn(said: string, folder?: string): string | undefined {
  const [, code = "", syscall = "", file] = OF_NODE.exec(said) ?? [];
  const refusal = REFUSALS[code];
  if (refusal !== undefined && !OTHERS.test(syscall))
    return sentence(code, refusal, file, DONE[syscall] ?? "opened", folder);
  const line = said.split("\n").find((it) => NO_SPACE.test(it));
  if (line === undefined) return undefined;
  const [before = "", words = "", after = ""] = line.split(NO_SPACE);
  // Go prints the path before the error, Python after it.
  const path = /(?:^|[\s'"])(\/[^\s'":]+)['"]?: *$/.exec(before)?.[1] ?? /^: '([^']+)'/.exec(after)?.[1];
  const known = /quota/i.test(words) ? "EDQUOT" : "ENOSPC";
  return sentence(known, REFUSALS[known] as Refusal, path, "written", folder);
}

function sentence(
  code: string,
  { said, remedy }: Refusal,
  path: string | undefined,
  done: string,
  folder?: string,
): string {
  const place = path === undefined ? (folder ?? (code === "ENOSPC" ? fullPlaces() : undefined)) : dirname(path);
  const what = path ?? (folder === undefined ? "A file" : `A file in ${folder}`);
  return (
    `${what} cannot be ${WRITING.includes(code) ? "written" : done}: ${said} (${code}). ${remedy(place)}, then ` +
    "run the command again."
  );
}

/** The folders in which commands write and that have no space left. */
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
