import { dataOf, resourcesOf, type StackJson } from "./stack-files";

/* What a stack may say of its providers in a rehearsal, which must reach nothing but the local AWS. */

/** terraform reads this file beside the stack's own. */
export const IDENTITY_FILE = "rehearsal_identity.tf.json";

/** What decides what is built, not where: all else of an AWS provider could lead it, or its keys, elsewhere. */
const KEPT = ["alias", "region", "default_tags", "ignore_tags", "max_retries", "retry_mode"];
/** HashiCorp's providers that ask nobody outside of this machine. */
const STAY_HERE = ["archive", "local", "null", "random", "time", "tls"].map((name) => `hashicorp/${name}`);

type Settings = Readonly<Record<string, unknown>>;

/** The stack with its AWS providers as a rehearsal has them: endpoint and keys come from the environment. */
export function withLocalProviders<T extends StackJson>(stack: T): T {
  if (stack.provider?.aws === undefined) return stack;
  const aws = blocksOf(stack).map((block) =>
    Object.fromEntries(Object.entries(block).filter(([name]) => KEPT.includes(name))),
  );
  return { ...stack, provider: { ...stack.provider, aws } };
}

/** The settings of AWS providers that a rehearsal leaves out, such as `profile`; each once, sorted. */
export function leftOutOf(stack: StackJson): string[] {
  return [
    ...new Set(
      blocksOf(stack)
        .flatMap((block) => Object.keys(block))
        .filter((name) => !KEPT.includes(name)),
    ),
  ].sort();
}

/**
 * The sources of the providers that ask somebody outside of this machine, and are not AWS's, such as
 * `cloudflare/cloudflare`.
 * @param lock the lock file that terraform wrote for a stack: it has those of modules too
 */
export function outsideProviders(lock: string): string[] {
  const sources = [...lock.matchAll(/^provider "([^"\n]+)"/gm)].map(([, address = ""]) =>
    address.replace(/^registry\.(terraform\.io|opentofu\.org)\//, ""),
  );
  return sources.filter((source) => source !== "hashicorp/aws" && !STAY_HERE.includes(source)).sort();
}

/**
 * A block `provider`: its label may go without quotes, and comments may stand around both; a byte order mark may begin
 * the file.
 */
const PROVIDER_BLOCK = /(?:^|\*\/)[ \t\uFEFF]*provider(?:[ \t]*(?:"|\/\*)|[ \t]+[\w-]+[ \t]*(?:\{|\/\*))/m;

/** Whether a file of a module configures a provider itself, which nobody outside of the module can correct. */
export function configuresProvider(fileName: string, text: string): boolean {
  if (!fileName.endsWith(".json")) return PROVIDER_BLOCK.test(text);
  try {
    return (JSON.parse(text) as { provider?: unknown }).provider !== undefined;
  } catch {
    return false; // terraform itself refuses it
  }
}

/**
 * Asks through each of the stack's own AWS providers whom it talks to, while terraform plans; the plan fails unless it
 * is this run's local AWS.
 * @param identity the user id that the local AWS answers with
 */
export function identityChecks(stack: StackJson, identity: string): object {
  const names = blocksOf(stack).map(({ alias }) => (typeof alias === "string" ? `aws.${alias}` : "aws"));
  const all = names.length > 0 || !usesAws(stack) ? names : ["aws"];
  const check = (provider: string) => ({
    provider,
    lifecycle: {
      postcondition: [
        {
          condition: `\${self.user_id == ${JSON.stringify(identity)}}`,
          error_message: `Provider ${provider} does not talk to the local AWS of this rehearsal. Nothing was applied.`,
        },
      ],
    },
  });
  return all.length === 0
    ? {}
    : {
        data: {
          aws_caller_identity: Object.fromEntries(
            all.map((provider, index) => [`alb_web_rehearsal_${index}`, check(provider)]),
          ),
        },
      };
}

function blocksOf({ provider }: StackJson): Settings[] {
  const aws: unknown = provider?.aws ?? [];
  return (Array.isArray(aws) ? aws : [aws]) as Settings[];
}

function usesAws(stack: StackJson): boolean {
  return [...Object.keys(stack.resource ?? {}), ...Object.keys(stack.data ?? {})].some(
    (type) => type.startsWith("aws_") && resourcesOf(stack, type).length + dataOf(stack, type).length > 0,
  );
}
