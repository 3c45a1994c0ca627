import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { SetupError } from "../errors";
import type { TerraformBinary } from "./terraform-binary";

/* Terraform's CLI configuration: https://developer.hashicorp.com/terraform/cli/config/config-file */

type Product = TerraformBinary["product"];

const IS_WINDOWS = process.platform === "win32";
/** The file of `terraform login`, which contains only tokens and no provider configuration. */
const CREDENTIALS = "credentials.tfrc.json";
/** The second is the former name of the first. */
const VARIABLES = ["TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG"] as const;

/**
 * Removes TF_CLI_CONFIG_FILE from an environment if its file does not exist, because terraform warns about it on every
 * call. A relative path becomes absolute, because terraform runs in a stack's folder.
 * @param warn called with a sentence for each variable that is removed
 */
export function dropMissingCliConfiguration(env: NodeJS.ProcessEnv, warn: (sentence: string) => void): void {
  for (const name of VARIABLES) {
    const file = env[name];
    if (!file) continue;
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === false) {
      env[name] = resolve(file);
      continue;
    }
    delete env[name];
    warn(`${name} is ignored because the file ${file} does not exist.`);
  }
}

/**
 * The files of the user's CLI configuration that terraform reads, without those that contain only tokens.
 */
export function cliConfigurationFiles(env: NodeJS.ProcessEnv, product: Product): string[] {
  const chosen = VARIABLES.map((name) => env[name]).find((file) => file);
  if (chosen !== undefined) return [chosen].filter((file) => existsSync(file));
  const names = (product === "opentofu" ? ["tofu", "terraform"] : ["terraform"]).map((name) =>
    IS_WINDOWS ? `${name}.rc` : `.${name}rc`,
  );
  // OpenTofu reads terraform's file only if it has no own one.
  const main = names.map((name) => join(IS_WINDOWS ? appData(env) : home(env), name)).find((file) => existsSync(file));
  return [...(main === undefined ? [] : [main]), ...configurationFolders(env, product).flatMap(filesIn)];
}

/**
 * @throws {SetupError} if the user's configuration has dev_overrides: terraform does not check the checksum of such a
 * provider
 */
export function throwIfDevOverrides(env: NodeJS.ProcessEnv, product: Product): void {
  const file = cliConfigurationFiles(env, product).find((it) => /\bdev_overrides\b/.test(withoutComments(textOf(it))));
  if (file === undefined) return;
  throw new SetupError(
    `${file} must not have dev_overrides for a rehearsal, as they bypass the checksums of the lock file; ` +
      "remove them, or set TF_CLI_CONFIG_FILE to a configuration without them",
  );
}

/**
 * The tokens that `terraform login` stored, as environment variables. terraform does not read that file if
 * TF_CLI_CONFIG_FILE is set.
 */
export function storedTokens(env: NodeJS.ProcessEnv, product: Product): Record<string, string> {
  const stored = configurationFolders(env, product)
    .map((folder) => join(folder, CREDENTIALS))
    .filter((file) => existsSync(file))
    .flatMap(tokensIn);
  return Object.fromEntries(stored.filter(([name]) => !env[name]));
}

/**
 * The environment variable that terraform reads a host's token from: TF_TOKEN_my__host_example_com for
 * my-host.example.com.
 */
export function tokenVariable(hostname: string): string {
  return `TF_TOKEN_${hostname.replace(/-/g, "__").replace(/\./g, "_")}`;
}

/**
 * The folders in which terraform looks for providers by default:
 * https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
 */
export function impliedMirrors(env: NodeJS.ProcessEnv): string[] {
  const here = join(process.cwd(), "terraform.d", "plugins");
  if (IS_WINDOWS)
    return [
      here,
      join(appData(env), "terraform.d", "plugins"),
      join(appData(env), "HashiCorp", "Terraform", "plugins"),
    ];
  const own = join(home(env), ".terraform.d", "plugins");
  if (process.platform === "darwin")
    return [
      here,
      own,
      ...[home(env), "/"].map((root) => join(root, "Library", "Application Support", "io.terraform", "plugins")),
    ];
  const data = [
    env.XDG_DATA_HOME || join(home(env), ".local", "share"),
    ...(env.XDG_DATA_DIRS || "/usr/local/share:/usr/share").split(":"),
  ];
  return [here, own, ...data.map((folder) => join(folder, "terraform", "plugins"))];
}

/** The user's home folder, as terraform determines it. */
export function home(env: NodeJS.ProcessEnv): string {
  return env.HOME || homedir();
}

function appData(env: NodeJS.ProcessEnv): string {
  return env.APPDATA || join(homedir(), "AppData", "Roaming");
}

function configurationFolders(env: NodeJS.ProcessEnv, product: Product): string[] {
  const own = IS_WINDOWS ? join(appData(env), "terraform.d") : join(home(env), ".terraform.d");
  return product === "opentofu" && env.XDG_CONFIG_HOME ? [own, join(env.XDG_CONFIG_HOME, "opentofu")] : [own];
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /(\.tfrc|\.tfrc\.json|^tofurc)$/.test(name) && name !== CREDENTIALS)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function tokensIn(file: string): [name: string, token: string][] {
  try {
    const { credentials = {} } = JSON.parse(readFileSync(file, "utf8")) as {
      credentials?: Record<string, { token?: string }>;
    };
    return Object.entries(credentials).flatMap(([host, { token }]) =>
      typeof token === "string" ? [[tokenVariable(host), token]] : [],
    );
  } catch {
    // terraform itself reports what is wrong with it.
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new SetupError(`Terraform's CLI configuration cannot be read: ${(error as Error).message}`);
  }
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, "").replace(/^[ \t]*(#|\/\/).*$/gm, "");
}
