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

/** What the account holds of this bootstrap before anything is done. */
export interface Found {
  readonly account: string;
  /** Whether the bucket is there; if so, it is this account's, in the right region, and ours to set up. */
  readonly hasBucket: boolean;
  readonly hasState: boolean;
  /** Roles of this bootstrap; none if they could not be looked for. */
  readonly roles: readonly RoleKind[];
  /** Whether roles could not be looked for, as the credentials may not; only without `--github` and `--no-github`. */
  readonly hidesRoles?: boolean;
  /** What the roles were made for. */
  readonly github?: GitHub;
  /** The provider of GitHub's tokens: none, one of this bootstrap, or one from elsewhere, which is used as it is. */
  readonly githubTokens: "none" | "ours" | "others";
}

type Tags = readonly { readonly Key?: string; readonly Value?: string }[];

/**
 * Looks before anything is changed.
 * @throws {UsageError} if the bucket or a role is not ours to change, the bucket is elsewhere, or the roles are for
 * another repository
 * @throws {WorkFailed} without credentials that AWS accepts, or if AWS does not tell what the account holds
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
    // They matter to roles only; if the state holds a provider all the same, terraform asks for it and says so.
    if (github === undefined && roles.length === 0 && isRefusal(error)) return "none" as const;
    throw error;
  });
  return { account, hasBucket, hasState, roles, github: before, githubTokens };
}

/** The roles of this bootstrap that the account holds now. */
export async function rolesOf(bucket: string, region: string): Promise<RoleKind[]> {
  const tagsOfRoles = await tagsOfAllRoles(new IAMClient({ region }));
  return ROLE_KINDS.filter((kind) => valueOf(tagsOfRoles[kind], OWNER_TAG) === bucket);
}

/**
 * An account has the roles once, as their names are fixed.
 * @param strange roles of these names that are not of this bootstrap
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
      `The account ${account} has a role ${strange.map((kind) => ROLES[kind]).join(" and a role ")} that is ` +
        `not tagged ${OWNER_TAG} = ${bucket}, ` +
        "so it is another bootstrap's or somebody's own; delete it, or do without --github.",
    );
  }
  if (before === undefined || isSameRepository(before, wanted)) return;
  // Two repositories that had one name, one after the other, are told apart by their ids only.
  const [theirs, ours] =
    before.repository.toLowerCase() === wanted.repository.toLowerCase()
      ? [inSubject(before), inSubject(wanted)]
      : [before.repository, wanted.repository];
  throw new UsageError(
    `The roles ${named(ROLE_KINDS)} of account ${account} are for ${theirs}, and an account has them once, so ` +
      `${ours} cannot have them too; ` +
      "run this with another account's credentials, or take them from that repository first: run this with " +
      "--no-github, then again as now.",
  );
}

/**
 * Without `--github` the roles stay as they are, which their tags tell.
 * @throws {UsageError} if they do not: the roles would be removed unasked
 */
export function throwIfForNobody(roles: readonly RoleKind[], before: GitHub | undefined): void {
  if (roles.length === 0 || before !== undefined) return;
  throw new UsageError(
    `The tags ${REPOSITORY_TAG} and ${BRANCH_TAG} of ${named(roles)} must name the repository and the branch ` +
      "that the roles are for, so nothing was changed; " +
      "run this with --github OWNER/REPO, or with --no-github to remove the roles.",
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
      "AWS does not say whose the credentials in use are; aws sts get-caller-identity shows the same. " +
        `(${name}: ${message})`,
    );
  }
}

/** @returns whether the bucket is there */
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
        `The bucket ${bucket} is there but belongs to another account, or the credentials of account ` +
          `${account} may not use it; choose another name, or use credentials that may.`,
      );
    throwIfElsewhere(bucket, region, error.$response?.headers["x-amz-bucket-region"]);
    throw new WorkFailed(`S3 does not say whether there is a bucket ${bucket}: ${error.name}: ${error.message}`);
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
  // Empty and without tags is also one that was created a moment before a crash.
  if (Versions.length + DeleteMarkers.length === 0) return true;
  throw new UsageError(
    `The bucket ${bucket} holds other things and is not tagged ${OWNER_TAG} = ${bucket}, so nothing was ` +
      "changed; choose another name, " +
      "or, to use it as the state bucket, with the settings and the policy of one, tag it so " +
      "and run this again.",
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

/** What a role is for, by its tags, in either format; anybody who may tag roles can have written them. */
export function githubOf(tags: Tags | undefined): GitHub | undefined {
  const [repository, branch] = [repositoryOf(valueOf(tags, REPOSITORY_TAG) ?? ""), valueOf(tags, BRANCH_TAG)];
  return repository !== undefined && branch !== undefined && isBranch(branch) ? { ...repository, branch } : undefined;
}

function valueOf(tags: Tags | undefined, key: string): string | undefined {
  return tags?.find(({ Key }) => Key === key)?.Value;
}
