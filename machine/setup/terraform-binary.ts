import { createHash, randomUUID } from "node:crypto";
import { chmod, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { unzipSync } from "fflate";
import { SetupError } from "../errors";
import { writeFile } from "../files/write-file";
import { download, reasonOf } from "./download";
import { firstLine, isAtLeast, runProgram } from "./program";

/** A terraform that can deploy and rehearse this project. */
export interface TerraformBinary {
  /** The command to run: an absolute path, or a name on PATH. */
  readonly command: string;
  /** For example "1.11.4". */
  readonly version: string;
  readonly product: "terraform" | "opentofu";
}

export interface FindTerraformOptions {
  /** The cache folder for a downloaded terraform. */
  readonly cacheDir: string;
  /** The environment that is searched (TERRAFORM_BINARY_NAME, PATH) and with which programs are run. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * The source of the release and the checksum of its zip.
   * @default - releases.hashicorp.com and the checksum pinned here for this platform
   */
  readonly download?: { readonly baseUrl?: string; readonly sha256?: string };
  /**
   * Called with short progress messages.
   * @default - no progress messages
   */
  readonly onProgress?: (text: string) => void;
  /**
   * Aborts the download.
   * @default - it is not aborted
   */
  readonly signal?: AbortSignal;
}

/** The first version of terraform and OpenTofu with S3's native locking (`use_lockfile`). */
export const MINIMUM_VERSION = "1.10.0";

/** The release that is downloaded if there is no suitable terraform. */
export const PINNED_VERSION = "1.11.4";

/**
 * SHA-256 of the pinned release's zip, per platform. A checksum that is downloaded together with the zip would only
 * prove a complete download, not the right file.
 */
export const PINNED_SHA256: Readonly<Record<string, string>> = {
  darwin_amd64: "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
  darwin_arm64: "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
  linux_amd64: "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
  linux_arm64: "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
  windows_amd64: "4e1dc85419dda723f2bb3afdf63a0d282a2de858588d56dd57d2e4e4c4c83f2b",
};

const RELEASES = "https://releases.hashicorp.com";
const EXECUTABLE = process.platform === "win32" ? "terraform.exe" : "terraform";
const ADVICE = `install terraform ${MINIMUM_VERSION} or later yourself and try again`;
/** Longer than writing 90 MB can take. */
const WRITTEN_WITHIN_MS = 60 * 60_000;
/** A version manager's shim may wait for input. */
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Finds a terraform of at least {@link MINIMUM_VERSION}: the one in TERRAFORM_BINARY_NAME, otherwise the one on PATH,
 * otherwise one downloaded earlier. Otherwise it downloads {@link PINNED_VERSION} into `cacheDir`.
 * @throws SetupError if TERRAFORM_BINARY_NAME names no suitable one, if the download fails, has the wrong checksum or
 * cannot be stored, and on platforms without a download
 */
export async function findTerraform(options: FindTerraformOptions): Promise<TerraformBinary> {
  const { env, onProgress = () => {} } = options;
  if (env.TERRAFORM_BINARY_NAME) return probeChosen(env.TERRAFORM_BINARY_NAME, env);

  const onPath = await probe("terraform", env);
  if (!("problem" in onPath)) return onPath;
  onProgress(`'terraform' on PATH ${onPath.problem}`);

  const file = join(resolve(options.cacheDir), `terraform-${PINNED_VERSION}`, EXECUTABLE);
  const kept = await probe(file, env);
  if (!("problem" in kept)) return kept;

  await install(file, { ...options.download, signal: options.signal }, onPath.problem, onProgress);
  const installed = await probe(file, env);
  if (!("problem" in installed)) return installed;
  throw new SetupError(`the downloaded ${file} ${installed.problem}; ${ADVICE}`);
}

async function probeChosen(chosen: string, env: NodeJS.ProcessEnv): Promise<TerraformBinary> {
  const isPath = /[/\\]/.test(chosen);
  const found = await probe(isPath ? resolve(chosen) : chosen, env);
  if (!("problem" in found)) return found;
  throw new SetupError(
    `TERRAFORM_BINARY_NAME is '${chosen}', which ${found.problem}; ` +
      `set it to a terraform or OpenTofu of at least ${MINIMUM_VERSION}, or unset it`,
  );
}

async function probe(command: string, env: NodeJS.ProcessEnv): Promise<TerraformBinary | { problem: string }> {
  // The user's default arguments and logs for terraform would make `version` fail. CHECKPOINT_DISABLE prevents a
  // request to HashiCorp for a newer version.
  const own = Object.entries(env).filter(([name]) => !/^TF_(CLI_ARGS|LOG)/.test(name));
  const quietly = { ...Object.fromEntries(own), CHECKPOINT_DISABLE: "1" };
  const run = (...args: string[]) => runProgram(command, args, quietly, ANSWER_TIMEOUT_MS);
  // OpenTofu's JSON says terraform; only its text output has its name.
  const [json, text] = await Promise.all([run("version", "-json"), run("version")]);
  if (json.outcome === "missing") return { problem: "is missing" };

  const version = /"terraform_version":\s*"([^"]+)"/.exec(json.stdout)?.[1];
  if (json.outcome === "failed" || version === undefined) {
    return { problem: `does not respond to 'version -json': ${firstLine(json.text)}` };
  }
  const product = /^OpenTofu\b/m.test(text.stdout) ? "opentofu" : "terraform";
  if (isAtLeast(version, MINIMUM_VERSION)) return { command, version, product };
  return { problem: `is ${product} ${version}, older than ${MINIMUM_VERSION}` };
}

