import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TemporaryFolder } from "../../machine/files/temporary-folder";
import { findEmulatorPython } from "../../machine/setup/emulator-python";
import { installNginx } from "../../machine/setup/nginx";
import { REGISTRIES } from "../../machine/setup/provider-copies";
import { forgetAws, terraformEnvironment } from "../../rehearsal/environment";
import { expectationOf } from "../../rehearsal/expectation";
import { LocalAws, type Quotas } from "../../rehearsal/local-aws";
import { Rehearsal } from "../../rehearsal/rehearsal-run";
import { seedsFor } from "../../rehearsal/seed-for";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { findTerraformIfAny, type Missing, orMissing } from "../project/find-terraform";
import { CACHE, PROJECT, type Tools } from "../project/project";
import type { Work } from "./run-all";
import { serveFor } from "./serve-for";

/* What stacks are rehearsed with: terraform, a local AWS, an initialized copy of each stack. */

/** The stacks, and the tools to rehearse them with. */
export interface Place {
  readonly stacks: SynthesizedStack[];
  readonly tools: Tools;
  readonly localAws: LocalAws;
  /** Why NGINX could not be installed; absent: it is not needed, or there is one. */
  readonly withoutNginx?: string;
}

/** Finds the tools and starts the local AWS; both are needed for an apply. */
export async function preparePlace(stacks: SynthesizedStack[], quotas: Quotas, work: Work): Promise<Place | Missing> {
  const tools = await findTerraformIfAny(work.step, work.signal);
  if ("missing" in tools) return tools;
  const python = await findPython(work);
  if (typeof python !== "string") return python;
  const withoutNginx = await prepareNginx(stacks, python, work);
  return { stacks, tools, localAws: await startLocalAws(stacks, python, quotas, work), withoutNginx };
}

function findPython({ step, signal }: Work): Promise<string | Missing> {
  return step("find Python", async ({ report, rename }) => {
    const requirementsFile = join(PROJECT, "rehearsal", "requirements.txt");
    const options = { cacheDir: CACHE, env: process.env, requirementsFile, signal, onProgress: report };
    const python = await orMissing("Python for the local AWS", findEmulatorPython(options));
    rename(typeof python === "string" ? `local AWS with ${python}` : `not found: ${python.missing}`);
    return python;
  });
}

/** Without NGINX, the rehearsal continues. @returns why there is none, if a stack would run it */
async function prepareNginx(
  stacks: readonly SynthesizedStack[],
  python: string,
  { step, signal }: Work,
): Promise<string | undefined> {
  if (!stacks.some(({ json }) => expectationOf(json, {}).hasSite)) return undefined;
  return step("find NGINX", async ({ report, rename }) => {
    const requirementsFile = join(PROJECT, "rehearsal", "nginx-requirements.txt");
    const options = { cacheDir: CACHE, env: process.env, requirementsFile, python, signal, onProgress: report };
    const nginx = await orMissing("NGINX", installNginx(options));
    rename("missing" in nginx ? `not found: ${nginx.missing}` : `NGINX ${nginx.version}`);
    return "missing" in nginx ? nginx.advice : undefined;
  });
}

function startLocalAws(
  stacks: readonly SynthesizedStack[],
  python: string,
  { vcpus, addresses }: Quotas,
  { step, signal }: Work,
): Promise<LocalAws> {
  return step("start the local AWS", async ({ rename }) => {
    forgetAws();
    const localAws = await LocalAws.start({ python });
    try {
      for (const seed of seedsFor(stacks)) await localAws.seed(seed);
      await localAws.setQuotas({ vcpus, addresses });
      signal.throwIfAborted();
    } catch (error) {
      await localAws.stop();
      throw error;
    }
    rename(`local AWS at ${localAws.endpoint}`);
    return localAws;
  });
}

export function initializeAll(
  { stacks, tools, localAws, withoutNginx }: Place,
  { vcpus, addresses }: Quotas,
  inUse: TemporaryFolder,
  { step, signal }: Work,
): Promise<Rehearsal[]> {
  const { path: folder } = inUse;
  return step("terraform init", async ({ report }) => {
    // A killed provider leaves its socket behind; here it is removed with the folder.
    const temporary = { TMPDIR: folder, TMP: folder, TEMP: folder };
    const env = {
      ...(await terraformEnvironment(CACHE, localAws.endpoint, tools.provider.configurationFile)),
      ...temporary,
    };
    const lock = await lockFor(tools);
    const rehearsals: Rehearsal[] = [];
    for (const stack of stacks) {
      const rehearsal = new Rehearsal({
        stack,
        localAws,
        terraform: tools.binary.command,
        env,
        lock,
        folder: join(folder, "stacks", stack.id),
        quotas: { vcpus, addresses },
        inUse,
        serve: serveFor(`stack ${stack.id}`, { withoutNginx, authorityFolder: join(folder, "authority") }),
        signal,
      });
      rehearsals.push(rehearsal);
      await rehearsal.init(report);
    }
    return rehearsals;
  });
}

/**
 * The lock file's text for a stack's copy. OpenTofu's registry has its own builds, whose checksums are not in the lock
 * file.
 */
async function lockFor({ binary: { product }, provider: { configurationFile } }: Tools): Promise<string | undefined> {
  if (product === "opentofu" && configurationFile === undefined) return undefined;
  const text = await readFile(join(PROJECT, ".terraform.lock.hcl"), "utf8");
  return product === "terraform" ? text : text.replaceAll(REGISTRIES.terraform, REGISTRIES.opentofu);
}
