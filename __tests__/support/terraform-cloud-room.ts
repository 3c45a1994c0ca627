import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findTerraform } from "../../machine/setup/terraform-binary";
import type { LocalAws } from "../../rehearsal/local-aws";
import { TerraformCloud } from "../fixtures/terraform-cloud/server";
import { type Ended, ProjectRoom } from "./project-room";
import { CACHE } from "./rehearsal-room";

export const ORGANIZATION = "acme";
/** Hosts of the replacement server: Terraform Cloud's own name, and the name of another server. */
const HOSTS = ["app.terraform.io", "localhost:8443"] as const;
const TOKEN = "token-of-the-test";
const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 240_000;

/** A command that runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/**
 * A person's checkout whose shell has a token for Terraform Cloud and no access to AWS; that is the workspaces' own.
 */
export class TerraformCloudRoom {
  private constructor(
    readonly project: ProjectRoom,
    readonly cloud: TerraformCloud,
    /** The settings that lead to the local AWS, for a shell that needs them. */
    readonly aws: NodeJS.ProcessEnv,
    /** The binary. */
    readonly terraform: string,
    private readonly folder: string,
  ) {}

  /** @param localAws one that runs already, such as a clone; it is stopped with the room */
  static async open(localAws?: LocalAws): Promise<TerraformCloudRoom> {
    const terraform = await findTerraform({ cacheDir: CACHE, env: process.env });
    const project = await ProjectRoom.open(localAws);
    const { env } = project;
    const own = env.TF_CLI_CONFIG_FILE ?? join(homedir(), ".terraformrc");
    if (existsSync(own)) env.TF_CLI_CONFIG_FILE = own;
    else delete env.TF_CLI_CONFIG_FILE;
    const only = (names: RegExp) => Object.fromEntries(Object.entries(env).filter(([name]) => names.test(name)));
    const aws = only(/^AWS_/);
    const cloud = await TerraformCloud.start({
      terraform,
      machine: only(/^(PATH|TMPDIR|TF_CLI_CONFIG_FILE|TF_PLUGIN_CACHE_DIR)$/),
      variables: aws,
      token: TOKEN,
      organizations: [ORGANIZATION],
    });
    const folder = await mkdtemp(join(tmpdir(), "alb-web-home-"));
    const room = new TerraformCloudRoom(project, cloud, aws, terraform.command, folder);
    await room.leadTheShellToCloud();
    return room;
  }

  /** Runs shell lines in the checkout; fails the test if they do. */
  async run(script: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, stdout, stderr } = await this.project.shell(script, env);
    if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** cdktf-cli; fails the test if it does. */
  cdktf(args: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    return this.run(`node_modules/.bin/cdktf ${args}`, env);
  }

  /** terraform in a stack's folder, as a shell line. */
  at(stackId: string, args: string): string {
    return `${this.terraform} -chdir=cdktf.out/stacks/${stackId} ${args}`;
  }

  /** Starts terraform in a stack's folder, so that a test can signal it. @param input what is typed at once */
  start(stackId: string, args: readonly string[], input = ""): Started {
    return this.started(
      spawn(this.terraform, args, { cwd: this.project.stackFolder(stackId), env: this.project.env }),
      input,
    );
  }

  /** Starts `npx alb-web plan STACK` without npm, which would not hand a signal on. */
  startPlan(stackId: string): Started {
    return this.started(
      spawn(process.execPath, ["cli/alb-web.js", "plan", stackId], {
        cwd: this.project.folder,
        env: this.project.env,
      }),
    );
  }

  private started(child: ChildProcessWithoutNullStreams, input = ""): Started {
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output.stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output.stderr += chunk));
    child.stdin.end(input);
    return { child, ended: new Promise((resolve) => child.once("close", (code) => resolve({ code, ...output }))) };
  }

  /** Asks the API itself; returns the document's data. */
  async api(
    method: string,
    path: string,
    body: object = {},
  ): Promise<{ id: string; attributes: Record<string, unknown> }> {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/vnd.api+json" };
    const response = await fetch(`${this.cloud.url}/api/v2${path}`, { method, headers, body: JSON.stringify(body) });
    const answer = JSON.parse((await response.text()) || "{}") as {
      data: { id: string; attributes: Record<string, unknown> };
    };
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.data;
  }

  /** Ends the runs before their AWS. */
  async close(): Promise<void> {
    await this.cloud.close();
    await this.project.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async leadTheShellToCloud(): Promise<void> {
    const { env } = this.project;
    for (const name of Object.keys(this.aws)) delete env[name];
    // Nor is a file of credentials found.
    env.HOME = this.folder;
    // What the machine's own configuration says holds on, such as where providers come from.
    const kept = env.TF_CLI_CONFIG_FILE === undefined ? "" : await readFile(env.TF_CLI_CONFIG_FILE, "utf8");
    const credentials = HOSTS.map((host) => `credentials "${host}" {\n  token = "${TOKEN}"\n}\n`);
    env.TF_CLI_CONFIG_FILE = join(this.folder, "terraformrc");
    await writeFile(
      env.TF_CLI_CONFIG_FILE,
      [kept, ...HOSTS.map((host) => this.cloud.cliConfiguration(host)), ...credentials.slice(1)].join("\n"),
    );
    env.TF_TOKEN_app_terraform_io = TOKEN;
  }
}

/** The `backend` prop of a stack whose state and runs are in a workspace. */
export function inWorkspace(workspace: string, more: { organization?: string; hostname?: string } = {}): string {
  return JSON.stringify({ cloud: { organization: ORGANIZATION, workspace, ...more } });
}

/** A line of `main.ts`: the smallest stack that can be applied, a public zone alone. */
export function zoneStack(id: string, backend: string): string {
  return (
    `new WebStack(app, "${id}", { domainName: "www.${id}.com", hostedZone: { create: true, delegated: false }, ` +
    `backend: ${backend} });`
  );
}

/** Looks again and again until something holds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Without colours, which a run's log has whatever its client wants, and on one line. */
export function words(text: string): string {
  return text.replace(/\x1b\[[0-9;]*m/g, "").replace(/\s+/g, " ");
}
