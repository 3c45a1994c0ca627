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
import { abortedByPerson, say, writeResult } from "../command";
import { findTools, synthesizeProject, type Tools } from "../project/project";
import { stateBucketsOf } from "../project/state-buckets";
import { newTerraformCommand } from "../project/terraform-command";
import { type Step, stepsUntil } from "../steps";

/** One bucket, and what became of it. */
interface Work {
  readonly asked: AskedOptions;
  /** With what GitHub says of the repository. */
  readonly options: BootstrapOptions;
  readonly found: Found;
  readonly wanted: Wanted;
  /** Roles that were to be removed and are still there. */
  readonly left: readonly RoleKind[];
}

/** The buckets to see to. */
interface Asked {
  readonly buckets: readonly AskedOptions[];
  /** The stacks that can be deployed next; none where the command line names the bucket. */
  readonly stackIds: readonly string[];
}

const DESCRIPTION =
  "Creates the S3 buckets that keep the state of main.ts's stacks, or makes them what they should be; each " +
  "bucket's own state is kept in it.";

/** The command line of `alb-web bootstrap`. */
export function commandLine(): Command {
  return newTerraformCommand(
    "bootstrap",
    DESCRIPTION,
    "0 good, 1 failed, 2 wrong usage or a bucket that is not ours, 70 internal error",
  )
    .option(
      "--bucket <name>",
      "one bucket, with --region; default: the buckets that the stacks of main.ts name, one after the other",
    )
    .option("--region <region>", "the bucket's region")
    .option(
      "--github <owner/repo>",
      "roles that this repository's workflows take: alb-web-plan for pull requests, alb-web-keep and " +
        "alb-web-deploy for the default branch; one repository per account. GitHub is asked for its ids, unless " +
        "they are given: OWNER@OWNER_ID/REPO@REPO_ID",
    )
    .option(
      "--no-immutable-subject",
      "with --github, for a repository from before 15 July 2026 that has not opted in to immutable subject " +
        "claims, renamed or transferred: trust its name without ids",
    )
    .option("--no-github", "remove these roles")
    .option(
      "--branch <branch>",
      "with --github, the repository's default branch, which branches: in .github/workflows/deploy.yml must " +
        "name too (default: main)",
    )
    .action(bootstrap);
}

async function bootstrap(commandLine: CommandLine): Promise<void> {
  const named = namesBucket(commandLine) ? checkOptions(commandLine) : undefined;
  const signal = abortedByPerson("what was begun is completed by running this again");
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
      // One after the other: what is wrong with one is the reason to stop, and the next run goes on from there.
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
    if (isToRemove && found.github !== undefined) await run.takeUp(found, report);
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
  if (typeof asked.github === "object" && asked.github.ids === "to be asked")
    report(`asking GitHub for the ids of ${asked.github.repository}`);
  const options = await settled(asked, { signal, env: process.env });
  const found = await lookAt(options);
  const wanted = wantedOf(options, found);
  const bucket = found.hasState
    ? "its bucket and its state are there"
    : found.hasBucket
      ? "its bucket is there, without a state"
      : "no bucket yet";
  rename(`account ${found.account}: ${bucket}`);
  return { options, found, wanted };
}

/** What there is now on standard error; lines for `main.ts` and for a shell on standard output. */
async function report(works: readonly Work[], stackIds: readonly string[]): Promise<void> {
  const variables = works.flatMap(variablesFor);
  for (const { options, found, wanted, left } of works) {
    for (const note of notes(options.github, found, wanted.github, left)) say(note);
  }
  if (stackIds.length > 0) {
    say(variables.length === 0 ? "Next:" : "For a shell:");
    return writeResult((variables.length === 0 ? [deployOf(stackIds)] : variables).join("\n"));
  }
  say(variables.length === 0 ? "For each stack in main.ts:" : "For each stack in main.ts, and for a shell:");
  await writeResult(
    [
      ...works.map(({ asked: { bucket, region } }) => `backend: { s3: { bucket: "${bucket}", region: "${region}" } }`),
      ...variables,
    ].join("\n"),
  );
}

/** The lines that make GitHub's workflows take the roles. */
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
      ? ["These credentials may not read roles, so none were looked for; nothing was done about roles for GitHub."]
      : [],
    asked === undefined && now !== undefined
      ? [`The roles for ${now.repository}, branch ${now.branch}, are kept; --no-github removes them.`]
      : [],
    asked !== undefined && now !== undefined
      ? [
          `${now.branch} must be the default branch of ${now.repository}, and branches: in ` +
            `.github/workflows/deploy.yml must name it; the role ${ROLES.deploy} is for that branch alone.`,
        ]
      : [],
    now !== undefined ? subjectNotes(found.github, now) : [],
    now !== undefined && found.githubTokens === "others"
      ? [`The account has a provider of GitHub's tokens (${GITHUB_TOKENS}) from elsewhere; the roles trust that one.`]
      : [],
    removed.length > 0 ? [`Removed: ${removed.map((kind) => ROLES[kind]).join(", ")}.`] : [],
    left.map(
      (kind) =>
        `Not removed: ${ROLES[kind]}, which the bootstrap's state does not know; delete it: ` +
        `${deletionOf(word.awsId(ROLES[kind]))}`,
    ),
    asked === "none" && found.githubTokens === "ours"
      ? ["The provider of GitHub's tokens stays, as other roles may trust it by now."]
      : [],
  ].flat();
}
