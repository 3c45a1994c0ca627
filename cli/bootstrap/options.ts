import { UsageError } from "../../machine/errors";
import { type GitHub, isBranch, repositoryOf } from "./repository";

/** A bucket and its region. */
interface Place {
  readonly bucket: string;
  readonly region: string;
}

export interface BootstrapOptions extends Place {
  /** Nothing: as it was before. `"none"`: without roles for GitHub, and those that are there are removed. */
  readonly github?: GitHub | "none";
}

/** The same as the command line has it. */
export interface AskedOptions extends Place {
  readonly github?: AskedGitHub | "none";
}

export interface AskedGitHub extends Omit<GitHub, "ids"> {
  /** `"to be asked"`: GitHub is to say them. */
  readonly ids?: GitHub["ids"] | "to be asked";
}

/** What commander makes of the command line; a bucket and a region that it does not name are those of `main.ts`. */
export interface CommandLine {
  readonly bucket?: string;
  readonly region?: string;
  /** false: `--no-github`. */
  readonly github?: string | false;
  readonly branch?: string;
  /** false: `--no-immutable-subject`. */
  readonly immutableSubject?: boolean;
}

const DEFAULT_BRANCH = "main";
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** Kept by AWS for itself: the beginnings and ends of access points' and other services' names. */
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$/;
/** As in the stacks' own region; China and GovCloud name their resources otherwise. */
const REGION = /^(?!cn-|us-gov-|us-iso)[a-z]{2}(-[a-z]+)+-\d$/;

/** Where a bucket and its region are written. */
const ON_COMMAND_LINE = { bucket: "--bucket", region: "--region" };
const IN_MAIN = { bucket: "backend.s3.bucket", region: "backend.s3.region" };

/**
 * Whether the command line names a bucket itself.
 * @throws {UsageError} if it names only its bucket, or only its region
 */
export function namesBucket(commandLine: CommandLine): commandLine is CommandLine & Place {
  const { bucket, region } = commandLine;
  if ((bucket === undefined) === (region === undefined)) return bucket !== undefined;
  throw new UsageError(
    `--bucket and --region must be given together (got ${bucket === undefined ? "--region" : "--bucket"} ` +
      "only); omit both for the buckets that main.ts names",
  );
}

/**
 * What to do about each bucket of `main.ts`, with the rest of the command line.
 * @throws {UsageError} with a line for each fault, or if roles are asked for and there are several buckets
 */
export function optionsFor(commandLine: CommandLine, buckets: readonly Place[]): AskedOptions[] {
  if (commandLine.github !== undefined && buckets.length > 1) {
    throw new UsageError(
      "--github and --no-github need one bucket, as an account has the roles once (got " +
        `${buckets.map(({ bucket }) => bucket).join(", ")} from main.ts); add --bucket and --region`,
    );
  }
  return buckets.map(({ bucket, region }) => checkOptions({ ...commandLine, bucket, region }, IN_MAIN));
}

/**
 * Checks the options for one bucket.
 * @param names where the bucket and its region are written
 * @throws {UsageError} with a line for each fault
 */
export function checkOptions(
  { bucket, region, github, branch, immutableSubject = true }: CommandLine & Place,
  names = ON_COMMAND_LINE,
): AskedOptions {
  const named = typeof github === "string" ? repositoryOf(github) : undefined;
  const faults = [
    BUCKET.test(bucket) && !RESERVED.test(bucket)
      ? []
      : `${names.bucket} must be 3 to 63 lower-case letters, digits and -, without prefixes and suffixes that ` +
        `AWS reserves, such as xn-- (got ${bucket})`,
    REGION.test(region)
      ? []
      : `${names.region} must be an AWS region outside China and GovCloud, such as us-east-1 (got ${region})`,
    typeof github !== "string" || named !== undefined
      ? []
      : `--github must be OWNER/REPO, or OWNER@OWNER_ID/REPO@REPO_ID with GitHub's numeric ids (got ${github})`,
    branch === undefined || isBranch(branch)
      ? []
      : `--branch: got ${branch}; allowed is one branch's name, without wildcards; correct it`,
    branch === undefined || typeof github === "string"
      ? []
      : "--branch: says which branch of a repository is deployed; give --github OWNER/REPO too",
    immutableSubject || typeof github === "string"
      ? []
      : "--no-immutable-subject needs --github OWNER/REPO, the repository whose tokens have the previous subject",
    immutableSubject || named?.ids === undefined
      ? []
      : `--no-immutable-subject must go with OWNER/REPO, as the previous subject has no ids (got ${github})`,
  ].flat();
  if (faults.length > 0) throw new UsageError(faults.join("\n"));
  if (named === undefined) return { bucket, region, ...(github === false ? { github: "none" } : {}) };
  const ids = immutableSubject ? (named.ids ?? "to be asked") : undefined;
  return {
    bucket,
    region,
    github: { repository: named.repository, branch: branch ?? DEFAULT_BRANCH, ...(ids === undefined ? {} : { ids }) },
  };
}
