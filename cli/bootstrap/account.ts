import { GetOpenIDConnectProviderCommand, GetRoleCommand, IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import {
  GetBucketTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { UsageError, WorkFailed } from "../../machine/errors";
import { word } from "../../machine/text/pasteable";
import { asked, isRefusal, nothingIf } from "./asked";
import {
  BRANCH_TAG,
  githubTokensArn,
  OWNER_TAG,
  REPOSITORY_TAG,
  ROLE_KINDS,
  ROLES,
  type RoleKind,
  STATE_KEY,
} from "./bootstrap-names";
import type { BootstrapOptions } from "./options";
import { type GitHub, inSubject, isBranch, isSameRepository, repositoryOf } from "./repository";

/** What exists of this bootstrap in the account before anything is done. */
export interface Found {
  readonly account: string;
  /** Whether the bucket exists; if so, it is in this account and region, and bootstrap may set it up. */
  readonly hasBucket: boolean;
  readonly hasState: boolean;
  /** Roles of this bootstrap; none if they could not be read. */
  readonly roles: readonly RoleKind[];
  /** Whether the credentials may not read roles; only without `--github` and `--no-github`. */
  readonly hidesRoles?: boolean;
  /** The repository and the branch of the roles. */
  readonly github?: GitHub;
  /** The OIDC provider for GitHub: none, this bootstrap's, or another one, which is used as it is. */
  readonly githubTokens: "none" | "ours" | "others";
}

type Tags = readonly { readonly Key?: string; readonly Value?: string }[];

/**
 * Reads the account before anything is changed.
 * @throws {UsageError} if bootstrap does not manage the bucket or a role, the bucket is in another region, or the roles
 * are for another repository
 * @throws {WorkFailed} without valid AWS credentials, or if AWS does not return the contents of the account
 */
export async function lookAt({ bucket, region, github }: BootstrapOptions): Promise<Found> {
  const account = await accountOf(region);
  const s3 = new S3Client({ region });
  const iam = new IAMClient({ region });
  const hasBucket = await throwIfNotOurs(s3, bucket, region, account);
  const hasState = hasBucket && (await stateIsThere(s3, bucket, account));
  const tagsOfRoles = await tagsOfAllRoles(iam).catch((error: unknown) => {
    if (github === undefined && isRefusal(error)) return undefined;
    throw error;
  });
  if (tagsOfRoles === undefined)
    return { account, hasBucket, hasState, roles: [], hidesRoles: true, githubTokens: "none" };
  const roles = ROLE_KINDS.filter((kind) => valueOf(tagsOfRoles[kind], OWNER_TAG) === bucket);
  const before = githubOf(roles.map((kind) => tagsOfRoles[kind])[0]);
  if (typeof github === "object")
    throwIfOfOthers(
      github,
      before,
      ROLE_KINDS.filter((kind) => tagsOfRoles[kind] !== undefined && !roles.includes(kind)),
      account,
      bucket,
    );
  if (github === undefined) throwIfForNobody(roles, before);
  const githubTokens = await githubTokensOf(iam, account, bucket).catch((error: unknown) => {
    // Only roles need it; if the state has a provider, terraform reads it and reports the error.
    if (github === undefined && roles.length === 0 && isRefusal(error)) return "none" as const;
    throw error;
  });
  return { account, hasBucket, hasState, roles, github: before, githubTokens };
}

/** The roles of this bootstrap that exist now. */
export async function rolesOf(bucket: string, region: string): Promise<RoleKind[]> {
  const tagsOfRoles = await tagsOfAllRoles(new IAMClient({ region }));
  return ROLE_KINDS.filter((kind) => valueOf(tagsOfRoles[kind], OWNER_TAG) === bucket);
}

/**
 * An account has only one set of roles, as their names are fixed.
 * @param strange roles with these names that do not belong to this bootstrap
 * @throws {UsageError} if they are not this bootstrap's, or are for another repository
 */
export function throwIfOfOthers(
  wanted: GitHub,
  before: GitHub | undefined,
  strange: readonly RoleKind[],
  account: string,
  bucket: string,
): void {
  if (strange.length > 0) {
    throw new UsageError(
      `${named(strange)} in account ${account} must be tagged ${OWNER_TAG} = ${bucket}; without that tag, a role ` +
        "belongs to another bootstrap or was created by somebody else. Delete it, or omit --github.",
    );
  }
  if (before === undefined || isSameRepository(before, wanted)) return;
  // Two repositories that had the same name at different times differ only in their ids.
  const [theirs, ours] =
    before.repository.toLowerCase() === wanted.repository.toLowerCase()
      ? [inSubject(before), inSubject(wanted)]
      : [before.repository, wanted.repository];
  throw new UsageError(
    `The roles ${named(ROLE_KINDS)} of account ${account} are for ${theirs}, and an account has only one set of ` +
      `them, so they cannot also be for ${ours}. Use the credentials of another account, or remove the roles from ` +
      "that repository first: run this with --no-github, then with --github again.",
  );
}

/**
 * Without `--github` the roles stay as they are; their tags say for which repository.
 * @throws {UsageError} if the tags do not: the roles would be removed without a request
 */
export function throwIfForNobody(roles: readonly RoleKind[], before: GitHub | undefined): void {
  if (roles.length === 0 || before !== undefined) return;
  throw new UsageError(
    `The tags ${REPOSITORY_TAG} and ${BRANCH_TAG} of ${named(roles)} must name the repository and the branch of ` +
      "the roles, and do not, so nothing was changed; run this with --github OWNER/REPO, or with --no-github to " +
      "remove the roles.",
  );
}

function named(kinds: readonly RoleKind[]): string {
  return new Intl.ListFormat("en-GB").format(kinds.map((kind) => ROLES[kind]));
}

/**
 * The account of the credentials in use.
 * @throws {WorkFailed} without credentials that AWS accepts
 */
export async function accountOf(region: string, sts = new STSClient({ region })): Promise<string> {
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    return Account ?? "";
  } catch (error) {
    const { name, message } = error as Error;
    if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) {
      throw new WorkFailed(
        "There are no AWS credentials; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log " +
          `in (aws sso login). (${message})`,
      );
    }
    throw new WorkFailed(
      "AWS does not return the account of the credentials in use; check them with aws sts get-caller-identity. " +
        `(${name}: ${message})`,
    );
  }
}

