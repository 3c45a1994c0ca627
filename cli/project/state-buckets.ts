import { UsageError } from "../../machine/errors";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { isPlaceholder } from "../../rehearsal/stack-files";

/** A state bucket that `main.ts` names, and the stacks that use it. */
export interface StateBucket {
  readonly bucket: string;
  readonly region: string;
  readonly stackIds: readonly string[];
}

/** Stacks that still name the placeholder bucket of `main.ts`. */
export function withPlaceholder(stacks: readonly SynthesizedStack[]): SynthesizedStack[] {
  return stacks.filter(({ json }) => isPlaceholder(json.terraform?.backend?.s3?.bucket ?? ""));
}

/**
 * Keeps stacks that still name the placeholder bucket of `main.ts` away from AWS.
 * @throws {UsageError} with every such stack
 */
export function throwIfPlaceholder(stacks: readonly SynthesizedStack[]): void {
  const waiting = withPlaceholder(stacks);
  if (waiting.length === 0) return;
  const ids = waiting.map(({ id }) => id).join(", ");
  throw new UsageError(
    `backend.s3.bucket of ${ids} must be a bucket name of your own (got ` +
      `${waiting[0]?.json.terraform?.backend?.s3?.bucket}); set it in main.ts, then run npx alb-web bootstrap`,
  );
}

/**
 * The state buckets of all stacks, each once.
 * @throws {UsageError} if there is none, one is a placeholder, or one has two regions
 */
export function stateBucketsOf(stacks: readonly SynthesizedStack[]): StateBucket[] {
  throwIfPlaceholder(stacks);
  const buckets = new Map<string, StateBucket>();
  for (const { id, json } of stacks) {
    const { bucket, region } = json.terraform?.backend?.s3 ?? {};
    if (bucket === undefined || region === undefined) continue;
    const known = buckets.get(bucket);
    if (known !== undefined && known.region !== region) {
      throw new UsageError(
        `backend.s3.region must be the same for all stacks with the bucket ${bucket} (got ${known.region} for ` +
          `${known.stackIds.join(", ")}, ${region} for ${id})`,
      );
    }
    buckets.set(bucket, { bucket, region, stackIds: [...(known?.stackIds ?? []), id] });
  }
  if (buckets.size === 0)
    throw new UsageError(
      'main.ts has no stack with backend: { s3: { bucket: "…", region: "…" } }, so there is no bucket to create; ' +
        "add it, or use --bucket and --region",
    );
  return [...buckets.values()];
}
