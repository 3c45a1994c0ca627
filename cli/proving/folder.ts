import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readFile, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { UsageError } from "../../machine/errors";
import { writeFile } from "../../machine/files/write-file";
import { Terraform } from "../../machine/terraform/terraform";
import { command, word } from "../../machine/text/pasteable";
import type { StackJson } from "../../rehearsal/stack-files";
import { PROJECT, type Tools } from "../project/project";
import { synthesize } from "../project/synthesize";

/** The folder of deployed sites; ignored by git, and not a temporary folder, which may be emptied. */
const PROVING = join(PROJECT, "proving");
const ID = /^prove-[0-9a-f]{6}$/;
const OTHER_PLACE = /^TF_(DATA_DIR|WORKSPACE|CLI_ARGS(_.*)?)$/;

/**
 * A site that is deployed to be destroyed: its program, its synthesized stack and its state. The folder is removed once
 * nothing of the site is left.
 */
export class ProvingFolder {
  private constructor(
    /** The id of the stack. */
    readonly id: string,
    readonly path: string,
    readonly json: StackJson,
  ) {}

  /** @throws {UsageError} if the domain or the region is invalid */
  static async make(domainName: string, region: string, signal: AbortSignal): Promise<ProvingFolder> {
    const id = `prove-${randomBytes(3).toString("hex")}`;
    const path = join(PROVING, id);
    await mkdir(path, { recursive: true });
    try {
      await copyFile(join(PROJECT, ".terraform.lock.hcl"), join(path, ".terraform.lock.hcl"));
      await writeFile(join(path, "program.js"), programOf(id, domainName, region));
      await writeFile(join(path, "cdktf.json"), JSON.stringify({ app: "node --no-deprecation program.js" }));
      const [stack] = await synthesize(path, join(path, "cdktf.out"), signal).catch((error: unknown) => {
        throw error instanceof UsageError ? new UsageError(refusedOf(error.message, id)) : error;
      });
      if (stack === undefined) throw new Error("the program has no stack");
      return new ProvingFolder(id, path, stack.json);
    } catch (error) {
      await removeAt(path);
      throw error;
    }
  }

  /** Opens the folder that an earlier run left. @throws {UsageError} if it is not one */
  static async open(folder: string): Promise<ProvingFolder> {
    const path = resolve(folder);
    const id = basename(path);
    const text = ID.test(id)
      ? await readFile(join(stackFolder(path, id), "cdk.tf.json"), "utf8").catch(() => undefined)
      : undefined;
    if (text === undefined)
      throw new UsageError(
        `--resume must be a folder that npx alb-web prove left, such as proving/prove-1a2b3c (got ${folder})`,
      );
    return new ProvingFolder(id, path, JSON.parse(text) as StackJson);
  }

  /** Where terraform runs. */
  get terraformFolder(): string {
    return stackFolder(this.path, this.id);
  }

  /**
   * Makes every later run of terraform there reject the credentials of another account, in which it would find nothing
   * to destroy.
   */
  async keepToAccount(number: string): Promise<void> {
    const provider = { aws: [{ allowed_account_ids: [number] }] };
    await writeFile(join(this.terraformFolder, "account_override.tf.json"), JSON.stringify({ provider }, null, 2), {
      mode: 0o600,
    });
  }

  terraform({ binary, provider: { configurationFile } }: Tools, signal?: AbortSignal): Terraform {
    // Without settings that would move the state or limit a destroy: the printed command does not have them either.
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OTHER_PLACE.test(name)));
    const env = {
      ...own,
      ...(configurationFile === undefined ? {} : { TF_CLI_CONFIG_FILE: configurationFile }),
      TF_IN_AUTOMATION: "1",
      TF_INPUT: "0",
    };
    return new Terraform({ command: binary.command, folder: this.terraformFolder, env, signal });
  }

  /** The two commands that destroy it by hand. */
  takeDownLines(binary: string): string[] {
    const shown = (path: string) => word.file(relative(process.cwd(), path) || ".");
    return [
      command`npx alb-web prove --resume ${shown(this.path)}`,
      command`${word.file(binary)} -chdir=${shown(this.terraformFolder)} destroy`,
    ];
  }

  /** Removes the folder, once nothing of the site is left. */
  async remove(): Promise<void> {
    await removeAt(this.path);
  }
}

/** Also removes the parent folder, if this was the last one in it. */
async function removeAt(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
  await rmdir(dirname(path)).catch(() => undefined);
}

function stackFolder(path: string, id: string): string {
  return join(path, "cdktf.out", "stacks", id);
}

/** A program like main.ts, in a folder without packages of its own. */
function programOf(id: string, domainName: string, region: string): string {
  const props = { domainName, region, backend: "local", disposable: true, tags: { purpose: "npx alb-web prove" } };
  const own = (path: string) => JSON.stringify(join(PROJECT, path));
  return [
    `require(${own("cli/typescript.js")});`,
    `require(${own("cli/synth-exit.js")});`,
    `const { App } = require("node:module").createRequire(${own("package.json")})("cdktf");`,
    `const { WebStack } = require(${own("constructs/web-stack")});`,
    "const app = new App();",
    `new WebStack(app, ${JSON.stringify(id)}, ${JSON.stringify(props)});`,
    "app.synth();",
    "",
  ].join("\n");
}

/** The messages of the constructs, without the generated program. */
function refusedOf(message: string, id: string): string {
  const errors = message
    .split("\n")
    .flatMap((line) => (line.startsWith(`  ${id}: `) ? [line.slice(id.length + 4)] : []));
  return errors.length === 0
    ? message
    : errors.map((it) => it.replace(/^domainName\b/, "--domain").replace(/^region\b/, "--region")).join("\n");
}
