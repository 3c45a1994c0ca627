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

/** The user's checkout, with package.json and cdktf.json. */
export const PROJECT = resolve(__dirname, "..", "..");
/** Downloads and installations of commands; ignored by git. */
export const CACHE = join(PROJECT, ".rehearsal");

/** The folder of saved plans; ignored by git. */
export const PLANS = join(PROJECT, "plans");

/** The files of a saved plan: for terraform, for tools, for people, and its review. */
export type PlanKind = "tfplan" | "json" | "txt" | "md";

/** The file of a stack's saved plan. */
export function planFile(stackId: string, kind: PlanKind): string {
  return join(PLANS, `${stackId}.${kind}`);
}

/**
 * One stack as cdktf-cli would use it: in its folder in `cdktf.out`, with the user's own credentials and settings.
 */
export interface StackFolder {
  readonly stack: SynthesizedStack;
  readonly folder: string;
  readonly terraform: Terraform;
}

/** The terraform binary and the provider. */
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
 * @throws {UsageError} if the synth fails, there is no such stack, or the state bucket is still a placeholder
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
  // With a CLI configuration of our own, terraform does not read the credentials of `terraform login`.
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
 * Finds terraform and the source of the provider.
 * @throws {SetupError} if one of them is not available
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
 * Has terraform download the provider and find the state. It does nothing that a person must decide, such as moving a
 * state.
 */
export async function initialize({ terraform, folder, stack }: StackFolder): Promise<void> {
  // terraform would ask about an empty local state too, such as after a destroyed trial.
  const isInS3 = stack.json.terraform?.backend?.s3 !== undefined;
  const forgets = isInS3 && (await leavesEmptyLocalState(folder)) ? ["-reconfigure"] : [];
  await terraform.run(["init", "-input=false", "-no-color", ...forgets]);
}

/** @throws {UsageError} if there is no stack, or none with that id */
export function chosenStacks(stacks: SynthesizedStack[], stackId: string | undefined): SynthesizedStack[] {
  const found = stackId === undefined ? stacks : stacks.filter(({ id }) => id === stackId);
  if (found.length > 0) return found;
  if (stackId === undefined)
    throw new UsageError(
      'main.ts must have a stack (got none); add one with new WebStack(app, "web", { domainName }).',
    );
  const ids = stacks.map(({ id }) => id).join(", ");
  throw new UsageError(`<stack> must be a stack of main.ts: ${ids || "it has none"} (got ${stackId})`);
}

/**
 * Checks that no stack needs the state of another stack, which a rehearsal does not have.
 * @throws {UsageError} if one refers to resources of another stack
 */
export function standingAlone(stacks: SynthesizedStack[]): SynthesizedStack[] {
  const leaning = stacks.filter(
    ({ json }) => (json as { data?: { terraform_remote_state?: object } }).data?.terraform_remote_state !== undefined,
  );
  if (leaning.length === 0) return stacks;
  throw new UsageError(
    `${leaning.map(({ id }) => id).join(", ")} must not refer to resources of other stacks: a rehearsal creates each ` +
      "stack separately and cannot resolve such references; rehearse with literal ids instead.",
  );
}
