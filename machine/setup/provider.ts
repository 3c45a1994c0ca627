import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SetupError } from "../errors";
import { command, word } from "../text/pasteable";
import { cliConfigurationFiles, home, impliedMirrors } from "./cli-configuration";
import { download, reasonOf } from "./download";
import {
  copiesIn,
  isPinned,
  layDown,
  type PinnedProvider,
  type ProviderCopy,
  REGISTRIES,
  readPinned,
  stampOf,
  writeWhole,
} from "./provider-copies";
import { type TerraformBinary, thisPlatform } from "./terraform-binary";

export interface FindProviderOptions {
  /** The program that needs the provider: terraform and OpenTofu use different registries. */
  readonly product: TerraformBinary["product"];
  /** The cache folder, which contains the project's own provider cache in `plugins`. */
  readonly cacheDir: string;
  /** The lock file that pins the provider. */
  readonly lockFile: string;
  /** The environment in which terraform runs. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Called with short progress messages.
   * @default - no progress messages
   */
  readonly onProgress?: (text: string) => void;
  /** @default - it is not aborted */
  readonly signal?: AbortSignal;
  /**
   * The URL that is requested to check whether the registry can be reached.
   * @default - the service discovery document of the product's own registry
   */
  readonly registryUrl?: string;
  /**
   * Folders whose subfolders may be filesystem mirrors.
   * @default - the folders for software of all users of a machine
   */
  readonly shelves?: readonly string[];
}

/** Where terraform gets the provider. */
export interface ProviderSource {
  /** Its origin as text: "from registry.terraform.io", "as configured in …". */
  readonly origin: string;
  /** The CLI configuration for a copy; TF_CLI_CONFIG_FILE must name it. */
  readonly configurationFile?: string;
}

/** The provider of every stack. */
const PROVIDER = "hashicorp/aws";
/** Next to a copy's configuration: the stamp of the copy when its checksum was in the lock file. */
const STAMP_FILE = "verified.json";
/** terraform itself waits for more than a minute. */
const REGISTRY_WITHIN_MS = 4_000;
/** Parents of folders such as /opt/terraform-plugins, in which build images store providers. */
const SHELVES =
  process.platform === "win32" ? [] : ["/opt", "/usr/share", "/usr/local/share", "/usr/local/lib", "/var/lib"];

/**
 * Determines where terraform gets the provider: as the user's CLI configuration says, if there is one; otherwise from
 * the registry, if it can be reached; otherwise from a copy on this machine whose checksum is in the lock file.
 * @throws {SetupError} if there is none; the error says what was tried and what to do
 */
export async function findProvider(options: FindProviderOptions): Promise<ProviderSource> {
  const { env, product, signal, onProgress = () => {} } = options;
  const [file] = cliConfigurationFiles(env, product);
  if (file !== undefined) return { origin: `as configured in ${file}` };

  const registry = REGISTRIES[product];
  onProgress(`checking whether ${registry} can be reached`);
  const why = await unreachable(options.registryUrl ?? `https://${registry}/.well-known/terraform.json`, signal);
  if (why === undefined) return { origin: `from ${registry}` };

  onProgress(`${registry} cannot be reached (${why}); looking for a copy of the provider on this machine`);
  const pinned = await readPinned(options.lockFile, PROVIDER);
  const roots = await rootsFor(options);
  const refused: string[] = [];
  for (const root of roots) {
    for (const copy of await copiesIn(root, pinned, thisPlatform())) {
      const { stamp, why } = await examine(copy, pinned, options);
      if (stamp !== undefined)
        return { origin: `from ${root}`, configurationFile: await configurationFor(copy, pinned, stamp, options) };
      refused.push(`${copy.path} (${why})`);
    }
  }
  throw new SetupError(
    sentence(`${registry} cannot be reached (${why})`, pinned, roots, refused, impliedMirrors(env)[1]),
  );
}

/** @returns `undefined` if it can be reached, otherwise the reason */
async function unreachable(url: string, signal?: AbortSignal): Promise<string | undefined> {
  const patience = AbortSignal.timeout(REGISTRY_WITHIN_MS);
  try {
    const response = await download(url, signal === undefined ? patience : AbortSignal.any([patience, signal]));
    await response.body?.cancel();
    return response.ok ? undefined : `it returned HTTP ${response.status}`;
  } catch (error) {
    signal?.throwIfAborted();
    return patience.aborted ? `no answer within ${REGISTRY_WITHIN_MS / 1000} s` : reasonOf(error);
  }
}

/** The folders that may contain a copy, as mirrors or as caches, including folders that do not exist. */
async function rootsFor({ env, cacheDir, shelves = SHELVES }: FindProviderOptions): Promise<string[]> {
  const shared = await Promise.all(
    shelves.map(async (shelf) => {
      const entries = await readdir(shelf, { withFileTypes: true }).catch(() => []);
      return entries
        .filter((it) => it.isDirectory() || it.isSymbolicLink())
        .map(({ name }) => join(shelf, name))
        .sort();
    }),
  );
  const named = [
    env.TF_PLUGIN_CACHE_DIR,
    join(resolve(cacheDir), "plugins"),
    ...impliedMirrors(env),
    join(home(env), ".terraform.d", "plugin-cache"),
  ];
  return [...new Set([...named, ...shared.flat()].filter((it) => it !== undefined && it !== ""))] as string[];
}

