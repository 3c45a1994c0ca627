import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const ACCESS = { AWS_ACCESS_KEY_ID: "rehearsal", AWS_SECRET_ACCESS_KEY: "rehearsal", AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-1" };

/** The settings that make aws, terraform and cdktf talk to the local AWS and to nothing else. */
export async function localAwsEnvironment(cacheFolder: string, endpoint: string, terraform: string): Promise<Record<string, string>> {
  const plugins = await pluginCache(cacheFolder);
  return {
    AWS_ENDPOINT_URL: endpoint,
    ...ACCESS,
    // An unimplemented call answers 500; the provider would try it for minutes.
    AWS_MAX_ATTEMPTS: "2",
    CHECKPOINT_DISABLE: "1",
    ...(terraform === "terraform" ? {} : { TERRAFORM_BINARY_NAME: terraform }),
    TF_PLUGIN_CACHE_DIR: plugins,
    TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "true",
    // cdktf locks the provider before its first diff; the cache has it, laid out as a mirror.
    TF_CLI_ARGS_providers_lock: `-fs-mirror="${plugins}"`,
  };
}

/** The environment of terraform in a rehearsal: nothing of the person's AWS or terraform settings gets in. */
export async function terraformEnvironment(cacheFolder: string, endpoint: string): Promise<NodeJS.ProcessEnv> {
  const own = await localAwsEnvironment(cacheFolder, endpoint, "terraform");
  const env: NodeJS.ProcessEnv = { ...withoutAwsAndTerraform(process.env), ...own, TF_IN_AUTOMATION: "1" };
  // terraform warns on every call about a file that is not there.
  if (env.TF_CLI_CONFIG_FILE !== undefined && !existsSync(env.TF_CLI_CONFIG_FILE)) delete env.TF_CLI_CONFIG_FILE;
  return env;
}

/** An environment less all settings of AWS and terraform, but for where terraform finds its providers. */
export function withoutAwsAndTerraform(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AWS_|TF_(?!CLI_CONFIG_FILE$))/.test(name)));
}

/** The provider is fetched once and shared by all rehearsals. */
async function pluginCache(cacheFolder: string): Promise<string> {
  const folder = join(cacheFolder, "plugins");
  await mkdir(folder, { recursive: true });
  return folder;
}
