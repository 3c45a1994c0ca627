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
 * The settings that make aws, terraform and cdktf talk to the local AWS and to nothing else.
 * @param terraform the binary
 * @param configurationFile what leads terraform to a copy of the provider, where the registry cannot be reached
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
    // An unimplemented call answers 500; the provider would try it for minutes.
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
 * The environment of terraform in a rehearsal: nothing of the person's AWS or terraform settings gets in; proxies,
 * which `init` may need, do.
 */
export async function terraformEnvironment(
  cacheFolder: string,
  endpoint: string,
  configurationFile?: string,
): Promise<NodeJS.ProcessEnv> {
  const own = await localAwsEnvironment(cacheFolder, endpoint, "terraform", configurationFile);
  return { ...withoutAwsAndTerraform(process.env), ...own, TF_IN_AUTOMATION: "1" };
}

/** An environment less all settings of AWS and terraform, but for where terraform finds its providers. */
export function withoutAwsAndTerraform(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AWS_|TF_(?!CLI_CONFIG_FILE$))/.test(name)));
}

/**
 * Has this process, too, know nothing of the person's AWS settings: those of SDK clients come from its environment and
 * from files that it names.
 */
export function forgetAws(env: NodeJS.ProcessEnv = process.env): void {
  // The one is this program's own (machine/aws-sdk.ts), and leads nowhere.
  for (const name of Object.keys(env)) if (name.startsWith("AWS_") && name !== NO_SDK_WARNING) delete env[name];
  Object.assign(env, NO_OTHER_AWS);
}

/** The local AWS is on this machine, where no proxy leads. Both spellings, as each is read first by somebody. */
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
