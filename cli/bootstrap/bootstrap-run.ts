import { copyFile, mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { WorkFailed } from "../../machine/errors";
import { type HeldLock, withLock } from "../../machine/files/lock";
import { writeFile } from "../../machine/files/write-file";
import { Terraform } from "../../machine/terraform/terraform";
import { command, word } from "../../machine/text/pasteable";
import { CACHE, PROJECT, type Tools } from "../project/project";
import type { Found } from "./account";
import { NEEDED_RIGHTS } from "./asked";
import { githubTokensArn, ROLES, STATE_KEY } from "./bootstrap-names";
import {
  BUCKET_ADDRESS,
  configuration,
  firstConfiguration,
  roleAddress,
  TOKENS_ADDRESS,
  type Wanted,
} from "./configuration";
import type { BootstrapOptions } from "./options";

const PLAN = "bootstrap.tfplan";
const PLUGINS = join(CACHE, "plugins");

export interface RunOptions {
  readonly tools: Tools;
  /** An empty folder, which is the caller's to remove. */
  readonly folder: string;
  /** What is in use as long as terraform runs. */
  readonly inUse: HeldLock;
  readonly signal: AbortSignal;
}

/** terraform in a folder of a bootstrap. */
export class BootstrapRun {
  private readonly terraform: Terraform;

  constructor(
    private readonly wanted: Wanted,
    private readonly options: RunOptions,
  ) {
    this.terraform = new Terraform({
      command: options.tools.binary.command,
      folder: options.folder,
      env: environment(options.tools),
      signal: options.signal,
    }).holding(options.inUse);
  }

  /** Creates the bucket, which no state can be in yet, and moves the state into it. */
  async createBucket(report: (text: string) => void): Promise<void> {
    await this.write(firstConfiguration(this.wanted));
    await this.initialize(report);
    report("terraform apply; S3 takes a minute to be sure of its settings");
    await this.said(this.terraform.run(["apply", "-auto-approve", "-input=false", "-json"]));
    await this.write(configuration(this.wanted));
    report("moving the state into the bucket");
    await this.said(this.terraform.run(["init", "-migrate-state", "-force-copy", "-input=false", "-no-color"]));
  }

  /** Uses the state in the bucket, or begins one there. */
  async useBucket(report: (text: string) => void): Promise<void> {
    await this.write(configuration(this.wanted));
    await this.initialize(report);
  }

  /**
   * Takes roles into the state that may have been lost or never have held them: what it does not know it does not
   * remove.
   * @param found the roles and what they were made for
   */
  async takeUp({ roles, github }: Found, report: (text: string) => void): Promise<void> {
    await this.write(configuration({ ...this.wanted, github, imports: [...this.wanted.imports, ...importsOf(roles)] }));
    await this.settle(report);
    await this.write(configuration(this.wanted));
  }

  /** Makes everything what it should be. @returns what was done, in a few words */
  async settle(report: (text: string) => void): Promise<string> {
    report("terraform plan");
    const { hasChanges, events } = await this.said(
      this.terraform.run(["plan", "-input=false", "-json", "-detailed-exitcode", `-out=${PLAN}`]),
    );
    if (!hasChanges) return "no changes";
    report("terraform apply");
    await this.said(this.terraform.run(["apply", "-input=false", "-json", PLAN]));
    const { add = 0, change = 0, remove = 0 } = events.find(({ type }) => type === "change_summary")?.changes ?? {};
    return `${add} added, ${change} changed, ${remove} removed`;
  }

  private async write(config: object): Promise<void> {
    await writeFile(join(this.options.folder, "main.tf.json"), JSON.stringify(config, null, 2));
    await rm(join(this.options.folder, PLAN), { force: true });
  }

  /** One at a time, as terraform does not guard the provider cache, which rehearsals use too. */
  private async initialize(report: (text: string) => void): Promise<void> {
    report("terraform init");
    await mkdir(PLUGINS, { recursive: true });
    await copyFile(join(PROJECT, ".terraform.lock.hcl"), join(this.options.folder, ".terraform.lock.hcl"));
    const init = (held: HeldLock) => this.said(this.terraform.holding(held).run(["init", "-input=false", "-no-color"]));
    await withLock(
      `${PLUGINS}.lock`,
      (holder) => report(`waiting for ${holder} to fetch the provider`),
      init,
      this.options.signal,
    );
  }

  /**
   * Tells what terraform says in our own words: its advice, and ours, is for stacks, which have a folder that stays.
   */
  private async said<T>(work: Promise<T>): Promise<T> {
    const { bucket } = this.wanted;
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof WorkFailed)) throw error;
      const { message } = error;
      const [, who, since] = /is locked by (.*?) since (\S+ \S+) UTC/.exec(message) ?? [];
      if (who !== undefined) {
        throw new WorkFailed(
          `Another alb-web bootstrap works on ${bucket}: ${who}, since ${since} UTC. Run this again when it ` +
            "has ended; " +
            "if its terraform was killed, delete its lock first: " +
            `${command`aws s3 rm s3://${word.bucket(bucket)}/${word.file(`${STATE_KEY}.tflock`)}`}`,
        );
      }
      if (/BucketAlreadyOwnedByYou|BucketAlreadyExists|S3 Bucket.*already exists/s.test(message)) {
        throw new WorkFailed(
          `The bucket ${bucket} came to be while this was about to create it: another alb-web bootstrap works ` +
            "on it, or somebody else took the name. Run this again in two minutes; it tells which.",
        );
      }
      if (/errored\.tfstate/.test(message)) {
        throw new WorkFailed(
          `What was done could not be stored in the state of ${bucket}. Run this again, with credentials that ` +
            "may write to the bucket: it goes on from what there is.",
        );
      }
      const [, service, call, words] =
        /operation error (\w+): (\w+), https response error StatusCode: 403,.*?api error (\w+: .*)/.exec(message) ?? [];
      if (service !== undefined)
        throw new WorkFailed(
          `AWS refuses ${service.toLowerCase()}:${call} while ${bucket} is set up (${words}); ${NEEDED_RIGHTS}.`,
        );
      if (message.startsWith("AWS refuses access to "))
        throw new WorkFailed(
          `AWS refuses to read or write the bootstrap's own state, s3://${bucket}/${STATE_KEY}; ${NEEDED_RIGHTS}.`,
        );
      throw new WorkFailed(message.replaceAll(basename(this.options.folder), `the bootstrap of ${bucket}`));
    }
  }
}