async function install(
  file: string,
  { baseUrl = RELEASES, sha256, signal }: { baseUrl?: string; sha256?: string; signal?: AbortSignal },
  whyNeeded: string,
  onProgress: (text: string) => void,
): Promise<void> {
  const platform = thisPlatform();
  const expected = sha256 ?? PINNED_SHA256[platform];
  if (expected === undefined) {
    throw new SetupError(`'terraform' on PATH ${whyNeeded}, and there is no download for ${platform}; ${ADVICE}`);
  }
  const url = `${baseUrl}/terraform/${PINNED_VERSION}/terraform_${PINNED_VERSION}_${platform}.zip`;
  const zip = await fetchZip(url, onProgress, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    const tried = `'terraform' on PATH ${whyNeeded}, and ${url} cannot be downloaded`;
    throw new SetupError(`${tried}: ${reasonOf(error)}; go online, or ${ADVICE}`);
  });

  const got = createHash("sha256").update(zip).digest("hex");
  if (got !== expected) {
    const sums = `expected ${expected}, got ${got}`;
    throw new SetupError(`${url} has the wrong SHA-256 and was discarded: ${sums}; try again, or ${ADVICE}`);
  }
  await putInPlace(zip, file).catch((error: unknown) => {
    throw new SetupError(`terraform cannot be stored as ${file}: ${reasonOf(error)}; correct the cause, or ${ADVICE}`);
  });
  onProgress(`terraform ${PINNED_VERSION} is in ${dirname(file)}`);
}

/** HashiCorp's name for this machine, for example linux_amd64. */
export function thisPlatform(): string {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  // Windows on ARM runs the amd64 program; this release has no ARM build for Windows.
  return os === "windows" && arch === "arm64" ? "windows_amd64" : `${os}_${arch}`;
}

async function fetchZip(url: string, onProgress: (text: string) => void, signal?: AbortSignal): Promise<Buffer> {
  const response = await download(url, signal);
  if (!response.ok || response.body === null) throw new Error(`the server returned HTTP ${response.status}`);

  const inMegabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const total = inMegabytes(Number(response.headers.get("content-length")));
  const chunks: Uint8Array[] = [];
  let received = 0;
  let reported = "";
  for await (const chunk of response.body) {
    chunks.push(chunk);
    received += chunk.length;
    const text = `downloading terraform ${PINNED_VERSION}: ${inMegabytes(received)} of ${total}`;
    if (text !== reported) onProgress((reported = text));
  }
  return Buffer.concat(chunks);
}

/** Removes files of killed processes next to the file; younger files may belong to a process that is writing. */
async function removeUnfinished(file: string): Promise<void> {
  const names = (await readdir(dirname(file))).filter((name) => name.startsWith(`${basename(file)}.`));
  for (const unfinished of names.map((name) => join(dirname(file), name))) {
    const { mtimeMs } = await stat(unfinished).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > WRITTEN_WITHIN_MS) await rm(unfinished, { force: true });
  }
}

/** Writes a temporary file and renames it, so that the file is always complete. */
async function putInPlace(zip: Uint8Array, file: string): Promise<void> {
  const binary = unzipSync(zip, { filter: ({ name }) => name === EXECUTABLE })[EXECUTABLE];
  if (binary === undefined) throw new Error(`the zip contains no ${EXECUTABLE}`);

  const unfinished = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await removeUnfinished(file);
  try {
    await writeFile(unfinished, binary);
    await chmod(unfinished, 0o755);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}
