import { basename, relative } from "node:path";
import { tokenVariable } from "../../setup/cli-configuration";
import { refusalIn } from "../../system-refusals";
import { command, quoted, toRun, word } from "../../text/pasteable";
import { accountErrors, oneLine } from "./account-errors";

interface KnownError {
  /** Matched against terraform's output, joined into one line. */
  readonly said: RegExp;
  readonly sentence: (found: RegExpExecArray, stack: Stack) => string;
}

interface Stack {
  readonly id: string;
  /** The path as a person would write it in a command. */
  readonly folder: string;
}

const FORBIDDEN =
  "it belongs to another account, or these credentials have no permission for it; correct backend.s3.bucket, or " +
  "use credentials with access.";

/** How errors of the backend begin; a stack's own resources can have bucket errors too. */
const OF_BACKEND =
  "(?:Failed to get existing workspaces|Error refreshing state|Error loading state|Error acquiring the state " +
  "lock|Failed to (?:save|persist) state)";

/**
 * Errors that terraform, OpenTofu, their backends and the AWS provider report about something outside the stack. The
 * first match applies.
 */
const KNOWN: readonly KnownError[] = [
  {
    // The reason why it could not store the state is printed above this, but the file must be reported first.
    said: /errored\.tfstate/,
    sentence: (_, { id, folder }) =>
      `terraform could not store the state of ${id}; the only record of its changes is ${folder}/errored.tfstate. ` +
      "Do not deploy again until the state is stored: correct the cause (credentials, permissions, network), then " +
      `${toRun`terraform -chdir=${word.file(folder)} state push errored.tfstate`} (if that file is lost: ` +
      `${command`npx alb-web adopt ${word.stack(id)}`})`,
  },
  {
    // The lock info that terraform prints below this is its own, not that of the lock's holder.
    said: /workspace already locked \(lock ID: "([^"]+)"\)/,
    sentence: ([, workspace], { id, folder }) =>
      `The workspace ${workspace} of ${id} is locked by another run or a person; its page in Terraform Cloud ` +
      "shows the holder and the time. Wait until the lock is released; if nobody is working there, unlock it on " +
      "that page " +
      `or ${toRun`terraform -chdir=${word.file(folder)} force-unlock ${word.workspace(workspace)}`}`,
  },
  {
    said: /Lock Info: ID: +(\S+) .*?Operation: +(?:OperationType)?(\S*) Who: +(.*?) Version: .*?Created: +([\d-]+ [\d:]+)/,
    sentence: ([, lock = "", operation = "", who = "", since], { id, folder }) =>
      `The state of ${id} is locked by ${asPerson(who)} since ${since} UTC (${asOperation(operation)}, lock ` +
      `${word.lockId(lock).isOne ? lock : quoted(lock)}). Wait until that command ends; if only the command ` +
      "was killed, its terraform continues. If terraform itself was killed, " +
      `${toRun`terraform -chdir=${word.file(folder)} force-unlock ${word.lockId(lock)}`}; then, after an ` +
      `apply: ${command`npx alb-web adopt ${word.stack(id)}`}`,
  },
  {
    // EC2 says RequestExpired of credentials that expire during a deploy.
    said: /ExpiredToken|token included in the request is expired|api error RequestExpired|SSO session has expired|refresh cached SSO token failed|SSO token is expired/i,
    sentence: () =>
      "The AWS credentials have expired; log in again (aws sso login, aws login, or new keys in the environment).",
  },
  {
    // Before the credentials that could not be refreshed: the SDK says both in one error.
    said: /Not authorized to perform sts:AssumeRoleWithWebIdentity/,
    sentence: (_, { id }) =>
      `AWS does not let this token assume the role for ${id}: the subject in the role's trust policy must be ` +
      "exactly the token's subject. Since 15 July 2026, GitHub's subjects contain ids; " +
      'docs/reference/roles-and-policies.md describes under "Immutable subject claims" which subject a repository ' +
      "has and how to trust it.",
  },
  {
    said: /failed to get shared config profile, (\S+)/,
    sentence: ([, profile]) =>
      `The AWS profile ${profile} does not exist in this machine's AWS configuration; correct AWS_PROFILE, or ` +
      `create it: ${command`aws configure sso --profile ${word.profile(profile)}`}`,
  },
  {
    said: /No valid credential sources found|failed to refresh cached credentials|no EC2 IMDS role found/,
    sentence: () =>
      "There are no AWS credentials; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log " +
      "in (aws sso login, aws login).",
  },
  {
    said: /GetCallerIdentity, https response error StatusCode: 403|InvalidClientTokenId|SignatureDoesNotMatch|AuthFailure/,
    sentence: () =>
      "AWS does not accept the credentials in use; aws sts get-caller-identity shows whose they are. A region " +
      "that the account has not enabled also refuses valid credentials: aws account list-regions shows which regions " +
      "are enabled.",
  },
  {
    // From the provider's list, or from the list of terraform's own backend; constructs/props/regions.ts already
    // refuses a stack's region at synth.
    said: /invalid AWS Region: ([\w-]+)/i,
    sentence: ([, region]) =>
      "The AWS provider in use (hashicorp/aws 5.100.0), or terraform itself, does not support the region " +
      `${region}: it is misspelled, or newer than both. Choose another region; constructs/props/regions.ts lists the ` +
      "supported ones.",
  },
  {
    said: /requested bucket from "([^"]+)", actual location "([^"]+)"/,
    sentence: ([, sought, actual], { id }) =>
      `The state bucket of ${id} is in region ${actual}, not in ${sought}; ` +
      `${word.region(actual).isOne ? `add region: "${actual}"` : "add that as region"} to backend.s3 of the ` +
      "stack.",
  },
  {
    said: new RegExp(`${OF_BACKEND}.*?StatusCode: 301\\b.*?PermanentRedirect`),
    sentence: (_, { id }) =>
      `The state bucket of ${id} is not in the region of backend.s3; aws s3api get-bucket-location --bucket NAME ` +
      "shows its region; set that as region in backend.s3 of the stack.",
  },
  {
    said: /S3 bucket "([^"]+)" does not exist/,
    sentence: ([, bucket], { id }) =>
      `The state bucket ${bucket} of ${id} does not exist: correct backend.s3.bucket in main.ts, or create the ` +
      "bucket with npx alb-web bootstrap",
  },
  {
    said: new RegExp(`${OF_BACKEND}.*?NoSuchBucket`),
    sentence: (_, { id }) =>
      `The state bucket of ${id} does not exist: correct backend.s3.bucket in main.ts, or create the bucket ` +
      "with npx alb-web bootstrap",
  },
  {
    said: new RegExp(`${OF_BACKEND}.*?S3 bucket "([^"]+)".*?StatusCode: 403`),
    sentence: ([, bucket], { id }) => `AWS refuses access to ${bucket}, the state bucket of ${id}: ${FORBIDDEN}`,
  },
  {
    said: new RegExp(`${OF_BACKEND}.*?operation error S3: \\w+, https response error StatusCode: 403`),
    sentence: (_, { id }) => `AWS refuses access to the state bucket of ${id}: ${FORBIDDEN}`,
  },
  {
    said: /state file uses format version (\d+), which is not supported by (\S+ \S+?)\. This state file was created by (\S+ \S+?)\. /,
    sentence: ([, , used, made], { id }) =>
      `The state of ${id} was written by ${made}, which is newer than the ${used} in use; install that version ` +
      "or a later one (TERRAFORM_BINARY_NAME names another binary).",
  },
  {
    said: /Resource instance managed by newer provider version|schema version \d+ .*?newer than/,
    sentence: (_, { id }) =>
      `The state of ${id} was written by a newer AWS provider than the one in .terraform.lock.hcl; use the ` +
      "checkout of the last deploy, or update the provider.",
  },
  {
    said: /Required token could not be found.*?for (\S+?): /,
    sentence: ([, host = ""]) => `There is no token for ${host}; ${login(host)}, or set ${tokenVariable(host)}.`,
  },
  {
    said: /Failed to read organization "[^"]+" at host (\S+).*?: unauthorized/,
    sentence: ([, host = ""]) =>
      `${host} does not accept the token; ${login(host)}, or correct ${tokenVariable(host)}.`,
  },
  {
    said: /organization "([^"]+)" at host (\S+) not found/,
    sentence: ([, organization, host], { id }) =>
      `${host} has no organization ${organization}, or this token cannot access it; correct ` +
      `backend.cloud.organization of ${id}, or use a token of that organization.`,
  },
  {
    said: /workspace (\S+) not found/,
    sentence: ([, workspace], { id }) =>
      `There is no workspace ${workspace} that this token can access; correct backend.cloud of ${id}, or ask an ` +
      "owner of the organization for access.",
  },
  {
    said: /Cannot import non-existent remote object/,
    sentence: (_, { id, folder }) =>
      `${folder}/adopted.tf.json contains import blocks for resources that no longer exist on AWS; run ` +
      `${command`npx alb-web adopt ${word.stack(id)}`}, which rewrites the file, or delete the file.`,
  },
  {
    said: /Saved plan is already applied/,
    sentence: (_, { id }) =>
      `This plan of ${id} has already been applied; for further changes, plan again ` +
      `(${command`npx alb-web plan ${word.stack(id)}`}).`,
  },
  {
    said: /Saved plan (?:is stale|is discarded|does not match the given state)/,
    sentence: (_, { id }) =>
      `The state of ${id} has changed since this plan was made, so the plan was not applied and nothing was changed; ` +
      `plan again (${command`npx alb-web plan ${word.stack(id)}`}) and have the new plan reviewed.`,
  },
  {
    said: /Backend configuration changed|Backend type changed|HCP Terraform configuration (?:block )?has changed|Migrating state from HCP Terraform/i,
    sentence: (_, { id, folder }) =>
      `The backend of ${id} has changed since ${folder} was last used; move the state as described in ` +
      `docs/guides/moving-state.md, or, if it has already been moved, delete ${folder}/.terraform and try again.`,
  },
];

function login(host: string): string {
  return word.host(host).isOne ? command`run terraform login ${word.host(host)}` : "log in with terraform login";
}

/** `user@host` as terraform writes it; other programs may write something else. */
function asPerson(who: string): string {
  return /^[\w.@\\+-]+$/.test(who) ? who : quoted(who);
}

function asOperation(operation: string): string {
  return /^\w+$/.test(operation) ? operation.toLowerCase() : "another command";
}

/**
 * A sentence for a known error: what failed, and what to do. If the account lacks several things, there is one line for
 * each.
 * @param said everything that terraform printed about the error
 * @param folder the stack's folder, named after its id
 * @returns `undefined` for errors that are not known here
 */
export function knownError(said: string, folder: string): string | undefined {
  const text = oneLine(said);
  const stack = { id: basename(folder), folder: relative(process.cwd(), folder) || "." };
  for (const known of KNOWN) {
    const found = known.said.exec(text);
    if (found !== null) return known.sentence(found, stack);
  }
  return refusalIn(text) ?? accountErrors(said, folder);
}