/** What the account is to hold, from what was asked for and what it holds already. */
export function wantedOf({ bucket, region, github }: BootstrapOptions, found: Found): Wanted {
  const wantedGitHub = github === "none" ? undefined : (github ?? found.github);
  const { account, githubTokens, hasBucket } = found;
  return {
    account,
    bucket,
    region,
    github: wantedGitHub,
    // Ours stays even without roles: other roles of the account may trust it by now.
    ownsGitHubTokens: githubTokens === "ours" || (githubTokens === "none" && wantedGitHub !== undefined),
    imports: [
      ...(hasBucket ? [{ to: BUCKET_ADDRESS, id: bucket }] : []),
      ...(githubTokens === "ours" ? [{ to: TOKENS_ADDRESS, id: githubTokensArn(account) }] : []),
      ...(wantedGitHub === undefined ? [] : importsOf(found.roles)),
    ],
  };
}

function importsOf(roles: Found["roles"]): Wanted["imports"] {
  return roles.map((kind) => ({ to: roleAddress(kind), id: ROLES[kind] }));
}

/** The person's credentials and terraform settings, but for those that would lead to another state. */
function environment({ provider: { configurationFile } }: Tools): NodeJS.ProcessEnv {
  const { TF_WORKSPACE: _workspace, TF_DATA_DIR: _data, ...env } = process.env;
  return {
    TF_PLUGIN_CACHE_DIR: PLUGINS,
    ...env,
    ...(configurationFile === undefined ? {} : { TF_CLI_CONFIG_FILE: configurationFile }),
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
  };
}
