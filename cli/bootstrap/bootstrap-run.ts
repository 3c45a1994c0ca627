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
  /** An empty folder; the caller removes it. */
  readonly folder: string;
  /** In use as long as terraform runs. */
  readonly inUse: HeldLock;
  readonly signal: AbortSignal;
}

/** Runs terraform in a folder of a bootstrap. */
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

  /** Creates the bucket with local state, and moves the state into it. */
  async createBucket(report: (text: string) => void): Promise<void> {
    await this.write(firstConfiguration(this.wanted));
    await this.initialize(report);
    report("terraform apply; takes about a minute until S3 returns the new settings consistently");
    await this.explained(this.terraform.run(["apply", "-auto-approve", "-input=false", "-json"]));
    await this.write(configuration(this.wanted));
    report("moving the state into the bucket");
    await this.explained(this.terraform.run(["init", "-migrate-state", "-force-copy", "-input=false", "-no-color"]));
  }

  /** Uses the state in the bucket, or creates it. */
  async useBucket(report: (text: string) => void): Promise<void> {
    await this.write(configuration(this.wanted));
    await this.initialize(report);
  }

  /**
   * Imports roles that may be missing in the state: terraform removes only what is in the state.
   * @param found the roles and their repository
   */
  async importRoles({ roles, github }: Found, report: (text: string) => void): Promise<void> {
    await this.write(configuration({ ...this.wanted, github, imports: [...this.wanted.imports, ...importsOf(roles)] }));
    await this.settle(report);
    await this.write(configuration(this.wanted));
  }

  /** Applies the configuration. @returns what was done, in a few words */
  async settle(report: (text: string) => void): Promise<string> {
    report("terraform plan");
    const { hasChanges, events } = await this.explained(
      this.terraform.run(["plan", "-input=false", "-json", "-detailed-exitcode", `-out=${PLAN}`]),
    );
    if (!hasChanges) return "no changes";
    report("terraform apply");
    await this.explained(this.terraform.run(["apply", "-input=false", "-json", PLAN]));
    const { add = 0, change = 0, remove = 0 } = events.find(({ type }) => type === "change_summary")?.changes ?? {};
    return `${add} added, ${change} changed, ${remove} removed`;
  }

  private async write(config: object): Promise<void> {
    await writeFile(join(this.options.folder, "main.tf.json"), JSON.stringify(config, null, 2));
    await rm(join(this.options.folder, PLAN), { force: true });
  }

  /** One at a time, as terraform does not lock the provider cache, which rehearsals use too. */
  private async initialize(report: (text: string) => void): Promise<void> {
    report("terraform init");
    await mkdir(PLUGINS, { recursive: true });
    await copyFile(join(PROJECT, ".terraform.lock.hcl"), join(this.options.folder, ".terraform.lock.hcl"));
    const init = (held: HeldLock) =>
      this.explained(this.terraform.holding(held).run(["init", "-input=false", "-no-color"]));
    await withLock(
      `${PLUGINS}.lock`,
      (holder) => report(`waiting for ${holder} to download the provider`),
      init,
      this.options.signal,
    );
  }

  /**
   * Replaces terraform's errors: its advice, and that of machine/terraform, is for stacks, whose folder is permanent.
   */
  private async explained<T>(work: Promise<T>): Promise<T> {
    const { bucket } = this.wanted;
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof WorkFailed)) throw error;
      const { message } = error;
      const [, who, since] = /is locked by (.*?) since (\S+ \S+) UTC/.exec(message) ?? [];
      if (who !== undefined) {
        throw new WorkFailed(
          `Another alb-web bootstrap is running for ${bucket}: ${who}, since ${since} UTC. Run this again when it ` +
            "has finished. If its terraform was killed, delete its lock first: " +
            `${command`aws s3 rm s3://${word.bucket(bucket)}/${word.file(`${STATE_KEY}.tflock`)}`}`,
        );
      }
      if (/BucketAlreadyOwnedByYou|BucketAlreadyExists|S3 Bucket.*already exists/s.test(message)) {
        throw new WorkFailed(
          `The bucket ${bucket} was created at the same time by another alb-web bootstrap, or by another account. ` +
            "Run this again in two minutes; it reports which.",
        );
      }
      if (/errored\.tfstate/.test(message)) {
        throw new WorkFailed(
          `The state of ${bucket} could not be saved. Run this again with credentials that may write to the bucket; ` +
            "it continues with what exists.",
        );
      }
      const [, service, call, words] =
        /operation error (\w+): (\w+), https response error StatusCode: 403,.*?api error (\w+: .*)/.exec(message) ?? [];
      if (service !== undefined)
        throw new WorkFailed(`AWS denied ${service.toLowerCase()}:${call} for ${bucket} (${words}); ${NEEDED_RIGHTS}.`);
      if (message.startsWith("AWS refuses access to "))
        throw new WorkFailed(
          `AWS denied access to the state of bootstrap, s3://${bucket}/${STATE_KEY}; ${NEEDED_RIGHTS}.`,
        );
      throw new WorkFailed(message.replaceAll(basename(this.options.folder), `the bootstrap of ${bucket}`));
    }
  }
}

/** The wanted contents of the account, from the options and from what exists. */
export function wantedOf({ bucket, region, github }: BootstrapOptions, found: Found): Wanted {
  const wantedGitHub = github === "none" ? undefined : (github ?? found.github);
  const { account, githubTokens, hasBucket } = found;
  return {
    account,
    bucket,
    region,
    github: wantedGitHub,
    // It is kept even without roles: other roles of the account may trust it.
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

/** The user's credentials and terraform settings, without those that would select another state. */
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
