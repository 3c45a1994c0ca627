import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { NO_SDK_WARNING } from "../machine/aws-sdk";
import { NO_OTHER_AWS } from "./surroundings";

const ACCESS = {
  AWS_ACCESS_KEY_ID: "rehearsal",
  AWS_SECRET_ACCESS_KEY: "rehearsal",
  AWS_REGION: "us-east-1",
  AWS_DEFAULT_REGION: "us-east-1",
};

/**
 * The environment variables with which aws, terraform and cdktf use the local AWS and nothing else.
 * @param terraform the binary
 * @param configurationFile the CLI configuration for a copy of the provider, if the registry cannot be reached
 */
export async function localAwsEnvironment(
  cacheFolder: string,
  endpoint: string,
  terraform: string,
  configurationFile?: string,
): Promise<Record<string, string>> {
  const plugins = await pluginCache(cacheFolder);
  return {
    ...pastTheProxy(process.env),
    AWS_ENDPOINT_URL: endpoint,
    ...ACCESS,
    ...NO_OTHER_AWS,
    // An unimplemented call returns 500; the provider would retry it for minutes.
    AWS_MAX_ATTEMPTS: "2",
    CHECKPOINT_DISABLE: "1",
    ...(terraform === "terraform" ? {} : { TERRAFORM_BINARY_NAME: terraform }),
    TF_PLUGIN_CACHE_DIR: plugins,
    ...(configurationFile === undefined ? {} : { TF_CLI_CONFIG_FILE: configurationFile }),
    TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "true",
    // cdktf locks the provider before its first diff; the cache has it, laid out as a mirror.
    TF_CLI_ARGS_providers_lock: `-fs-mirror="${plugins}"`,
  };
}

/**
 * The environment of terraform in a rehearsal: without the user's AWS and terraform settings, with proxies, which
 * `init` may need.
 */
export async function terraformEnvironment(
  cacheFolder: string,
  endpoint: string,
  configurationFile?: string,
): Promise<NodeJS.ProcessEnv> {
  const own = await localAwsEnvironment(cacheFolder, endpoint, "terraform", configurationFile);
  return { ...withoutAwsAndTerraform(process.env), ...own, TF_IN_AUTOMATION: "1" };
}

/** An environment without the settings of AWS and terraform, except TF_CLI_CONFIG_FILE. */
export function withoutAwsAndTerraform(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AWS_|TF_(?!CLI_CONFIG_FILE$))/.test(name)));
}

/**
 * Removes the user's AWS settings from this process too: SDK clients read its environment and the files that it names.
 */
export function forgetAws(env: NodeJS.ProcessEnv = process.env): void {
  // NO_SDK_WARNING is this program's own (machine/aws-sdk.ts) and harmless.
  for (const name of Object.keys(env)) if (name.startsWith("AWS_") && name !== NO_SDK_WARNING) delete env[name];
  Object.assign(env, NO_OTHER_AWS);
}

/** The local AWS is on this machine, and no proxy leads to it. Programs differ in which spelling they read first. */
function pastTheProxy(env: NodeJS.ProcessEnv): Record<string, string> {
  if (!Object.entries(env).some(([name, value]) => /^(https?|all)_proxy$/i.test(name) && value)) return {};
  const hosts = ["127.0.0.1", "localhost", env.no_proxy || env.NO_PROXY].filter(Boolean).join(",");
  return { NO_PROXY: hosts, no_proxy: hosts };
}

/** The provider is fetched once and shared by all rehearsals. */
async function pluginCache(cacheFolder: string): Promise<string> {
  const folder = join(cacheFolder, "plugins");
  await mkdir(folder, { recursive: true });
  return folder;
}
