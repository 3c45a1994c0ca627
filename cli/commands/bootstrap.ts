import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { TemporaryFolder } from "../../machine/files/temporary-folder";
import { command, deployOf, type Word, word } from "../../machine/text/pasteable";
import { type Found, lookAt, rolesOf } from "../bootstrap/account";
import { settled } from "../bootstrap/ask-github";
import { GITHUB_TOKENS, ROLES, type RoleKind, roleArn } from "../bootstrap/bootstrap-names";
import { BootstrapRun, wantedOf } from "../bootstrap/bootstrap-run";
import type { Wanted } from "../bootstrap/configuration";
import {
  type AskedOptions,
  type BootstrapOptions,
  type CommandLine,
  checkOptions,
  namesBucket,
  optionsFor,
} from "../bootstrap/options";
import { makeRecordKey } from "../bootstrap/record-key";
import type { GitHub } from "../bootstrap/repository";
import { subjectNotes } from "../bootstrap/subject-notes";
import { abortedByPerson, say, withExamples, writeResult } from "../command";
import { findTools, synthesizeProject, type Tools } from "../project/project";
import { stateBucketsOf } from "../project/state-buckets";
import { newTerraformCommand } from "../project/terraform-command";
import { type Step, stepsUntil } from "../steps";

/** One bucket, and the result. */
interface Work {
  readonly asked: AskedOptions;
  /** With the repository's ids from GitHub. */
  readonly options: BootstrapOptions;
  readonly found: Found;
  readonly wanted: Wanted;
  /** Roles that should have been removed and still exist. */
  readonly left: readonly RoleKind[];
}

/** The buckets to set up. */
interface Asked {
  readonly buckets: readonly AskedOptions[];
  /** The stacks that can be deployed next; none if the command line names the bucket. */
  readonly stackIds: readonly string[];
}

const DESCRIPTION =
  "Creates the S3 buckets for the Terraform state of the stacks in main.ts, or updates their settings. With " +
  "--github, also creates the IAM roles for GitHub workflows. The state of each bucket is stored in the bucket itself.";

const CODES = "0 ok, 1 failed, 2 invalid usage or a bucket that bootstrap does not manage, 70 internal error";

/** The command line of `alb-web bootstrap`. */
export function commandLine(): Command {
  const command = newTerraformCommand("bootstrap", DESCRIPTION, CODES)
    .option("--bucket <name>", "name of one bucket; requires --region (default: all state buckets that main.ts names)")
    .option("--region <region>", "AWS region of the bucket")
    .option(
      "--github <owner/repo>",
      "create the roles for this repository's workflows: alb-web-plan for pull requests, alb-web-keep and " +
        "alb-web-deploy for the default branch; one repository per account. The ids of the repository are read " +
        "from GitHub unless you give them: OWNER@OWNER_ID/REPO@REPO_ID",
    )
    .option(
      "--no-immutable-subject",
      "with --github: trust the name of the repository without ids. Only for a repository that was created before " +
        "15 July 2026, has not been renamed or transferred, and has not opted in to immutable subject claims",
    )
    .option("--no-github", "remove the roles that --github created")
    .option(
      "--branch <branch>",
      "with --github: the repository's default branch; branches: in .github/workflows/deploy.yml must name it too " +
        "(default: main)",
    )
    .action(bootstrap);
  return withExamples(command, {
    "The state buckets that main.ts names": "npx alb-web bootstrap",
    "A bucket that main.ts does not name": "npx alb-web bootstrap --bucket acme-states --region us-east-1",
    "The roles for the workflows of a GitHub repository": "npx alb-web bootstrap --github acme/site",
  });
}

async function bootstrap(commandLine: CommandLine): Promise<void> {
  const named = namesBucket(commandLine) ? checkOptions(commandLine) : undefined;
  const signal = abortedByPerson("run bootstrap again to complete it");
  const step = stepsUntil(signal);
  const temporary = await TemporaryFolder.make("bootstrap");
  try {
    const { buckets, stackIds } =
      named === undefined
        ? await step("synthesize main.ts", (it) => namedByMain(commandLine, signal, it))
        : { buckets: [named], stackIds: [] };
    const tools = await step("find terraform", async ({ report, rename }) => {
      const found = await findTools({ signal, onProgress: report });
      rename(found.inWords);
      return found;
    });
    const works = await step("bootstrap", async (whole) => {
      const done: Work[] = [];
      // In sequence: an error with one stops the run, and the next run continues from there.
      for (const asked of buckets) done.push(await workOn(asked, { tools, temporary, signal }, whole));
      return done;
    });
    await report(works, stackIds);
  } finally {
    await temporary.remove();
  }
}

async function namedByMain(commandLine: CommandLine, signal: AbortSignal, { rename }: Step): Promise<Asked> {
  const buckets = stateBucketsOf(await synthesizeProject(signal));
  const inWords = buckets.map(({ bucket, region, stackIds }) => `${bucket} in ${region} for ${stackIds.join(", ")}`);
  const asked = optionsFor(commandLine, buckets);
  rename(`main.ts: ${inWords.join("; ")}`);
  return { buckets: asked, stackIds: buckets.flatMap(({ stackIds }) => stackIds) };
}

