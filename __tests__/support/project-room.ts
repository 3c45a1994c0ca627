import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { synthesize } from "../../cli/project/synthesize";
import { findTerraform } from "../../machine/setup/terraform-binary";
import { localAwsEnvironment, withoutAwsAndTerraform } from "../../rehearsal/environment";
import type { LocalAws } from "../../rehearsal/local-aws";
import { copyOfProject } from "./project-copy";
import { CACHE, startLocalAws } from "./rehearsal-room";

export interface Ended {
  /** The exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `main.ts`. @param stacks lines such as `new WebStack(app, "web", {});` */
export function programOf(...stacks: string[]): string {
  return [
    'import { App } from "cdktf";',
    'import { WebStack } from "./constructs/web-stack";',
    "",
    "const app = new App();",
    ...stacks,
    "app.synth();",
    "",
  ].join("\n");
}

/** A person's checkout, and a shell in it whose AWS is a local one: commands are run as a person runs them. */
export class ProjectRoom {
  private constructor(
    readonly folder: string,
    readonly localAws: LocalAws,
    /** What the shell has; a test may add to it. */
    readonly env: NodeJS.ProcessEnv,
    private readonly remove: () => Promise<void>,
  ) {}

  /** @param localAws one that runs already, such as a clone; it is stopped with the room */
  static async open(localAws?: LocalAws): Promise<ProjectRoom> {
    const { command } = await findTerraform({ cacheDir: CACHE, env: process.env });
    const aws = localAws ?? (await startLocalAws());
    const { folder, remove } = await copyOfProject();
    const env = {
      ...withoutAwsAndTerraform(process.env),
      ...(await localAwsEnvironment(CACHE, aws.endpoint, command)),
      CI: "1",
      NO_COLOR: "1",
    };
    return new ProjectRoom(folder, aws, env, remove);
  }

  /** Replaces `main.ts` by a program of stacks. @param stacks lines such as `new WebStack(app, "web", {});` */
  async program(...stacks: string[]): Promise<void> {
    await writeFile(join(this.folder, "main.ts"), programOf(...stacks));
  }

  /** Has `main.ts` written as `cdktf synth` does, without cdktf-cli's own seconds. */
  async synthesize(): Promise<void> {
    await synthesize(this.folder, join(this.folder, "cdktf.out"));
  }

  /** The folder that cdktf deploys a stack from. */
  stackFolder(stackId: string): string {
    return join(this.folder, "cdktf.out", "stacks", stackId);
  }

  /** Runs shell lines in the checkout. */
  shell(script: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const options = { cwd: this.folder, env: { ...this.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    return new Promise((resolve) => {
      execFile("sh", ["-ec", script], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : null, stdout, stderr });
      });
    });
  }

  /** cdktf-cli, without npm's own second. */
  cdktf(args: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.shell(`node_modules/.bin/cdktf ${args}`, env);
  }

  async close(): Promise<void> {
    await this.localAws.stop();
    await this.remove();
  }
}
