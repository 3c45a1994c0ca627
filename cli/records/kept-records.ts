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

/** Where the records of a stack's reviewed plans are kept: in the bucket of its state. */
export interface RecordPlace {
  readonly bucket: string;
  readonly region: string;
}

/** A pull request's commit, and what it was planned against, as GitHub says. */
export interface Planned {
  readonly pullRequest: number;
  readonly base: string;
  readonly head: string;
}

const REFUSED = Symbol("refused");

/** What a pull request's workflow left is not kept, and would not be if it were tried again. */
export function refusal(message: string): WorkFailed {
  return new WorkFailed(message, { cause: REFUSED });
}

export function isRefusal(error: unknown): boolean {
  return error instanceof WorkFailed && error.cause === REFUSED;
}

/** How far a merge has come with a stack. */
export type Progress = "none" | "started" | "applied";

/** The key of the digests in all records of a bucket: 32 bytes, in hex. Who can read it can read the states too. */
export const RECORD_KEY = "alb-web/record.key";
const KEY_FORM = /^[0-9a-f]{64}$/;

/** @returns nothing for a stack whose state lies elsewhere than in S3 */
export function placeOf({ json }: SynthesizedStack): RecordPlace | undefined {
  const { bucket, region } = json.terraform?.backend?.s3 ?? {};
  return bucket !== undefined && region !== undefined ? { bucket, region } : undefined;
}

/** What is said of a stack whose plans have no place. */
export function notDeployed(stackId: string): string {
  return (
    `${stackId}: not deployed by merging, as its state is not in S3; give it backend: { s3: { bucket } }, or ` +
    "deploy it by hand"
  );
}

/**
 * Records of reviewed plans, `plans/<pull request>/<head>/<base>/<stack>.json` in a state bucket, and beside them how
 * far a merge has come, `deploys/<pull request>/<head>/<stack>.<progress>`. The bucket's own policy keeps them from
 * being overwritten or deleted.
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
      `The bucket ${this.place.bucket} has no key for records of plans (${RECORD_KEY}), without which plans ` +
        "cannot be compared; " +
        "npx alb-web bootstrap --github OWNER/REPO makes it.",
    );
  }

  /**
   * Keeps what a plan does; doing the same again is no fault.
   * @throws {WorkFailed} if another record is kept for this pull request, commit and base
   */
  async keep(planned: Planned, record: PlannedRecord): Promise<void> {
    const { pullRequest, base, head } = planned;
    const kept: KeptRecord = { ...record, pullRequest, base, head };
    const key = `${prefixOf(planned)}${base}/${record.stack}.json`;
    if (await this.putOnce(key, `${JSON.stringify(kept, null, 2)}\n`)) return;
    throw refusal(
      `s3://${this.place.bucket}/${key} is kept already, with another content, and is not overwritten: what ` +
        "was reviewed is what is deployed. To plan the same change again, push another " +
        'commit, which may be empty: git commit --allow-empty -m "Plan again".',
    );
  }

  /**
   * What a stack's plan did when the pull request was planned at this commit.
   * @returns nothing if nothing is kept
   * @throws {WorkFailed} if what is kept is no record of it, or it was planned against several bases and did not always
   * do the same
   */
  async fetch({ pullRequest, head }: Omit<Planned, "base">, stack: string): Promise<KeptRecord | undefined> {
    const keys = (await this.list(prefixOf({ pullRequest, head }))).filter(
      (key) => key.split("/").slice(4).join("/") === `${stack}.json`,
    );
    const records: KeptRecord[] = [];
    for (const key of keys) {
      const record = this.parsed((await this.get(key)) ?? Buffer.alloc(0), key);
      if (record.pullRequest !== pullRequest || record.head !== head || record.stack !== stack)
        throw this.noRecord(key, "it is of another plan");
      records.push(record);
    }
    const [first] = records;
    if (first === undefined || records.every((it) => differences(first, it).length === 0)) return first;
    throw new WorkFailed(
      `${stack} was planned more than once for commit ${head} of pull request #${pullRequest}, and not always ` +
        `with the same result (${this.addressOf({ pullRequest, head })}), ` +
        "so nobody can tell which one was reviewed, and nothing was changed; open another pull request and merge that.",
    );
  }

  /** Where records of a commit are, for a person who looks for them. */
  addressOf(planned: Omit<Planned, "base">): string {
    return `s3://${this.place.bucket}/${prefixOf(planned)}`;
  }

  /** How far a merge of the pull request's commit has come with a stack. */
  async progress(planned: Omit<Planned, "base">, stack: string): Promise<Progress> {
    for (const progress of ["applied", "started"] as const)
      if ((await this.get(noteOf(progress, planned, stack))) !== undefined) return progress;
    return "none";
  }

  /** Notes it, so that a job that is run again goes on from there. */
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
      `s3://${this.place.bucket}/${key} is no record of this plan (${why}), so nothing was changed; open ` +
        "another pull request and merge that.",
    );
  }

  /** @returns false if something else is there, which stays */
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
      // 409: somebody else writes it at this moment.
      if (!isAnswer(error, 412) && !isAnswer(error, 409)) throw this.fault(error, "writing", key);
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
      throw this.fault(error, "listing", prefix);
    }
  }

  private async get(key: string): Promise<Buffer | undefined> {
    try {
      const { Body, ContentLength = 0 } = await this.s3.send(
        new GetObjectCommand({ Bucket: this.place.bucket, Key: key }),
        { abortSignal: this.signal },
      );
      if (ContentLength > MAX_RECORD_BYTES) throw this.noRecord(key, `it has more than ${MAX_RECORD_BYTES} bytes`);
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    } catch (error) {
      if (isAnswer(error, 404) && (error as Error).name === "NoSuchKey") return undefined;
      throw this.fault(error, "reading", key);
    }
  }

  private fault(error: unknown, doing: string, key: string): unknown {
    this.signal.throwIfAborted();
    if (error instanceof WorkFailed) return error;
    const { bucket, region } = this.place;
    const what = `${doing} s3://${bucket}/${key}`;
    if (isAnswer(error, 403))
      return new WorkFailed(
        `AWS refuses ${what}; update the roles and the bucket's policy with npx alb-web bootstrap --github ` +
          "OWNER/REPO, which this version's workflows need.",
      );
    if (isAnswer(error, 404))
      return new WorkFailed(`The bucket ${bucket} does not exist (${what}); create it with npx alb-web bootstrap`);
    if (isAnswer(error, 301))
      return new WorkFailed(`The bucket ${bucket} is not in ${region} (${what}); correct region in backend.s3.`);
    if (error instanceof Error && error.name === "CredentialsProviderError")
      return new WorkFailed(
        `There are no AWS credentials (${what}); in a workflow, aws-actions/configure-aws-credentials gives them.`,
      );
    return error instanceof Error ? new WorkFailed(`AWS fails ${what}: ${error.name}: ${error.message}`) : error;
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
