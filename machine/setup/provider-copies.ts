import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, realpath, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { SetupError } from "../errors";
import { writeFile } from "../files/write-file";

/** The registries, whose names are the beginning of a provider's address and of a copy's path. */
export const REGISTRIES = { terraform: "registry.terraform.io", opentofu: "registry.opentofu.org" } as const;

/** A provider as a lock file pins it. */
export interface PinnedProvider {
  /** Its address without the registry, such as `hashicorp/aws`. */
  readonly name: string;
  readonly version: string;
  /** `h1:` for an unpacked provider, `zh:` for a zip; one for each platform. */
  readonly hashes: ReadonlySet<string>;
}

/** A copy of a provider on this machine. */
export interface ProviderCopy {
  /** The folder that was searched. */
  readonly root: string;
  /** The path of the folder with the program, or of its zip; without symbolic links. */
  readonly path: string;
  readonly isPacked: boolean;
}

/** @throws {SetupError} if the lock file cannot be read, or does not pin the provider */
export async function readPinned(lockFile: string, name: string): Promise<PinnedProvider> {
  const text = await readFile(lockFile, "utf8").catch((error: Error) => {
    throw new SetupError(`${lockFile}, which pins the AWS provider, cannot be read: ${error.message}`);
  });
  // Terraform or OpenTofu wrote it, and git may have converted its line endings to those of Windows.
  const block = new RegExp(
    `^provider "(?:${Object.values(REGISTRIES).join("|")})/${name}" \\{\\r?\\n([^]*?)^\\}`,
    "m",
  ).exec(text)?.[1];
  const version = /^[ \t]*version\s*=\s*"([^"]+)"/m.exec(block ?? "")?.[1];
  if (block === undefined || version === undefined)
    throw new SetupError(`${lockFile} does not pin ${name}; restore it with git checkout .terraform.lock.hcl`);
  return { name, version, hashes: new Set(block.match(/(?<=")(h1|zh):[^"]+(?=")/g)) };
}

/** The copies of a provider below one folder, in the layouts of terraform's filesystem mirrors. */
export async function copiesIn(
  root: string,
  { name, version }: PinnedProvider,
  platform: string,
): Promise<ProviderCopy[]> {
  const type = basename(name);
  const found = Object.values(REGISTRIES).flatMap((registry) => {
    const folder = join(root, registry, ...name.split("/"));
    return [
      { isPacked: false, file: join(folder, version, platform) },
      { isPacked: true, file: join(folder, `terraform-provider-${type}_${version}_${platform}.zip`) },
    ];
  });
  const paths = await Promise.all(
    found.map(async ({ isPacked, file }) => {
      const path = await realpath(file).catch(() => undefined);
      return path === undefined ? [] : [{ root, path, isPacked }];
    }),
  );
  return paths.flat();
}

/** Whether the copy's checksum is in the lock file. */
export async function isPinned({ path, isPacked }: ProviderCopy, { hashes }: PinnedProvider): Promise<boolean> {
  if (isPacked) return hashes.has(`zh:${await sha256(path)}`);
  // https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash#Hash1
  const names = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((it) => !it.isDirectory())
    .map((it) => join(it.parentPath, it.name));
  const lines = await Promise.all(
    names.map(async (file) => ({ name: file.slice(path.length + 1).replace(/\\/g, "/"), sum: await sha256(file) })),
  );
  lines.sort((a, b) => (a.name < b.name ? -1 : 1));
  const summary = createHash("sha256")
    .update(lines.map(({ name, sum }) => `${sum}  ${name}\n`).join(""))
    .digest("base64");
  return hashes.has(`h1:${summary}`);
}

/** A text that changes if the copy changes, so that a later run need not read its 700 MB again. */
export async function stampOf({ path, isPacked }: ProviderCopy, { hashes }: PinnedProvider): Promise<string> {
  const files = isPacked ? [path] : (await readdir(path)).sort().map((name) => join(path, name));
  const stats = await Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs, ctimeMs, ino } = await stat(file);
      return [file, size, mtimeMs, ctimeMs, ino];
    }),
  );
  return JSON.stringify([[...hashes], stats]);
}

/**
 * Creates a filesystem mirror of a copy under the names of both registries, with links. Safe in several processes at
 * once, because all create the same links.
 */
export async function layDown(
  { path, isPacked }: ProviderCopy,
  { name, version }: PinnedProvider,
  platform: string,
  mirror: string,
): Promise<void> {
  for (const registry of Object.values(REGISTRIES)) {
    const folder = join(mirror, registry, ...name.split("/"));
    const place = isPacked ? join(folder, basename(path)) : join(folder, version, platform);
    await mkdir(dirname(place), { recursive: true });
    if (isPacked) await putFile(path, place);
    else if ((await realpath(place).catch(() => undefined)) !== path)
      await atomically(place, (unfinished) => symlink(path, unfinished, "junction"));
  }
}

/** On Windows, few users can create symbolic links to files; a zip is small enough to be copied to another disk. */
async function putFile(from: string, to: string): Promise<void> {
  await atomically(to, (unfinished) => link(from, unfinished).catch(() => copyFile(from, unfinished)));
}

/** Writes a file completely or not at all. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await atomically(file, (unfinished) => writeFile(unfinished, text));
}

async function atomically(place: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${place}.${randomUUID()}`;
  try {
    await make(unfinished);
    await rename(unfinished, place);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
