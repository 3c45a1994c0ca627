import { UsageError } from "../../machine/errors";
import { type GitHub, isBranch, repositoryOf } from "./repository";

/** A bucket and its region. */
interface Place {
  readonly bucket: string;
  readonly region: string;
}

export interface BootstrapOptions extends Place {
  /** Undefined: as before. `"none"`: no roles for GitHub; existing ones are removed. */
  readonly github?: GitHub | "none";
}

/** The same, as given on the command line. */
export interface AskedOptions extends Place {
  readonly github?: AskedGitHub | "none";
}

export interface AskedGitHub extends Omit<GitHub, "ids"> {
  /** `"from GitHub"`: they are read from GitHub. */
  readonly ids?: GitHub["ids"] | "from GitHub";
}

/** The command line as commander parses it; without a bucket and a region, those of `main.ts` are used. */
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
/** Reserved by AWS: prefixes and suffixes of the names of access points and other services. */
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$/;
/** As for the region of a stack; ARNs differ in China and GovCloud. */
const REGION = /^(?!cn-|us-gov-|us-iso)[a-z]{2}(-[a-z]+)+-\d$/;

/** Where a bucket and its region are configured. */
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
      "only); omit both to use the buckets that main.ts names",
  );
}

/**
 * The options for each bucket of `main.ts`, with the rest of the command line.
 * @throws {UsageError} with a line for each error, or if roles are requested and there are several buckets
 */
export function optionsFor(commandLine: CommandLine, buckets: readonly Place[]): AskedOptions[] {
  if (commandLine.github !== undefined && buckets.length > 1) {
    throw new UsageError(
      "--github and --no-github require exactly one bucket, because an account has only one set of roles (got " +
        `${buckets.map(({ bucket }) => bucket).join(", ")} from main.ts); add --bucket and --region`,
    );
  }
  return buckets.map(({ bucket, region }) => checkOptions({ ...commandLine, bucket, region }, IN_MAIN));
}

/**
 * Checks the options for one bucket.
 * @param names where the bucket and its region are configured
 * @throws {UsageError} with a line for each error
 */
export function checkOptions(
  { bucket, region, github, branch, immutableSubject = true }: CommandLine & Place,
  names = ON_COMMAND_LINE,
): AskedOptions {
  const named = typeof github === "string" ? repositoryOf(github) : undefined;
  const errors = [
    BUCKET.test(bucket) && !RESERVED.test(bucket)
      ? []
      : `${names.bucket} must be 3 to 63 lowercase letters, digits and hyphens, without prefixes and suffixes that ` +
        `AWS reserves, such as xn-- (got ${bucket})`,
    REGION.test(region)
      ? []
      : `${names.region} must be an AWS region outside China and GovCloud, such as us-east-1 (got ${region})`,
    typeof github !== "string" || named !== undefined
      ? []
      : `--github must be OWNER/REPO, or OWNER@OWNER_ID/REPO@REPO_ID with GitHub's numeric ids (got ${github})`,
    branch === undefined || isBranch(branch)
      ? []
      : `--branch must be the name of one branch, without wildcards (got ${branch})`,
    branch === undefined || typeof github === "string"
      ? []
      : "--branch requires --github OWNER/REPO, the repository of the branch",
    immutableSubject || typeof github === "string"
      ? []
      : "--no-immutable-subject requires --github OWNER/REPO, the repository whose tokens have the previous subject",
    immutableSubject || named?.ids === undefined
      ? []
      : `--github must be OWNER/REPO with --no-immutable-subject, as the previous subject has no ids (got ${github})`,
  ].flat();
  if (errors.length > 0) throw new UsageError(errors.join("\n"));
  if (named === undefined) return { bucket, region, ...(github === false ? { github: "none" } : {}) };
  const ids = immutableSubject ? (named.ids ?? "from GitHub") : undefined;
  return {
    bucket,
    region,
    github: { repository: named.repository, branch: branch ?? DEFAULT_BRANCH, ...(ids === undefined ? {} : { ids }) },
  };
}
