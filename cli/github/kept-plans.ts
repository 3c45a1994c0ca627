import { createHash } from "node:crypto";
import { GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { WorkFailed } from "../command";
import type { SynthesizedStack } from "../synthesize";

/** Where a stack's reviewed plans are kept: in the bucket of its state. */
export interface PlanPlace {
  readonly bucket: string;
  readonly region: string;
}

/** What is kept beside a plan, so that "nothing to do" and "no plan" can be told apart. */
export interface PlanRecord {
  /** The commit that was planned. */
  readonly commit: string;
  readonly stack: string;
  /** The plan's SHA-256, in hex; null if it changes nothing, in which case no plan is kept. */
  readonly plan: string | null;
}

/** The plan of a stack that was kept for a commit. */
export interface KeptPlan {
  /** Null if it changes nothing. */
  readonly plan: Buffer | null;
  readonly isApplied: boolean;
}

/** @returns nothing for a stack whose state lies elsewhere than in S3 */
export function placeOf({ json }: SynthesizedStack): PlanPlace | undefined {
  const { bucket, region } = json.terraform?.backend?.s3 ?? {};
  return bucket !== undefined && region !== undefined ? { bucket, region } : undefined;
}

/** What is said of a stack whose plans have no place. */
export function notDeployed(stackId: string): string {
  return `${stackId}: not deployed by merging, as its state is not in S3; give it backend: { s3: { bucket } }, or deploy it by hand`;
}

/** Reviewed plans below `plans/<commit>/` in a state bucket: encrypted, and never overwritten, so that what was reviewed is what is kept. */
export class KeptPlans {
  private readonly s3: S3Client;

  constructor(
    private readonly place: PlanPlace,
    private readonly signal: AbortSignal,
  ) {
    this.s3 = new S3Client({ region: place.region });
  }

  /**
   * Keeps a plan, then the record that tells of it; doing the same again is no fault.
   * @param plan the plan file; null if it changes nothing
   * @throws {WorkFailed} if another plan is kept for this commit
   */
  async keep(commit: string, stack: string, plan: Buffer | null): Promise<void> {
    const record: PlanRecord = { commit, stack, plan: plan === null ? null : sha256(plan) };
    if (plan !== null) await this.putOnce(keyOf(commit, stack, "tfplan"), plan);
    await this.putOnce(keyOf(commit, stack, "json"), Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
  }

  /** @throws {WorkFailed} if none is kept, or it is not whole */
  async fetch(commit: string, stack: string): Promise<KeptPlan> {
    const key = keyOf(commit, stack, "json");
    const text = await this.get(key);
    if (text === undefined) {
      throw new WorkFailed(
        `No plan of ${stack} is kept for commit ${commit} (s3://${this.place.bucket}/${key}), so nothing was changed. Either the workflow "Keep plan" has not ended yet: look at it ` +
          "under Actions, and run this job again then; or the pull request had no plan: open another one and merge that.",
      );
    }
    const record = recordIn(text.toString());
    const isOurs = record?.commit === commit && record.stack === stack;
    const plan = isOurs && record.plan !== null ? await this.get(keyOf(commit, stack, "tfplan")) : null;
    if (!isOurs || plan === undefined || (plan !== null && sha256(plan) !== record.plan)) {
      throw new WorkFailed(`The plan of ${stack} that is kept for commit ${commit} is not whole (s3://${this.place.bucket}/${key} does not fit it), so nothing was changed; open another pull request and merge that.`);
    }
    return { plan, isApplied: (await this.get(keyOf(commit, stack, "applied"))) !== undefined };
  }

  /** Notes that a plan was applied, so that a job that is run again goes on with the next one. */
  async noteApplied(commit: string, stack: string): Promise<void> {
    await this.putOnce(keyOf(commit, stack, "applied"), Buffer.from(`${stack}\n`));
  }

  private async putOnce(key: string, body: Buffer): Promise<void> {
    const put = new PutObjectCommand({ Bucket: this.place.bucket, Key: key, Body: body, ServerSideEncryption: "AES256", IfNoneMatch: "*" });
    try {
      await this.s3.send(put, { abortSignal: this.signal });
    } catch (error) {
      if (!isAnswer(error, 412)) throw this.fault(error, "writing", key);
      if ((await this.get(key))?.equals(body)) return;
      throw new WorkFailed(
        `s3://${this.place.bucket}/${key} is kept already, with another content, and is not overwritten: what was reviewed is what is deployed. To plan the same change again, push another ` +
          'commit, which may be empty: git commit --allow-empty -m "Plan again".',
      );
    }
  }

  private async get(key: string): Promise<Buffer | undefined> {
    try {
      const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.place.bucket, Key: key }), { abortSignal: this.signal });
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    } catch (error) {
      if (isAnswer(error, 404) && (error as Error).name === "NoSuchKey") return undefined;
      throw this.fault(error, "reading", key);
    }
  }

  private fault(error: unknown, doing: string, key: string): unknown {
    this.signal.throwIfAborted();
    const { bucket, region } = this.place;
    const what = `${doing} s3://${bucket}/${key}`;
    if (isAnswer(error, 403)) return new WorkFailed(`AWS refuses ${what}; the deploy role needs s3:GetObject, s3:ListBucket and s3:PutObject there.`);
    if (isAnswer(error, 404)) return new WorkFailed(`The bucket ${bucket} does not exist (${what}); create it with npm run bootstrap`);
    if (isAnswer(error, 301)) return new WorkFailed(`The bucket ${bucket} is not in ${region} (${what}); correct region in backend.s3.`);
    if (error instanceof Error && error.name === "CredentialsProviderError") return new WorkFailed(`There are no AWS credentials (${what}); in a workflow, aws-actions/configure-aws-credentials gives them.`);
    return error instanceof Error ? new WorkFailed(`AWS fails ${what}: ${error.name}: ${error.message}`) : error;
  }
}

function keyOf(commit: string, stack: string, kind: "tfplan" | "json" | "applied"): string {
  return `plans/${commit}/${stack}.${kind}`;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function isAnswer(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

function recordIn(text: string): PlanRecord | undefined {
  try {
    return JSON.parse(text) as PlanRecord;
  } catch {
    return undefined;
  }
}