/** @returns whether the bucket exists */
async function throwIfNotOurs(s3: S3Client, bucket: string, region: string, account: string): Promise<boolean> {
  const ours = { Bucket: bucket, ExpectedBucketOwner: account };
  try {
    throwIfElsewhere(bucket, region, (await s3.send(new HeadBucketCommand(ours))).BucketRegion);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (!(error instanceof S3ServiceException)) return asked("s3:ListBucket", Promise.reject(error));
    const status = error.$metadata.httpStatusCode;
    if (status === 404) return false;
    if (status === 403)
      throw new UsageError(
        `The bucket ${bucket} exists, but it belongs to another account or the credentials of account ${account} ` +
          "may not use it; choose another name, or use credentials that may use it.",
      );
    throwIfElsewhere(bucket, region, error.$response?.headers["x-amz-bucket-region"]);
    throw new WorkFailed(`S3 does not report whether the bucket ${bucket} exists: ${error.name}: ${error.message}`);
  }
  const tags = await asked(
    "s3:GetBucketTagging",
    s3.send(new GetBucketTaggingCommand(ours)).then(({ TagSet }) => TagSet, nothingIf("NoSuchTagSet")),
  );
  const owner = valueOf(tags, OWNER_TAG);
  if (owner === bucket) return true;
  const { Versions = [], DeleteMarkers = [] } = await asked(
    "s3:ListBucketVersions",
    s3.send(new ListObjectVersionsCommand({ ...ours, MaxKeys: 1 })),
  );
  // A bucket that was created just before a crash is also empty and without tags.
  if (Versions.length + DeleteMarkers.length === 0) return true;
  throw new UsageError(
    `The bucket ${bucket} must be empty or tagged ${OWNER_TAG} = ${bucket} (it is not empty and has no such ` +
      "tag), so nothing was changed. Choose another name. To use it as the state bucket, with the settings and the " +
      "policy of a state bucket, add the tag and run this again.",
  );
}

function throwIfElsewhere(bucket: string, region: string, actual: string | undefined): void {
  if (actual !== undefined && actual !== region)
    throw new UsageError(
      `The bucket ${bucket} is in ${actual}, not in ${region}; run this again with ` +
        `${word.region(actual).isOne ? `--region ${actual}` : "that region"}, or choose another name.`,
    );
}

async function stateIsThere(s3: S3Client, bucket: string, account: string): Promise<boolean> {
  const head = s3.send(new HeadObjectCommand({ Bucket: bucket, Key: STATE_KEY, ExpectedBucketOwner: account }));
  return (
    (await asked(
      "s3:GetObject",
      head.then(() => true, nothingIf("NotFound", "NoSuchKey")),
    )) ?? false
  );
}

async function tagsOfAllRoles(iam: IAMClient): Promise<Record<RoleKind, Tags | undefined>> {
  const [plan, keep, deploy] = await Promise.all([
    roleTags(iam, "plan"),
    roleTags(iam, "keep"),
    roleTags(iam, "deploy"),
  ]);
  return { plan, keep, deploy };
}

async function roleTags(iam: IAMClient, kind: RoleKind): Promise<Tags | undefined> {
  const role = iam.send(new GetRoleCommand({ RoleName: ROLES[kind] }));
  return asked(
    "iam:GetRole",
    role.then(({ Role }) => Role?.Tags ?? [], nothingIf(NoSuchEntityException.name)),
  );
}

async function githubTokensOf(iam: IAMClient, account: string, bucket: string): Promise<Found["githubTokens"]> {
  const ask = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: githubTokensArn(account) });
  const found = await asked("iam:GetOpenIDConnectProvider", iam.send(ask).catch(nothingIf(NoSuchEntityException.name)));
  if (found === undefined) return "none";
  return valueOf(found.Tags, OWNER_TAG) === bucket ? "ours" : "others";
}

/** The repository and the branch in a role's tags, in either format; anybody who may tag roles can write them. */
export function githubOf(tags: Tags | undefined): GitHub | undefined {
  const [repository, branch] = [repositoryOf(valueOf(tags, REPOSITORY_TAG) ?? ""), valueOf(tags, BRANCH_TAG)];
  return repository !== undefined && branch !== undefined && isBranch(branch) ? { ...repository, branch } : undefined;
}

function valueOf(tags: Tags | undefined, key: string): string | undefined {
  return tags?.find(({ Key }) => Key === key)?.Value;
}
