import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesize } from "../../cli/project/synthesize";
import { findEmulatorPython } from "../../machine/setup/emulator-python";
import { findTerraform } from "../../machine/setup/terraform-binary";
import { Terraform } from "../../machine/terraform/terraform";
import { terraformEnvironment } from "../../rehearsal/environment";
import { LocalAws } from "../../rehearsal/local-aws";
import { Rehearsal } from "../../rehearsal/rehearsal-run";
import { seedsFor } from "../../rehearsal/seed-for";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { PROJECT } from "./project";

export const CACHE = join(PROJECT, ".rehearsal");

/** The fixture program's folder. */
export const fixture = (name: string): string => join(PROJECT, "__tests__", "fixtures", name);

/** What `npm run rehearse` sets up, stage by stage in a test's own hands: a local AWS, terraform, a folder. */
export class RehearsalRoom {
  private constructor(
    readonly localAws: LocalAws,
    readonly folder: string,
    /** The binary. */
    readonly terraform: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Throws an error with what to install if a tool is missing. */
  static async open(): Promise<RehearsalRoom> {
    const { command } = await findTerraform({ cacheDir: CACHE, env: process.env });
    const localAws = await startLocalAws();
    const folder = await mkdtemp(join(tmpdir(), "alb-web-test-"));
    return new RehearsalRoom(localAws, folder, command, await terraformEnvironment(CACHE, localAws.endpoint));
  }

  /** The stacks of a fixture program. */
  synthesize(name: string): Promise<SynthesizedStack[]> {
    return synthesize(fixture(name), join(this.folder, `synthesized-${name}`));
  }

  /** Puts in what the stacks refer to and do not create. */
  async seed(stacks: readonly SynthesizedStack[]): Promise<void> {
    for (const seed of seedsFor(stacks)) await this.localAws.seed(seed);
  }

  /** Copies a stack and has terraform initialized there. */
  async init(stack: SynthesizedStack): Promise<Rehearsal> {
    const { localAws, terraform, env } = this;
    const rehearsal = new Rehearsal({
      stack,
      localAws,
      terraform,
      env,
      folder: this.folderOf(stack),
      signal: new AbortController().signal,
    });
    await rehearsal.init();
    return rehearsal;
  }

  /** terraform in the copy of a stack that was initialized. */
  terraformOf(stack: SynthesizedStack): Terraform {
    return new Terraform({ command: this.terraform, folder: this.folderOf(stack), env: this.env });
  }

  /** The same with another local AWS, such as a clone, which has a copy of the state. */
  async terraformAt(stack: SynthesizedStack, { endpoint }: LocalAws): Promise<Terraform> {
    const env = { ...this.env, ...(await terraformEnvironment(CACHE, endpoint)) };
    return new Terraform({ command: this.terraform, folder: this.folderOf(stack), env });
  }

  folderOf({ id }: SynthesizedStack): string {
    return join(this.folder, "stacks", id);
  }

  async close(): Promise<void> {
    await this.localAws.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs a rehearsal's stages in order, up to the one named. */
export async function runStages(rehearsal: Rehearsal, last: string): Promise<void> {
  const stages = rehearsal.stages();
  const end = stages.findIndex(({ title }) => title === last);
  if (end < 0) throw new Error(`there is no stage ${last}`);
  for (const { run } of stages.slice(0, end + 1)) await run(() => undefined);
}

/** A separate local AWS for a test. Throws an error with what to install if Python or moto is missing. */
export async function startLocalAws(): Promise<LocalAws> {
  const python = await findEmulatorPython({
    cacheDir: CACHE,
    env: process.env,
    requirementsFile: join(PROJECT, "rehearsal", "requirements.txt"),
  });
  return LocalAws.start({ python });
}
