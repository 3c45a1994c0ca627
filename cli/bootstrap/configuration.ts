import { RECORD_KEY } from "../records/kept-records";
import {
  BRANCH_TAG,
  GITHUB_TOKENS,
  githubTokensArn,
  OWNER_TAG,
  REPOSITORY_TAG,
  ROLE_KINDS,
  ROLES,
  type RoleKind,
  STATE_KEY,
} from "./bootstrap-names";
import { policyOf, trustOf } from "./policies";
import { type GitHub, inSubject } from "./repository";

/** The wanted contents of the account. */
export interface Wanted {
  readonly account: string;
  readonly bucket: string;
  readonly region: string;
  /** @default - no roles for GitHub */
  readonly github?: GitHub;
  /** Whether the OIDC provider for GitHub is managed by this bootstrap, or already exists in the account. */
  readonly ownsGitHubTokens: boolean;
  /**
   * What exists and may not be in the state, such as after a crash: address and id. terraform skips what is in the
   * state.
   */
  readonly imports: readonly { readonly to: string; readonly id: string }[];
}

export const BUCKET_ADDRESS = "aws_s3_bucket.state";
export const TOKENS_ADDRESS = "aws_iam_openid_connect_provider.github";
export const roleAddress = (kind: RoleKind) => `aws_iam_role.${kind}`;

/** Earlier versions of a state are kept for this time, and at least the newest few. */
const OLD_VERSIONS_DAYS = 90;
const OLD_VERSIONS_KEPT = 20;
/** A reviewed plan is deployed within days or never. */
const RECORDS_DAYS = 30;
const DESCRIPTIONS: Readonly<Record<RoleKind, (github: GitHub) => string>> = {
  plan: ({ repository }) => `Plans pull requests of ${repository}`,
  keep: ({ repository }) => `Keeps what plans of ${repository} do`,
  deploy: ({ repository, branch }) => `Deploys ${branch} of ${repository}`,
};
/** Writers of the bucket can write these once and cannot delete them, so that a reviewed record stays as it is. */
const RECORDS = ["plans/*", "deploys/*", RECORD_KEY];
const BUCKET = `\${${BUCKET_ADDRESS}.bucket}`;
type Blocks = Readonly<Record<string, object>>;

/** Only the bucket, with local state: the first configuration, before a bucket exists that can store the state. */
export function firstConfiguration(wanted: Wanted): object {
  return { ...base(wanted), resource: bucketBlocks(wanted.bucket) };
}

/** The whole configuration, with the state in the bucket. */
export function configuration(wanted: Wanted): object {
  const { bucket, region, github, ownsGitHubTokens, imports } = wanted;
  const { terraform, ...rest } = base(wanted);
  return {
    terraform: { ...terraform, backend: { s3: { bucket, key: STATE_KEY, region, encrypt: true, use_lockfile: true } } },
    ...rest,
    ...(imports.length > 0 ? { import: imports } : {}),
    resource: {
      ...bucketBlocks(bucket),
      ...(ownsGitHubTokens ? tokensBlocks() : {}),
      ...(github ? roleBlocks(wanted, github) : {}),
    },
  };
}

function base({ account, bucket, region }: Wanted) {
  return {
    terraform: {
      required_version: ">= 1.10",
      required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } },
    },
    provider: { aws: { region, allowed_account_ids: [account], default_tags: { tags: { [OWNER_TAG]: bucket } } } },
  };
}

function bucketBlocks(bucket: string): Blocks {
  const state = (block: object) => ({ state: { bucket: BUCKET, ...block } });
  return {
    aws_s3_bucket: { state: { bucket, lifecycle: { prevent_destroy: true } } },
    aws_s3_bucket_versioning: state({ versioning_configuration: { status: "Enabled" } }),
    aws_s3_bucket_server_side_encryption_configuration: state({
      rule: { apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } },
    }),
    aws_s3_bucket_ownership_controls: state({ rule: { object_ownership: "BucketOwnerEnforced" } }),
    aws_s3_bucket_public_access_block: state({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    }),
    aws_s3_bucket_policy: state({
      policy: JSON.stringify(bucketPolicy(bucket)),
      depends_on: ["aws_s3_bucket_public_access_block.state"],
    }),
    aws_s3_bucket_lifecycle_configuration: state({
      rule: lifecycleRules(),
      depends_on: ["aws_s3_bucket_versioning.state"],
    }),
  };
}

/** Denied for everybody, whatever their own policies allow. To remove the bucket, remove this policy first. */
function bucketPolicy(bucket: string): object {
  const arn = `arn:aws:s3:::${bucket}`;
  const deny = (Sid: string, Action: string | string[], Resource: string | string[], more: object = {}) => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource,
    ...more,
  });
  return {
    Version: "2012-10-17",
    Statement: [
      deny("TlsOnly", "s3:*", [arn, `${arn}/*`], { Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      deny("KeepTheBucket", "s3:DeleteBucket", arn),
      // Old versions still expire: the policy does not apply to S3's own lifecycle rules.
      deny("KeepEarlierStates", "s3:DeleteObjectVersion", `${arn}/*`),
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
      deny(
        "WriteRecordsOnce",
        "s3:PutObject",
        RECORDS.map((it) => `${arn}/${it}`),
        { Condition: { Null: { "s3:if-none-match": "true" } } },
      ),
      deny(
        "KeepRecords",
        "s3:DeleteObject",
        RECORDS.map((it) => `${arn}/${it}`),
      ),
    ],
  };
}

function lifecycleRules(): object[] {
  return [
    {
      id: "old-versions-expire",
      status: "Enabled",
      filter: {},
      noncurrent_version_expiration: {
        noncurrent_days: OLD_VERSIONS_DAYS,
        newer_noncurrent_versions: OLD_VERSIONS_KEPT,
      },
      // Each lock leaves a delete marker behind.
      expiration: { expired_object_delete_marker: true },
      abort_incomplete_multipart_upload: { days_after_initiation: 7 },
    },
    ...["plans", "deploys"].map((folder) => ({
      id: `${folder}-expire`,
      status: "Enabled",
      filter: { prefix: `${folder}/` },
      expiration: { days: RECORDS_DAYS },
      noncurrent_version_expiration: { noncurrent_days: 1 },
    })),
  ];
}

function tokensBlocks(): Blocks {
  return {
    aws_iam_openid_connect_provider: {
      github: { url: `https://${GITHUB_TOKENS}`, client_id_list: ["sts.amazonaws.com"] },
    },
  };
}

function roleBlocks({ account, bucket, ownsGitHubTokens }: Wanted, github: GitHub): Blocks {
  const { branch } = github;
  const tokens = ownsGitHubTokens ? `\${${TOKENS_ADDRESS}.arn}` : githubTokensArn(account);
  const each = (block: (kind: RoleKind) => object) => Object.fromEntries(ROLE_KINDS.map((kind) => [kind, block(kind)]));
  return {
    aws_iam_role: each((kind) => ({
      name: ROLES[kind],
      description: DESCRIPTIONS[kind](github),
      assume_role_policy: JSON.stringify(trustOf(kind, tokens, GITHUB_TOKENS, github)),
      tags: { [REPOSITORY_TAG]: inSubject(github), [BRANCH_TAG]: branch },
    })),
    aws_iam_role_policy: each((kind) => ({
      name: ROLES[kind],
      role: `\${${roleAddress(kind)}.name}`,
      policy: JSON.stringify(policyOf(kind, { account, bucket })),
    })),
  };
}
