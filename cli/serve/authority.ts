import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { SetupError } from "../../machine/errors";
import { withLock } from "../../machine/files/lock";
import { writeFile } from "../../machine/files/write-file";
import { home } from "../../machine/setup/cli-configuration";
import { systemRefusal } from "../../machine/system-refusals";
import {
  authorityCertificate,
  type Issuer,
  isCertifiable,
  keyAsPem,
  type Leaf,
  leafMaker,
  newKey,
} from "./certificate-making";

/*
 * The local certificate authority of this project. It is for this user alone and in no trust store: only a client that
 * is given its certificate, such as by `curl --cacert`, accepts what it signs.
 */

export interface Authority {
  /** The file with its certificate, for clients. */
  readonly certificateFile: string;
  /** The same as PEM. */
  readonly certificate: string;
  /**
   * A certificate for exactly these names; those that no certificate can have, such as expressions, are left out. The
   * same names get the same certificate until the day before it expires.
   */
  leafFor(names: readonly string[]): Promise<Leaf>;
}

const DAY_MS = 86_400_000;
/** It is renewed so long before it expires. */
const RENEWED_DAYS = 30;
const KEY_FILE = "authority.key";
const CERTIFICATE_FILE = "authority.pem";
const SUBJECT = "alb-web local authority of ";
/** The most that a common name can have. */
const MAX_COMMON_NAME = 64;
const MAX_BYTES = 65_536;

/** The user's own folder for data of programs, and in it that of this project. */
export function authorityFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  const data = env.XDG_DATA_HOME ?? "";
  const root =
    platform === "darwin"
      ? join(home(env), "Library", "Application Support")
      : platform === "win32"
        ? env.LOCALAPPDATA || join(home(env), "AppData", "Local")
        : // A relative path is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
          isAbsolute(data)
          ? data
          : join(home(env), ".local", "share");
  return join(root, "alb-web");
}

/**
 * Reads the authority, or creates it on first use.
 * @throws {SetupError} if its files cannot be used; they are left as they are
 */
export async function openAuthority(folder: string = authorityFolder()): Promise<Authority> {
  try {
    await makeFolder(folder);
    await checkFolder(folder);
    const issuer = (await read(folder)) ?? (await locked(folder));
    return authorityOf(folder, issuer);
  } catch (error) {
    throw refusalOf(error, folder) ?? error;
  }
}

/** One by one: below a folder such as /proc/sys, Node's own recursive mkdir never ends. */
async function makeFolder(folder: string): Promise<void> {
  const make = () =>
    mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await make();
  }
}

function refusalOf(error: unknown, folder: string): SetupError | undefined {
  const refusal = systemRefusal(error);
  if (refusal !== undefined) return new SetupError(refusal);
  const { code, syscall, path = folder, message } = error as NodeJS.ErrnoException;
  return code === undefined || syscall === undefined
    ? undefined
    : new SetupError(`${path} cannot be used for the local authority (${message}). Move it away.`);
}

function authorityOf(folder: string, issuer: Issuer): Authority {
  const leaves = new Map<string, Promise<Leaf>>();
  const make = leafMaker(issuer);
  return {
    certificateFile: join(folder, CERTIFICATE_FILE),
    certificate: issuer.certificate.toString(),
    leafFor: async (all) => {
      const names = [...new Set(all.map((name) => name.toLowerCase()))].filter(isCertifiable);
      const key = names.join(" ");
      const kept = await leaves.get(key);
      if (kept !== undefined && kept.expires - Date.now() > DAY_MS) return kept;
      const leaf = make(names);
      leaves.set(key, leaf);
      return leaf;
    },
  };
}

/** Creates or renews it, unless another process has done so in the meantime. */
async function locked(folder: string): Promise<Issuer> {
  const file = join(folder, "lock");
  await (await open(file, "a", 0o600)).close();
  return withLock(
    file,
    () => undefined,
    async () => (await read(folder)) ?? (await made(folder)),
  );
}

