import { dataOf, resourcesOf, type StackJson } from "./stack-files";

/* Provider settings in a rehearsal, which must reach nothing but the local AWS. */

/** terraform reads this file in addition to the stack's own. */
export const IDENTITY_FILE = "rehearsal_identity.tf.json";

/** Settings that affect what is created, not where. Every other setting could send requests or keys elsewhere. */
const KEPT = ["alias", "region", "default_tags", "ignore_tags", "max_retries", "retry_mode"];
/** HashiCorp's providers that make no requests outside of this machine. */
const STAY_HERE = ["archive", "local", "null", "random", "time", "tls"].map((name) => `hashicorp/${name}`);

type Settings = Readonly<Record<string, unknown>>;

/** The stack with the AWS provider settings of a rehearsal: endpoint and keys come from the environment. */
export function withLocalProviders<T extends StackJson>(stack: T): T {
  if (stack.provider?.aws === undefined) return stack;
  const aws = blocksOf(stack).map((block) =>
    Object.fromEntries(Object.entries(block).filter(([name]) => KEPT.includes(name))),
  );
  return { ...stack, provider: { ...stack.provider, aws } };
}

/** The AWS provider settings that a rehearsal omits, such as `profile`; each once, sorted. */
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
 * The sources of providers other than AWS's that make requests outside of this machine, such as
 * `cloudflare/cloudflare`.
 * @param lock the lock file that terraform wrote for a stack; it includes the providers of modules
 */
export function outsideProviders(lock: string): string[] {
  const sources = [...lock.matchAll(/^provider "([^"\n]+)"/gm)].map(([, address = ""]) =>
    address.replace(/^registry\.(terraform\.io|opentofu\.org)\//, ""),
  );
  return sources.filter((source) => source !== "hashicorp/aws" && !STAY_HERE.includes(source)).sort();
}

/**
 * A `provider` block: its label can be without quotes, comments can surround both, and the file can begin with a byte
 * order mark.
 */
const PROVIDER_BLOCK = /(?:^|\*\/)[ \t\uFEFF]*provider(?:[ \t]*(?:"|\/\*)|[ \t]+[\w-]+[ \t]*(?:\{|\/\*))/m;

/** Whether a file of a module configures a provider itself, which cannot be changed from outside of the module. */
export function configuresProvider(fileName: string, text: string): boolean {
  if (!fileName.endsWith(".json")) return PROVIDER_BLOCK.test(text);
  try {
    return (JSON.parse(text) as { provider?: unknown }).provider !== undefined;
  } catch {
    return false; // terraform itself rejects it
  }
}

/**
 * Data sources that ask each of the stack's AWS providers for its caller identity. The plan fails unless the local AWS
 * of this run answers.
 * @param identity the user id that the local AWS returns
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
          error_message: `Provider ${provider} does not use the local AWS of this rehearsal. Nothing was applied.`,
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
