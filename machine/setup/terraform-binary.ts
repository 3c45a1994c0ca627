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
  /** What to run: an absolute path, or a name that is found on PATH. */
  readonly command: string;
  /** For example "1.11.4". */
  readonly version: string;
  readonly product: "terraform" | "opentofu";
}

export interface FindTerraformOptions {
  /** Folder that keeps a downloaded terraform from one run to the next. */
  readonly cacheDir: string;
  /** Environment that is searched (TERRAFORM_BINARY_NAME, PATH) and given to the programs that are asked. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Where the release comes from and what its zip must sum up to.
   * @default - releases.hashicorp.com and the sum pinned here for this platform
   */
  readonly download?: { readonly baseUrl?: string; readonly sha256?: string };
  /**
   * Told what is going on, in a few words.
   * @default - nobody is told
   */
  readonly onProgress?: (text: string) => void;
  /**
   * Ends the download.
   * @default - it runs to its end
   */
  readonly signal?: AbortSignal;
}

/** S3's native locking (`use_lockfile`) came with 1.10, in terraform and in OpenTofu. */
export const MINIMUM_VERSION = "1.10.0";

/** The release that is downloaded where no terraform suffices. */
export const PINNED_VERSION = "1.11.4";

/**
 * SHA-256 of the pinned release's zip, per platform. Pinned, because a sum that is fetched beside the
 * zip shows only that nothing was lost on the way, not that the server gave out the right file.
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
/** Nobody takes as long to write 90 MB. */
const WRITTEN_WITHIN_MS = 60 * 60_000;
/** A shim of a version manager may wait for an answer that nobody gives. */
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Finds a terraform of at least {@link MINIMUM_VERSION}: the one that TERRAFORM_BINARY_NAME names, else the one
 * on PATH, else one downloaded earlier, else it downloads {@link PINNED_VERSION} into `cacheDir`.
 * @throws SetupError when TERRAFORM_BINARY_NAME names none that suffices, when the download cannot be had,
 * has the wrong checksum or cannot be kept, and on platforms that have none
 */
export async function findTerraform(options: FindTerraformOptions): Promise<TerraformBinary> {
  const { env, onProgress = () => {} } = options;
  if (env.TERRAFORM_BINARY_NAME) return askChosen(env.TERRAFORM_BINARY_NAME, env);

  const onPath = await ask("terraform", env);
  if (!("problem" in onPath)) return onPath;
  onProgress(`'terraform' on PATH ${onPath.problem}`);

  const file = join(resolve(options.cacheDir), `terraform-${PINNED_VERSION}`, EXECUTABLE);
  const kept = await ask(file, env);
  if (!("problem" in kept)) return kept;

  await install(file, { ...options.download, signal: options.signal }, onPath.problem, onProgress);
  const installed = await ask(file, env);
  if (!("problem" in installed)) return installed;
  throw new SetupError(`the downloaded ${file} ${installed.problem}; ${ADVICE}`);
}

async function askChosen(chosen: string, env: NodeJS.ProcessEnv): Promise<TerraformBinary> {
  const isPath = /[/\\]/.test(chosen);
  const answer = await ask(isPath ? resolve(chosen) : chosen, env);
  if (!("problem" in answer)) return answer;
  throw new SetupError(
    `TERRAFORM_BINARY_NAME is '${chosen}', which ${answer.problem}; ` +
      `let it name a terraform or OpenTofu of at least ${MINIMUM_VERSION}, or unset it`,
  );
}

async function ask(command: string, env: NodeJS.ProcessEnv): Promise<TerraformBinary | { problem: string }> {
  // Arguments and logs that the person has for terraform's work would make `version` fail. Without the last, it asks
  // HashiCorp for a newer one.
  const own = Object.entries(env).filter(([name]) => !/^TF_(CLI_ARGS|LOG)/.test(name));
  const quietly = { ...Object.fromEntries(own), CHECKPOINT_DISABLE: "1" };
  const run = (...args: string[]) => runProgram(command, args, quietly, ANSWER_TIMEOUT_MS);
  // OpenTofu calls itself terraform in its JSON; only the text has its name.
  const [json, text] = await Promise.all([run("version", "-json"), run("version")]);
  if (json.outcome === "missing") return { problem: "is missing" };

  const version = /"terraform_version":\s*"([^"]+)"/.exec(json.stdout)?.[1];
  if (json.outcome === "failed" || version === undefined) {
    return { problem: `does not answer 'version -json': ${firstLine(json.text)}` };
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
    const tried = `'terraform' on PATH ${whyNeeded}, and ${url} cannot be had`;
    throw new SetupError(`${tried}: ${reasonOf(error)}; go online, or ${ADVICE}`);
  });

  const got = createHash("sha256").update(zip).digest("hex");
  if (got !== expected) {
    const sums = `expected ${expected}, got ${got}`;
    throw new SetupError(`${url} has the wrong SHA-256 and was thrown away: ${sums}; try again, or ${ADVICE}`);
  }
  await putInPlace(zip, file).catch((error: unknown) => {
    throw new SetupError(`terraform cannot be kept as ${file}: ${reasonOf(error)}; make that possible, or ${ADVICE}`);
  });
  onProgress(`terraform ${PINNED_VERSION} is in ${dirname(file)}`);
}

/** HashiCorp's name for this machine, for example linux_amd64. */
export function thisPlatform(): string {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  // Windows on ARM runs the amd64 program; this release has no own one.
  return os === "windows" && arch === "arm64" ? "windows_amd64" : `${os}_${arch}`;
}

async function fetchZip(url: string, onProgress: (text: string) => void, signal?: AbortSignal): Promise<Buffer> {
  const response = await download(url, signal);
  if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);

  const inMegabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const total = inMegabytes(Number(response.headers.get("content-length")));
  const chunks: Uint8Array[] = [];
  let received = 0;
  let told = "";
  for await (const chunk of response.body) {
    chunks.push(chunk);
    received += chunk.length;
    const text = `downloading terraform ${PINNED_VERSION}: ${inMegabytes(received)} of ${total}`;
    if (text !== told) onProgress((told = text));
  }
  return Buffer.concat(chunks);
}

/** What processes that were killed wrote beside the file; what is younger may be another process's that writes now. */
async function removeUnfinished(file: string): Promise<void> {
  const names = (await readdir(dirname(file))).filter((name) => name.startsWith(`${basename(file)}.`));
  for (const unfinished of names.map((name) => join(dirname(file), name))) {
    const { mtimeMs } = await stat(unfinished).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > WRITTEN_WITHIN_MS) await rm(unfinished, { force: true });
  }
}

/** Writes beside and renames, so that the file is whole whenever it is there. */
async function putInPlace(zip: Uint8Array, file: string): Promise<void> {
  const binary = unzipSync(zip, { filter: ({ name }) => name === EXECUTABLE })[EXECUTABLE];
  if (binary === undefined) throw new Error(`there is no ${EXECUTABLE} in the zip`);

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