/** The key is kept as long as it exists, so that certificates of running commands stay valid. */
async function made(folder: string): Promise<Issuer> {
  const pem = await contentOf(join(folder, KEY_FILE));
  const key = pem === undefined ? newKey() : keyIn(pem, folder);
  if (pem === undefined) await replace(join(folder, KEY_FILE), keyAsPem(key));
  const certificate = await authorityCertificate(key, commonName());
  await replace(join(folder, CERTIFICATE_FILE), certificate);
  return { key, certificate: new X509Certificate(certificate) };
}

/** @returns `undefined` if it is to be created or renewed */
async function read(folder: string): Promise<Issuer | undefined> {
  const [keyFile, certificateFile] = [join(folder, KEY_FILE), join(folder, CERTIFICATE_FILE)];
  const [keyPem, certificatePem] = [await contentOf(keyFile), await contentOf(certificateFile)];
  if (certificatePem === undefined) return undefined;
  if (keyPem === undefined) throw unusable(folder, `${keyFile} must exist next to ${CERTIFICATE_FILE}`);
  const key = keyIn(keyPem, folder);
  const certificate = certificateIn(certificatePem, folder);
  if (!certificate.checkPrivateKey(key))
    throw unusable(folder, `${certificateFile} must be the certificate of the key in ${keyFile}`);
  const isValid =
    Date.parse(certificate.validFrom) <= Date.now() &&
    Date.parse(certificate.validTo) - Date.now() > RENEWED_DAYS * DAY_MS;
  return isValid ? { key, certificate } : undefined;
}

function keyIn(pem: string, folder: string): KeyObject {
  const wrong = () => unusable(folder, `${join(folder, KEY_FILE)} must be a P-256 private key in PEM form`);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw wrong();
  }
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") throw wrong();
  return key;
}

function certificateIn(pem: string, folder: string): X509Certificate {
  const wrong = () => unusable(folder, `${join(folder, CERTIFICATE_FILE)} must be the authority's certificate`);
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw wrong();
  }
  if (!certificate.subject.startsWith(`CN=${SUBJECT}`)) throw wrong();
  return certificate;
}

/** A file of the authority, if it exists, and if nobody else can read it. */
async function contentOf(file: string): Promise<string | undefined> {
  // Without O_NONBLOCK, opening a named pipe waits for its writer. A link would lead to a file of something else.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
  const handle = await open(file, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error.code === "ELOOP" ? new SetupError(`${file} must be a file, not a link. Move it away.`) : error;
  });
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > MAX_BYTES)
      throw new SetupError(
        `${file} must be a file of at most ${MAX_BYTES} bytes. Move it away, then run the command again.`,
      );
    checkOwner(file, stats, 0o600);
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

async function checkFolder(folder: string): Promise<void> {
  checkOwner(folder, await stat(folder), 0o700);
}

/** Others must neither read the key nor put another one in its place. */
function checkOwner(
  path: string,
  { mode, uid }: { readonly mode: number; readonly uid: number },
  wanted: number,
): void {
  const own = process.getuid?.();
  // Windows has no modes.
  if (own === undefined) return;
  if (uid !== own)
    throw new SetupError(
      `${path} must belong to the user who runs the command (user id ${own}, got ${uid}). Move it away.`,
    );
  if ((mode & 0o777) !== wanted)
    throw new SetupError(
      `${path} must have the mode ${octal(wanted)} (got ${octal(mode & 0o777)}). If nobody else has used it, run ` +
        `chmod ${octal(wanted)} ${path}; otherwise move it away.`,
    );
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function unusable(folder: string, requirement: string): SetupError {
  return new SetupError(`${requirement}. Restore it, or move ${folder} away to get a new authority.`);
}

/** A reader sees the old file or the new one, never a part. */
async function replace(file: string, content: string): Promise<void> {
  const part = `${file}.${process.pid}`;
  try {
    await rm(part, { force: true });
    await writeFile(part, content, { mode: 0o600 });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Whoever finds the certificate sees where it comes from. */
function commonName(): string {
  return `${SUBJECT}${userName()}@${hostname()}`.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_COMMON_NAME);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container can run as a user without a name.
    return String(process.getuid?.() ?? "unknown");
  }
}
