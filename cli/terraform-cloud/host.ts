import { readFile } from "node:fs/promises";
import { cliConfigurationFiles, storedTokens, tokenVariable } from "../../machine/setup/cli-configuration";

/** The API of a host that terraform uses as Terraform Cloud. */
export interface CloudHost {
  readonly hostname: string;
  /** Without a trailing slash, such as "https://app.terraform.io/api/v2". */
  readonly api: string;
  readonly token: string;
}

interface TerraformSettings {
  readonly token?: string;
  readonly api?: string;
}

/** A later response is ignored. */
const ANSWER_WITHIN_MS = 20_000;

/**
 * Finds the API and the token of a host where terraform finds them: in environment variables, the CLI configuration and
 * the file of `terraform login`. Tokens of credentials helpers are not supported.
 * @returns nothing if there is no token, or the host does not publish the address of its API
 */
export async function cloudHost(hostname: string, env: NodeJS.ProcessEnv): Promise<CloudHost | undefined> {
  const files = await Promise.all(cliConfigurationFiles(env, "terraform").map((file) => readFile(file, "utf8")));
  const configured = settingsIn(files.join("\n"), hostname);
  const variable = tokenVariable(hostname);
  const token = env[variable] || configured.token || storedTokens(env, "terraform")[variable];
  if (token === undefined) return undefined;
  const api = configured.api ?? (await discoveredApi(hostname));
  return api === undefined ? undefined : { hostname, api: api.replace(/\/$/, ""), token };
}

/**
 * Reads the `credentials` and `host` blocks, whose only nested block is `services`, so a full parser is not needed.
 */
function settingsIn(configuration: string, hostname: string): TerraformSettings {
  const text = configuration.replace(/^[ \t]*(#|\/\/).*$/gm, "");
  const name = hostname.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const [, token] = new RegExp(`\\bcredentials\\s+"${name}"\\s*\\{[^{}]*?\\btoken\\s*=\\s*"([^"]+)"`).exec(text) ?? [];
  const [, api] =
    new RegExp(`\\bhost\\s+"${name}"\\s*\\{\\s*services\\s*(?:=\\s*)?\\{[^{}]*?"tfe\\.v2"\\s*[=:]\\s*"([^"]+)"`).exec(
      text,
    ) ?? [];
  return { ...(token === undefined ? {} : { token }), ...(api === undefined ? {} : { api }) };
}

async function discoveredApi(hostname: string): Promise<string | undefined> {
  try {
    const document = `https://${hostname}/.well-known/terraform.json`;
    const services = (await (await fetch(document, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })).json()) as {
      "tfe.v2"?: string;
    };
    return services["tfe.v2"] && new URL(services["tfe.v2"], document).href;
  } catch {
    return undefined;
  }
}