interface Room {
  readonly tools: Tools;
  readonly temporary: TemporaryFolder;
  readonly signal: AbortSignal;
}

async function workOn(asked: AskedOptions, { tools, temporary, signal }: Room, { step }: Step): Promise<Work> {
  const looked = await step("look at the account", (it) => lookFor(asked, signal, it));
  const { options, found, wanted } = looked;
  const left = await step(asked.bucket, async ({ report, rename }) => {
    const folder = await mkdtemp(join(temporary.path, "alb-web-bootstrap-"));
    const run = new BootstrapRun(wanted, { tools, folder, inUse: temporary, signal });
    if (found.hasBucket) await run.useBucket(report);
    else await run.createBucket(report);
    const isToRemove = options.github === "none" && found.roles.length > 0;
    if (isToRemove && found.github !== undefined) await run.importRoles(found, report);
    const done = await run.settle(report);
    if (wanted.github !== undefined) await makeRecordKey(options);
    const remaining = isToRemove ? await rolesOf(options.bucket, options.region) : [];
    rename(`${options.bucket}: ${found.hasBucket ? done : "created"}`);
    return remaining;
  });
  return { asked, ...looked, left };
}

async function lookFor(
  asked: AskedOptions,
  signal: AbortSignal,
  { report, rename }: Step,
): Promise<Pick<Work, "options" | "found" | "wanted">> {
  if (typeof asked.github === "object" && asked.github.ids === "from GitHub")
    report(`reading the ids of ${asked.github.repository} from GitHub`);
  const options = await settled(asked, { signal, env: process.env });
  const found = await lookAt(options);
  const wanted = wantedOf(options, found);
  const bucket = found.hasState
    ? "the bucket and its state exist"
    : found.hasBucket
      ? "the bucket exists, without a state"
      : "no bucket yet";
  rename(`account ${found.account}: ${bucket}`);
  return { options, found, wanted };
}

/** Notes on standard error; lines for `main.ts` and for a shell on standard output. */
async function report(works: readonly Work[], stackIds: readonly string[]): Promise<void> {
  const variables = works.flatMap(variablesFor);
  for (const { options, found, wanted, left } of works) {
    for (const note of notes(options.github, found, wanted.github, left)) say(note);
  }
  if (stackIds.length > 0) {
    say(variables.length === 0 ? "Next:" : "Run in a shell:");
    return writeResult((variables.length === 0 ? [deployOf(stackIds)] : variables).join("\n"));
  }
  say(variables.length === 0 ? "Add to each stack in main.ts:" : "Add to each stack in main.ts, and run in a shell:");
  await writeResult(
    [
      ...works.map(({ asked: { bucket, region } }) => `backend: { s3: { bucket: "${bucket}", region: "${region}" } }`),
      ...variables,
    ].join("\n"),
  );
}

/** The commands that set the variables of GitHub's workflows. */
function variablesFor({ asked: { region }, wanted }: Work): string[] {
  if (wanted.github === undefined) return [];
  const { account, github } = wanted;
  const variables = {
    AWS_REGION: region,
    AWS_PLAN_ROLE: roleArn(account, "plan"),
    AWS_KEEP_ROLE: roleArn(account, "keep"),
    AWS_DEPLOY_ROLE: roleArn(account, "deploy"),
  };
  return Object.entries(variables).map(
    ([name, value]) =>
      command`gh variable set ${word.name(name)} --repo ${word.repository(github.repository)} --body ${word.awsId(value)}`,
  );
}

function deletionOf(role: Word): string {
  return command`aws iam delete-role-policy --role-name ${role} --policy-name ${role}; aws iam delete-role --role-name ${role}`;
}

function notes(
  asked: BootstrapOptions["github"],
  found: Found,
  now: GitHub | undefined,
  left: readonly RoleKind[],
): string[] {
  const removed = asked === "none" ? found.roles.filter((kind) => !left.includes(kind)) : [];
  return [
    found.hidesRoles === true
      ? ["These credentials may not read IAM roles, so the roles for GitHub were not checked or changed."]
      : [],
    asked === undefined && now !== undefined
      ? [`The roles for ${now.repository}, branch ${now.branch}, are kept; --no-github removes them.`]
      : [],
    asked !== undefined && now !== undefined
      ? [
          `${now.branch} must be the default branch of ${now.repository}, and branches: in ` +
            `.github/workflows/deploy.yml must name it; only that branch can assume the role ${ROLES.deploy}.`,
        ]
      : [],
    now !== undefined ? subjectNotes(found.github, now) : [],
    now !== undefined && found.githubTokens === "others"
      ? [`The OIDC provider for GitHub (${GITHUB_TOKENS}) was not created by bootstrap; the roles trust it as it is.`]
      : [],
    removed.length > 0 ? [`Removed: ${removed.map((kind) => ROLES[kind]).join(", ")}.`] : [],
    left.map(
      (kind) =>
        `Not removed: ${ROLES[kind]}, which is not in the state of bootstrap; delete it: ` +
        `${deletionOf(word.awsId(ROLES[kind]))}`,
    ),
    asked === "none" && found.githubTokens === "ours"
      ? ["The OIDC provider for GitHub is kept, as other roles may trust it."]
      : [],
  ].flat();
}
