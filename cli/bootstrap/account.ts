import { GetOpenIDConnectProviderCommand, GetRoleCommand, IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import { GetBucketTaggingCommand, HeadBucketCommand, HeadObjectCommand, ListObjectVersionsCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { UsageError, WorkFailed } from "../command";
import { BRANCH_TAG, githubTokensArn, OWNER_TAG, REPOSITORY_TAG, ROLE_KINDS, ROLES, STATE_KEY, type RoleKind } from "./names";
import type { BootstrapOptions, GitHub } from "./options";

// The SDK's version is pinned, so its plans for later versions are nothing a person need see here.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** What the account holds of this bootstrap before anything is done. */
export interface Found {
  readonly account: string;
  /** Whether the bucket is there; if so, it is this account's, in the right region, and ours to set up. */
  readonly hasBucket: boolean;
  readonly hasState: boolean;
  /** Roles of this bootstrap. */
  readonly roles: readonly RoleKind[];
  /** What the roles were made for. */
  readonly github?: GitHub;
  /** The provider of GitHub's tokens: none, one of this bootstrap, or one from elsewhere, which is used as it is. */
  readonly githubTokens: "none" | "ours" | "others";
}

type Tags = readonly { readonly Key?: string; readonly Value?: string }[];

/**
 * Looks before anything is changed.
 * @throws {UsageError} if the bucket or a role is not ours to change, or the bucket is elsewhere
 * @throws {WorkFailed} without credentials that AWS accepts
 */
export async function lookAt({ bucket, region, github }: BootstrapOptions): Promise<Found> {
  const account = await accountOf(region);
  const s3 = new S3Client({ region });
  const iam = new IAMClient({ region });
  const hasBucket = await throwIfNotOurs(s3, bucket, region, account);
  const hasState = hasBucket && (await isThere(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: STATE_KEY, ExpectedBucketOwner: account }))));
  const tagsOfRoles = await Promise.all(ROLE_KINDS.map((kind) => roleTags(iam, kind)));
  const roles = ROLE_KINDS.filter((_, index) => valueOf(tagsOfRoles[index], OWNER_TAG) === bucket);
  const strange = ROLE_KINDS.filter((kind, index) => tagsOfRoles[index] !== undefined && !roles.includes(kind));
  if (strange.length > 0 && typeof github === "object") {
    throw new UsageError(
      `The account ${account} has a role ${strange.map((kind) => ROLES[kind]).join(" and a role ")} that is not tagged ${OWNER_TAG} = ${bucket}, ` +
        "so it is another bootstrap's or somebody's own; delete it, or do without --github.",
    );
  }
  const ourTags = tagsOfRoles[ROLE_KINDS.findIndex((kind) => roles.includes(kind))];
  return { account, hasBucket, hasState, roles, github: githubOf(ourTags), githubTokens: await githubTokensOf(iam, account, bucket) };
}

async function accountOf(region: string): Promise<string> {
  try {
    const { Account } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
    return Account ?? "";
  } catch (error) {
    const { name, message } = error as Error;
    if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) {
      throw new WorkFailed(`There are no AWS credentials; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in (aws sso login). (${message})`);
    }
    throw new WorkFailed(`AWS does not say whose the credentials in use are; aws sts get-caller-identity shows the same. (${name}: ${message})`);
  }
}

/** @returns whether the bucket is there */
async function throwIfNotOurs(s3: S3Client, bucket: string, region: string, account: string): Promise<boolean> {
  const ours = { Bucket: bucket, ExpectedBucketOwner: account };
  try {
    throwIfElsewhere(bucket, region, (await s3.send(new HeadBucketCommand(ours))).BucketRegion);
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    const status = error.$metadata.httpStatusCode;
    if (status === 404) return false;
    if (status === 403) throw new UsageError(`The bucket ${bucket} is there but belongs to another account, or the credentials of account ${account} may not use it; choose another name, or use credentials that may.`);
    throwIfElsewhere(bucket, region, error.$response?.headers["x-amz-bucket-region"]);
    throw new WorkFailed(`S3 does not say whether there is a bucket ${bucket}: ${error.name}: ${error.message}`);
  }
  const tags = await s3.send(new GetBucketTaggingCommand(ours)).then(({ TagSet }) => TagSet, nothingIf("NoSuchTagSet"));
  const owner = valueOf(tags, OWNER_TAG);
  if (owner === bucket) return true;
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ ...ours, MaxKeys: 1 }));
  // Empty and without tags is also one that was created a moment before a crash.
  if (Versions.length + DeleteMarkers.length === 0) return true;
  throw new UsageError(
    `The bucket ${bucket} holds other things and is not tagged ${OWNER_TAG} = ${bucket}, so nothing was changed; choose another name, ` +
      "or, if it shall be the state bucket all the same, with the settings and the policy of one, tag it so and run this again.",
  );
}

function throwIfElsewhere(bucket: string, region: string, actual: string | undefined): void {
  if (actual !== undefined && actual !== region) throw new UsageError(`The bucket ${bucket} is in ${actual}, not in ${region}; run this again with --region ${actual}, or choose another name.`);
}

async function roleTags(iam: IAMClient, kind: RoleKind): Promise<Tags | undefined> {
  return iam.send(new GetRoleCommand({ RoleName: ROLES[kind] })).then(({ Role }) => Role?.Tags ?? [], nothingIf(NoSuchEntityException.name));
}

async function githubTokensOf(iam: IAMClient, account: string, bucket: string): Promise<Found["githubTokens"]> {
  const ask = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: githubTokensArn(account) });
  const found = await iam.send(ask).catch(nothingIf(NoSuchEntityException.name));
  if (found === undefined) return "none";
  return valueOf(found.Tags, OWNER_TAG) === bucket ? "ours" : "others";
}

function githubOf(tags: Tags | undefined): GitHub | undefined {
  const [repository, branch] = [valueOf(tags, REPOSITORY_TAG), valueOf(tags, BRANCH_TAG)];
  return repository !== undefined && branch !== undefined ? { repository, branch } : undefined;
}

function valueOf(tags: Tags | undefined, key: string): string | undefined {
  return tags?.find(({ Key }) => Key === key)?.Value;
}

async function isThere(asked: Promise<unknown>): Promise<boolean> {
  return (await asked.then(() => true, nothingIf("NotFound", "NoSuchKey"))) ?? false;
}

/** For what AWS says of what is not there; every other error stays one. */
function nothingIf(...names: string[]): (error: Error) => undefined {
  return (error) => {
    if (names.includes(error.name) || names.includes(`${error.name}Exception`)) return undefined;
    throw error;
  };
}
