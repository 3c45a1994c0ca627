import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lookAt, rolesOf, type Found } from "./bootstrap/account";
import { GITHUB_TOKENS, roleArn, ROLES, type RoleKind } from "./bootstrap/names";
import { checkOptions, type BootstrapOptions, type CommandLine, type GitHub } from "./bootstrap/options";
import { BootstrapRun, wantedOf } from "./bootstrap/run";
import type { Wanted } from "./bootstrap/configuration";
import { abortedByPerson, runCommand, writeResult } from "./command";
import { taskList, type Task } from "./progress";
import { findTools, type Tools } from "./project";
import { newTerraformCommand } from "./terraform-environment";

interface Stage {
  tools?: Tools;
  found?: Found;
  wanted?: Wanted;
  /** Roles that were to be removed and are still there. */
  left?: readonly RoleKind[];
}

void runCommand(async () => {
  const command = newTerraformCommand("bootstrap", "Creates the S3 bucket that keeps the stacks' state, or makes it what it should be; its own state is kept in it.", "0 good, 1 failed, 2 wrong usage or a bucket that is not ours, 70 our own fault")
    .requiredOption("--bucket <name>", "the bucket; created if there is none")
    .requiredOption("--region <region>", "the bucket's region")
    .option("--github <owner/repo>", "roles that this repository's workflows take: alb-web-plan for pull requests, alb-web-deploy for the default branch; one repository per account")
    .option("--no-github", "remove these roles")
    .option("--branch <branch>", "with --github, the repository's default branch, which branches: in .github/workflows/deploy.yml must name too (default: main)")
    .action(bootstrap);
  await command.parseAsync();
});

async function bootstrap(commandLine: CommandLine): Promise<void> {
  const options = checkOptions(commandLine);
  const signal = abortedByPerson("what was begun is completed by running this again");
  const folder = await mkdtemp(join(tmpdir(), "alb-web-bootstrap-"));
  try {
    const stage = await taskList<Stage>(tasksFor(options, folder, signal), {}, signal);
    if (stage.found !== undefined && stage.wanted !== undefined) await report(options, stage.found, stage.wanted, stage.left ?? []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function tasksFor(options: BootstrapOptions, folder: string, signal: AbortSignal): Task<Stage>[] {
  return [
    {
      title: "find terraform",
      task: async (stage, task) => {
        stage.tools = await findTools({ signal, onProgress: (text) => (task.output = text) });
        task.title = stage.tools.inWords;
      },
    },
    {
      title: "look at the account",
      task: async (stage, task) => {
        const found = await lookAt(options);
        stage.found = found;
        stage.wanted = wantedOf(options, found);
        const bucket = found.hasState ? "its bucket and its state are there" : found.hasBucket ? "its bucket is there, without a state" : "no bucket yet";
        task.title = `account ${found.account}: ${bucket}`;
      },
    },
    {
      title: options.bucket,
      task: async (stage, task) => {
        const { wanted, found, tools } = stage;
        if (wanted === undefined || found === undefined || tools === undefined) return;
        const run = new BootstrapRun(wanted, { tools, folder, signal });
        const tell = (text: string) => (task.output = text);
        if (found.hasBucket) await run.useBucket(tell);
        else await run.createBucket(tell);
        const isToRemove = options.github === "none" && found.roles.length > 0;
        if (isToRemove && found.github !== undefined) await run.takeUp(found, tell);
        const done = await run.settle(tell);
        if (isToRemove) stage.left = await rolesOf(options.bucket, options.region);
        task.title = `${options.bucket}: ${found.hasBucket ? done : "created"}`;
      },
    },
  ];
}

/** What there is now on standard error; lines for `main.ts` and for a shell on standard output. */
async function report({ bucket, region, github }: BootstrapOptions, found: Found, { account, github: now }: Wanted, left: readonly RoleKind[]): Promise<void> {
  for (const note of notes(github, found, now, left)) process.stderr.write(`${note}\n`);
  process.stderr.write(now === undefined ? "For each stack in main.ts:\n" : "For each stack in main.ts, and for a shell:\n");
  const variables = now === undefined ? {} : { AWS_REGION: region, AWS_PLAN_ROLE: roleArn(account, "plan"), AWS_DEPLOY_ROLE: roleArn(account, "deploy") };
  const lines = Object.entries(variables).map(([name, value]) => `gh variable set ${name} --repo ${now?.repository} --body ${value}`);
  await writeResult([`backend: { s3: { bucket: "${bucket}", region: "${region}" } }`, ...lines].join("\n"));
}

function notes(asked: BootstrapOptions["github"], found: Found, now: GitHub | undefined, left: readonly RoleKind[]): string[] {
  const removed = asked === "none" ? found.roles.filter((kind) => !left.includes(kind)) : [];
  return [
    found.hidesRoles === true ? ["These credentials may not read roles, so none were looked for; nothing was done about roles for GitHub."] : [],
    asked === undefined && now !== undefined ? [`The roles for ${now.repository}, branch ${now.branch}, are kept; --no-github removes them.`] : [],
    asked !== undefined && now !== undefined ? [`${now.branch} must be the default branch of ${now.repository}, and branches: in .github/workflows/deploy.yml must name it; the role ${ROLES.deploy} is for that branch alone.`] : [],
    now !== undefined && found.githubTokens === "others" ? [`The account has a provider of GitHub's tokens (${GITHUB_TOKENS}) from elsewhere; the roles trust that one.`] : [],
    removed.length > 0 ? [`Removed: ${removed.map((kind) => ROLES[kind]).join(", ")}.`] : [],
    left.map((kind) => `Not removed: ${ROLES[kind]}, which the bootstrap's state does not know; delete it: aws iam delete-role-policy --role-name ${ROLES[kind]} --policy-name ${ROLES[kind]}; aws iam delete-role --role-name ${ROLES[kind]}`),
    asked === "none" && found.githubTokens === "ours" ? ["The provider of GitHub's tokens stays, as other roles may trust it by now."] : [],
  ].flat();
}