/** The stamp of an accepted copy, otherwise the reason. An unreadable copy must not hide a valid one. */
async function examine(
  copy: ProviderCopy,
  pinned: PinnedProvider,
  { cacheDir, signal, onProgress = () => {} }: FindProviderOptions,
): Promise<{ stamp?: string; why?: string }> {
  try {
    const verified = await readFile(join(await folderFor(copy, cacheDir), STAMP_FILE), "utf8").catch(() => undefined);
    // Before its checksum is computed: if the copy changes in between, its stamp differs in the next run.
    const stamp = await stampOf(copy, pinned);
    if (verified === stamp) return { stamp };
    onProgress(`checking ${copy.path} against the lock file`);
    return (await isPinned(copy, pinned)) ? { stamp } : { why: ".terraform.lock.hcl does not have its checksum" };
  } catch (error) {
    return { why: (error as Error).message };
  } finally {
    signal?.throwIfAborted();
  }
}

/** A folder in the cache for this copy. Checkouts can share a cache by a link, so its content must be valid for all. */
async function folderFor({ path }: ProviderCopy, cacheDir: string): Promise<string> {
  const cache = await realpath(cacheDir).catch(() => resolve(cacheDir));
  return join(cache, `provider-${nameFor(path)}`);
}

/**
 * Writes the CLI configuration for a copy. Its name contains a hash of its content, so that it never changes while a
 * terraform uses it.
 * @throws {SetupError} if it cannot be written
 */
async function configurationFor(
  copy: ProviderCopy,
  pinned: PinnedProvider,
  stamp: string,
  options: FindProviderOptions,
): Promise<string> {
  try {
    await mkdir(options.cacheDir, { recursive: true });
    const folder = await folderFor(copy, options.cacheDir);
    const file = await writeConfiguration(copy, pinned, folder, options.env);
    await writeWhole(join(folder, STAMP_FILE), stamp);
    return file;
  } catch (error) {
    throw new SetupError(
      `The CLI configuration for the provider cannot be written in ${options.cacheDir}: ${(error as Error).message}`,
    );
  }
}

async function writeConfiguration(
  copy: ProviderCopy,
  pinned: PinnedProvider,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const mirror = join(folder, "mirror");
  await mkdir(mirror, { recursive: true });
  await layDown(copy, pinned, thisPlatform(), mirror);
  const text = await configurationText(mirror, env);
  const file = join(folder, `${nameFor(text)}.tfrc`);
  await writeWhole(file, text);
  return file;
}

function nameFor(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** The mirror for this provider, and terraform's default behavior for all others. */
async function configurationText(mirror: string, env: NodeJS.ProcessEnv): Promise<string> {
  const ours = Object.values(REGISTRIES).map((registry) => `${registry}/${PROVIDER}`);
  const implied = await Promise.all(
    impliedMirrors(env).map(async (path) => ({
      path,
      providers: (await providersIn(path)).filter((it) => !ours.includes(it)),
    })),
  );
  const mirrors = [{ path: mirror, providers: ours }, ...implied.filter(({ providers }) => providers.length > 0)];
  const block = ({ path, providers }: { path: string; providers: string[] }) =>
    `  filesystem_mirror {\n    path    = ${JSON.stringify(path)}\n    include = ${JSON.stringify(providers)}\n  }\n`;
  const elsewhere = JSON.stringify([...new Set(mirrors.flatMap(({ providers }) => providers))]);
  return (
    `# Written by alb-web: the registry could not be reached.\nprovider_installation ` +
    `{\n${mirrors.map(block).join("")}  direct {\n    exclude = ${elsewhere}\n  }\n}\n`
  );
}

/** The addresses of the providers in a filesystem mirror. */
async function providersIn(mirror: string): Promise<string[]> {
  const list = (folder: string) => readdir(folder).catch(() => []);
  const addresses = (await list(mirror)).map(async (host) =>
    (await list(join(mirror, host))).map(async (owner) =>
      (await list(join(mirror, host, owner))).map((type) => `${host}/${owner}/${type}`),
    ),
  );
  return (await Promise.all((await Promise.all(addresses)).flat())).flat();
}

function sentence(
  why: string,
  { name, version }: PinnedProvider,
  roots: readonly string[],
  refused: readonly string[],
  ownMirror = "",
): string {
  const platform = thisPlatform();
  const but = refused.length === 0 ? "" : `; not accepted: ${refused.join(", ")}`;
  return (
    `Provider ${name} ${version} (${platform}) cannot be found: ${why}, and no copy is in ${roots.join(", ")}${but}. ` +
    "On a machine that reaches the registry, run " +
    `'${command`terraform -chdir=cdktf.out/stacks/web providers mirror -platform=${word.name(platform)} DIR`}' ` +
    `after 'npx cdktf synth', and copy the contents of DIR to ${ownMirror} on this machine.`
  );
}
