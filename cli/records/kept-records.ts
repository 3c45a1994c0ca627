import {
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { WorkFailed } from "../../machine/errors";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { differences } from "./differences";
import { type KeptRecord, MAX_RECORD_BYTES, type PlannedRecord, parseKept } from "./plan-record";

/** Where the records of a stack's reviewed plans are stored: in the bucket of its state. */
export interface RecordPlace {
  readonly bucket: string;
  readonly region: string;
}

/** A pull request's commit and its base, as GitHub reports them. */
export interface Planned {
  readonly pullRequest: number;
  readonly base: string;
  readonly head: string;
}

const REFUSED = Symbol("refused");

/** The upload of a pull request's workflow is rejected; a retry would not help. */
export function refusal(message: string): WorkFailed {
  return new WorkFailed(message, { cause: REFUSED });
}

export function isRefusal(error: unknown): boolean {
  return error instanceof WorkFailed && error.cause === REFUSED;
}

/** The progress of a merge for a stack. */
export type Progress = "none" | "started" | "applied";

/** The key of the digests in all records of a bucket: 32 bytes, in hex. Its readers can also read the states. */
export const RECORD_KEY = "alb-web/record.key";
const KEY_FORM = /^[0-9a-f]{64}$/;

/** @returns nothing for a stack whose state is not in S3 */
export function placeOf({ json }: SynthesizedStack): RecordPlace | undefined {
  const { bucket, region } = json.terraform?.backend?.s3 ?? {};
  return bucket !== undefined && region !== undefined ? { bucket, region } : undefined;
}

/** The message for a stack whose plans are not stored. */
export function notDeployed(stackId: string): string {
  return (
    `${stackId}: not deployed by merging, because its state is not in S3; set backend: { s3: { bucket } }, or ` +
    "deploy it by hand"
  );
}

/**
 * Records of reviewed plans, `plans/<pull request>/<head>/<base>/<stack>.json` in a state bucket, and the progress of
 * merges, `deploys/<pull request>/<head>/<stack>.<progress>`. The bucket policy denies overwriting and deleting them.
 */
export class KeptRecords {
  private readonly s3: S3Client;

  constructor(
    private readonly place: RecordPlace,
    private readonly signal: AbortSignal,
  ) {
    this.s3 = new S3Client({ region: place.region });
  }

  /**
   * The key of the digests.
   * @throws {WorkFailed} if the bucket has none
   */
  async key(): Promise<Buffer> {
    const text = (await this.get(RECORD_KEY))?.toString().trim();
    if (text !== undefined && KEY_FORM.test(text)) return Buffer.from(text, "hex");
    throw new WorkFailed(
      `The bucket ${this.place.bucket} must have a key for records of plans (${RECORD_KEY}), which is needed to ` +
        "compare plans; create it with npx alb-web bootstrap --github OWNER/REPO.",
    );
  }

  /**
   * Stores the record of a plan; storing the same record again is not an error.
   * @throws {WorkFailed} if a different record is stored for this pull request, commit and base
   */
  async keep(planned: Planned, record: PlannedRecord): Promise<void> {
    const { pullRequest, base, head } = planned;
    const kept: KeptRecord = { ...record, pullRequest, base, head };
    const key = `${prefixOf(planned)}${base}/${record.stack}.json`;
    if (await this.putOnce(key, `${JSON.stringify(kept, null, 2)}\n`)) return;
    throw refusal(
      `s3://${this.place.bucket}/${key} already exists with different content. It is not overwritten, because the ` +
        "reviewed plan must be the deployed plan. To plan the same change again, push another " +
        'commit, which may be empty: git commit --allow-empty -m "Plan again".',
    );
  }

  /**
   * The record of a stack's plan for the pull request at this commit.
   * @returns nothing if none is stored
   * @throws {WorkFailed} if it is not a valid record, or the commit was planned against several bases with different
   * results
   */
  async fetch({ pullRequest, head }: Omit<Planned, "base">, stack: string): Promise<KeptRecord | undefined> {
    const keys = (await this.list(prefixOf({ pullRequest, head }))).filter(
      (key) => key.split("/").slice(4).join("/") === `${stack}.json`,
    );
    const records: KeptRecord[] = [];
    for (const key of keys) {
      const record = this.parsed((await this.get(key)) ?? Buffer.alloc(0), key);
      if (record.pullRequest !== pullRequest || record.head !== head || record.stack !== stack)
        throw this.noRecord(key, "it is for another plan");
      records.push(record);
    }
    const [first] = records;
    if (first === undefined || records.every((it) => differences(first, it).length === 0)) return first;
    throw new WorkFailed(
      `${stack} was planned more than once for commit ${head} of pull request #${pullRequest}, with different ` +
        `results (${this.addressOf({ pullRequest, head })}). It cannot be determined which one was reviewed, so ` +
        "nothing was changed; open another pull request and merge that.",
    );
  }

  /** The address of a commit's records, for messages. */
  addressOf(planned: Omit<Planned, "base">): string {
    return `s3://${this.place.bucket}/${prefixOf(planned)}`;
  }

  /** The progress of a merge of the pull request's commit for a stack. */
  async progress(planned: Omit<Planned, "base">, stack: string): Promise<Progress> {
    for (const progress of ["applied", "started"] as const)
      if ((await this.get(noteOf(progress, planned, stack))) !== undefined) return progress;
    return "none";
  }

  /** Stores the progress, so that a rerun of the job continues from there. */
  async note(progress: Exclude<Progress, "none">, record: KeptRecord): Promise<void> {
    await this.putOnce(noteOf(progress, record, record.stack), `${record.stack}\n`);
  }

  private parsed(bytes: Buffer, key: string): KeptRecord {
    try {
      return parseKept(bytes.toString());
    } catch (error) {
      if (error instanceof SyntaxError) throw this.noRecord(key, error.message);
      throw error;
    }
  }

  private noRecord(key: string, why: string): WorkFailed {
    return new WorkFailed(
      `s3://${this.place.bucket}/${key} is not a record of this plan (${why}), so nothing was changed; open ` +
        "another pull request and merge that.",
    );
  }

  /** @returns false if a different object exists, which is kept */
  private async putOnce(key: string, text: string): Promise<boolean> {
    const body = Buffer.from(text);
    const put = new PutObjectCommand({
      Bucket: this.place.bucket,
      Key: key,
      Body: body,
      ServerSideEncryption: "AES256",
      IfNoneMatch: "*",
    });
    try {
      await this.s3.send(put, { abortSignal: this.signal });
      return true;
    } catch (error) {
      // 409: a concurrent write.
      if (!isAnswer(error, 412) && !isAnswer(error, 409)) throw this.errorFor(error, "write", key);
      return (await this.get(key))?.equals(body) ?? false;
    }
  }

  private async list(prefix: string): Promise<string[]> {
    try {
      const found: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2(
        { client: this.s3 },
        { Bucket: this.place.bucket, Prefix: prefix },
        { abortSignal: this.signal },
      )) {
        found.push(...Contents.map(({ Key = "" }) => Key));
      }
      return found;
    } catch (error) {
      throw this.errorFor(error, "list", prefix);
    }
  }

  private async get(key: string): Promise<Buffer | undefined> {
    try {
      const { Body, ContentLength = 0 } = await this.s3.send(
        new GetObjectCommand({ Bucket: this.place.bucket, Key: key }),
        { abortSignal: this.signal },
      );
      if (ContentLength > MAX_RECORD_BYTES) throw this.noRecord(key, `it is larger than ${MAX_RECORD_BYTES} bytes`);
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    } catch (error) {
      if (isAnswer(error, 404) && (error as Error).name === "NoSuchKey") return undefined;
      throw this.errorFor(error, "read", key);
    }
  }

  private errorFor(error: unknown, action: string, key: string): unknown {
    this.signal.throwIfAborted();
    if (error instanceof WorkFailed) return error;
    const { bucket, region } = this.place;
    const what = `${action} s3://${bucket}/${key}`;
    if (isAnswer(error, 403))
      return new WorkFailed(
        `AWS denied permission to ${what}; this version's workflows need current roles and a current bucket policy: ` +
          "update them with npx alb-web bootstrap --github OWNER/REPO.",
      );
    if (isAnswer(error, 404))
      return new WorkFailed(
        `The bucket ${bucket} does not exist (cannot ${what}); create it with npx alb-web bootstrap.`,
      );
    if (isAnswer(error, 301))
      return new WorkFailed(`The bucket ${bucket} is not in ${region} (cannot ${what}); correct backend.s3.region.`);
    if (error instanceof Error && error.name === "CredentialsProviderError")
      return new WorkFailed(
        `There are no AWS credentials (cannot ${what}); in a workflow, aws-actions/configure-aws-credentials ` +
          "provides them.",
      );
    return error instanceof Error ? new WorkFailed(`Cannot ${what}: ${error.name}: ${error.message}`) : error;
  }
}

function prefixOf({ pullRequest, head }: Omit<Planned, "base">): string {
  return `plans/${pullRequest}/${head}/`;
}

function noteOf(progress: Progress, { pullRequest, head }: Omit<Planned, "base">, stack: string): string {
  return `deploys/${pullRequest}/${head}/${stack}.${progress}`;
}

function isAnswer(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}
