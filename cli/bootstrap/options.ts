import { UsageError } from "../command";

/** The repository whose workflows may plan and deploy, and the branch that is deployed. */
export interface GitHub {
  /** `OWNER/REPO` as GitHub spells it; IAM tells upper from lower case. */
  readonly repository: string;
  readonly branch: string;
}

export interface BootstrapOptions {
  readonly bucket: string;
  readonly region: string;
  /** Nothing: as it was before. `"none"`: without roles for GitHub, and those that are there are removed. */
  readonly github?: GitHub | "none";
}

/** What commander makes of the command line. */
export interface CommandLine {
  readonly bucket: string;
  readonly region: string;
  /** false: `--no-github`. */
  readonly github?: string | false;
  readonly branch?: string;
}

const DEFAULT_BRANCH = "main";
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** Kept by AWS for itself: the beginnings and ends of access points' and other services' names. */
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$/;
/** As in the stacks' own region; China and GovCloud name their resources otherwise. */
const REGION = /^(?!cn-|us-gov-|us-iso)[a-z]{2}(-[a-z]+)+-\d$/;
const REPOSITORY = /^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}\/[A-Za-z0-9._-]{1,100}$/;
const BRANCH = /^(?!\/|.*\/\/|.*\.\.)[A-Za-z0-9._/-]{1,200}(?<![/.])$/;

/**
 * Checks the command line.
 * @throws {UsageError} with a line for each fault
 */
export function checkOptions({ bucket, region, github, branch }: CommandLine): BootstrapOptions {
  const faults = [
    BUCKET.test(bucket) && !RESERVED.test(bucket) ? [] : `--bucket: got ${bucket}; allowed are 3 to 63 lower-case letters, digits and -, none of AWS's own beginnings and ends such as xn--; choose another name`,
    REGION.test(region) ? [] : `--region: got ${region}; allowed is an AWS region outside China and GovCloud, such as us-east-1; correct it`,
    typeof github !== "string" || REPOSITORY.test(github) ? [] : `--github: got ${github}; allowed is OWNER/REPO as GitHub spells it; correct it`,
    branch === undefined || BRANCH.test(branch) ? [] : `--branch: got ${branch}; allowed is one branch's name, without wildcards; correct it`,
    branch === undefined || typeof github === "string" ? [] : "--branch: says which branch of a repository is deployed; give --github OWNER/REPO too",
  ].flat();
  if (faults.length > 0) throw new UsageError(faults.join("\n"));
  if (typeof github !== "string") return { bucket, region, ...(github === false ? { github: "none" } : {}) };
  return { bucket, region, github: { repository: github, branch: branch ?? DEFAULT_BRANCH } };
}
