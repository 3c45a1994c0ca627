import { join, resolve } from "node:path";
import { UsageError } from "../../machine/errors";
import { storedTokens } from "../../machine/setup/cli-configuration";
import { findProvider, type ProviderSource } from "../../machine/setup/provider";
import { findTerraform, type TerraformBinary } from "../../machine/setup/terraform-binary";
import { Terraform } from "../../machine/terraform/terraform";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { leavesEmptyLocalState } from "./local-state";
import { throwIfPlaceholder } from "./state-buckets";
import { synthesize, synthesizedFolder } from "./synthesize";

/** The person's checkout: where package.json and cdktf.json are. */
export const PROJECT = resolve(__dirname, "..", "..");
/** What is downloaded or installed for commands; ignored by git. */
export const CACHE = join(PROJECT, ".rehearsal");

/** Where plans are kept for people; ignored by git. */
export const PLANS = join(PROJECT, "plans");

/** What a plan is kept as: for terraform, for tools, for people, and its review. */
export type PlanKind = "tfplan" | "json" | "txt" | "md";

/** The file that a stack's plan is kept in. */
export function planFile(stackId: string, kind: PlanKind): string {
  return join(PLANS, `${stackId}.${kind}`);
}

/**
 * One stack as cdktf-cli would use it: in its folder below `cdktf.out`, with the person's own credentials and settings.
 */
export interface StackFolder {
  readonly stack: SynthesizedStack;
  readonly folder: string;
  readonly terraform: Terraform;
}

/** What runs terraform here. */
export interface Tools {
  readonly binary: TerraformBinary;
  readonly provider: ProviderSource;
  /** Both, in a few words. */
  readonly inWords: string;
}

export interface OpenStacksOptions {
  /** One stack only; default: all. */
  readonly stackId?: string;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/**
 * Synthesizes `main.ts` into its usual folder and finds terraform; nothing is initialized yet.
 * @throws {UsageError} if it does not synthesize, has no such stack, or names no state bucket yet
 */
export async function openStacks({ stackId, signal, onProgress }: OpenStacksOptions): Promise<StackFolder[]> {
  onProgress("synthesizing main.ts");
  const stacks = chosenStacks(await synthesizeProject(signal), stackId);
  throwIfPlaceholder(stacks);
  const {
    binary: { command, product },
    provider: { configurationFile },
    inWords,
  } = await findTools({ signal, onProgress });
  onProgress(inWords);
  // In place of the user's configuration, terraform does not read what `terraform login` has stored.
  const found =
    configurationFile === undefined
      ? {}
      : { TF_CLI_CONFIG_FILE: configurationFile, ...storedTokens(process.env, product) };
  return stacks.map((stack) => {
    const { folder } = stack;
    const env = { ...process.env, ...found, TF_IN_AUTOMATION: "1", TF_INPUT: "0" };
    return { stack, folder, terraform: new Terraform({ command, folder, env, signal }) };
  });
}

/**
 * Synthesizes `main.ts`, and opens one of its stacks.
 * @throws {UsageError} as `openStacks` does
 */
export async function openStack(
  stackId: string,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<StackFolder> {
  const [opened] = await openStacks({ stackId, signal, onProgress });
  if (opened === undefined) throw new Error(`${stackId} was not opened`);
  return opened;
}

/**
 * Finds terraform and where it gets the provider from.
 * @throws {SetupError} if one of them cannot be had
 */
export async function findTools({
  signal,
  onProgress,
}: Pick<OpenStacksOptions, "onProgress"> & { readonly signal?: AbortSignal }): Promise<Tools> {
  const { env } = process;
  const binary = await findTerraform({ cacheDir: CACHE, env, signal, onProgress });
  const provider = await findProvider({
    product: binary.product,
    cacheDir: CACHE,
    lockFile: join(PROJECT, ".terraform.lock.hcl"),
    env,
    signal,
    onProgress,
  });
  return { binary, provider, inWords: `${binary.product} ${binary.version}, provider ${provider.origin}` };
}

/** Synthesizes `main.ts` into its usual folder. */
export async function synthesizeProject(signal: AbortSignal): Promise<SynthesizedStack[]> {
  return synthesize(PROJECT, await synthesizedFolder(PROJECT), signal);
}

/**
 * Has terraform fetch the provider and find the state. What a person must decide, such as moving a state, it does not
 * do.
 */
export async function initialize({ terraform, folder, stack }: StackFolder): Promise<void> {
  // terraform would have a person decide about an empty local state too, such as a destroyed trial's.
  const isInS3 = stack.json.terraform?.backend?.s3 !== undefined;
  const forgets = isInS3 && (await leavesEmptyLocalState(folder)) ? ["-reconfigure"] : [];
  await terraform.run(["init", "-input=false", "-no-color", ...forgets]);
}

/** @throws {UsageError} if there is no stack, or none of that id */
export function chosenStacks(stacks: SynthesizedStack[], stackId: string | undefined): SynthesizedStack[] {
  const found = stackId === undefined ? stacks : stacks.filter(({ id }) => id === stackId);
  if (found.length > 0) return found;
  if (stackId === undefined)
    throw new UsageError('main.ts has no stack; add one with new WebStack(app, "web", { domainName }).');
  throw new UsageError(`There is no stack ${stackId}; main.ts has ${stacks.map(({ id }) => id).join(", ") || "none"}.`);
}

/**
 * Stacks that need no other stack's state, which a rehearsal does not have.
 * @throws {UsageError} if one refers to resources of another stack
 */
export function standingAlone(stacks: SynthesizedStack[]): SynthesizedStack[] {
  const leaning = stacks.filter(
    ({ json }) => (json as { data?: { terraform_remote_state?: object } }).data?.terraform_remote_state !== undefined,
  );
  if (leaning.length === 0) return stacks;
  throw new UsageError(
    `${leaning.map(({ id }) => id).join(", ")}: a rehearsal builds each stack alone and cannot resolve ` +
      "references to other stacks; rehearse with ids as literals.",
  );
}
