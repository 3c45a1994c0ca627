import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalAws } from "../../rehearsal/local-aws";
import { moveIn, type Planned, planOf, type Root, refusedIn, type Tenant, terraformIn, writeHouse } from "./planned";

/*
 * Plans of changes to existing resources, as the real provider makes them: each correct stack is applied once, its part
 * of the state is written as often as there are changes of it, and all of them are planned by one terraform.
 */

/** An applied stack, and its changed form. */
export interface Changing {
  /** The key of the stack that was applied; absent: nothing of it exists. */
  readonly base?: string;
  /** The stack after the change. */
  readonly root: Root;
}

interface State {
  resources: { module?: string; instances: { dependencies?: string[] }[] }[];
  serial: number;
}

export interface ChangeOptions {
  /**
   * Whether the stacks' own default tags are on everything.
   * @default false
   */
  readonly defaultTags?: boolean;
}

/**
 * The plan of each change, by its key.
 * @throws {Error} if a base cannot be applied, or terraform refuses for a reason that is in no change
 */
export async function planChanges(
  bases: Readonly<Record<string, Root>>,
  changes: Readonly<Record<string, Changing>>,
  localAws: LocalAws,
  { defaultTags = false }: ChangeOptions = {},
): Promise<Record<string, Planned>> {
  const folder = await mkdtemp(join(tmpdir(), "alb-web-changed-"));
  try {
    const terraform = await terraformIn(folder, { localAws });
    const standing = new Map<string, Tenant>();
    for (const [index, [key, root]] of Object.entries(bases).entries())
      standing.set(key, await moveIn(folder, key, `b${index}`, root, defaultTags));
    await writeHouse(folder, [...standing.values()], { localAws });
    await terraform.run(["init", "-input=false", "-no-color"]);
    await terraform.run(["apply", "-input=false", "-json", "-auto-approve", "-parallelism=64"]);
    const stateFile = join(folder, "terraform.tfstate");
    const applied = JSON.parse(await readFile(stateFile, "utf8")) as State;

    let tenants = await Promise.all(
      Object.entries(changes).map(([key, { root }], index) => moveIn(folder, key, `m${index}`, root, defaultTags)),
    );
    const results: Record<string, Planned> = {};
    for (;;) {
      await writeHouse(folder, tenants, { localAws });
      await writeFile(stateFile, JSON.stringify(stateFor(applied, tenants, changes, standing)));
      await terraform.run(["init", "-input=false", "-no-color"]);
      const refused = await refusedIn(terraform, [
        "plan",
        "-input=false",
        "-json",
        "-lock=false",
        "-parallelism=64",
        "-out=changed.tfplan",
      ]);
      if (refused.size === 0) break;
      for (const { key, module } of tenants)
        if (refused.has(module)) results[key] = { plan: undefined, refused: refused.get(module) as string };
      tenants = tenants.filter(({ module }) => !refused.has(module));
    }
    const plan = JSON.parse((await terraform.run(["show", "-json", "changed.tfplan"])).stdout) as Parameters<
      typeof planOf
    >[0];
    for (const tenant of tenants) results[tenant.key] = { plan: planOf(plan, tenant) };
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What each change begins with: what its base left, under its own module. */
function stateFor(
  applied: State,
  tenants: readonly Tenant[],
  changes: Readonly<Record<string, Changing>>,
  standing: ReadonlyMap<string, Tenant>,
): State {
  const resources = tenants.flatMap(({ key, module }) => {
    const { base: named } = changes[key] as Changing;
    if (named === undefined) return [];
    const base = standing.get(named);
    if (base === undefined) throw new Error(`${key} is a change of ${named}, which was not applied`);
    const own = `module.${base.module}`;
    const text = JSON.stringify(
      applied.resources.filter((it) => it.module === own || it.module?.startsWith(`${own}.`) === true),
    );
    return JSON.parse(
      text.replaceAll(`"${own}"`, `"module.${module}"`).replaceAll(`"${own}.`, `"module.${module}.`),
    ) as State["resources"];
  });
  return { ...applied, serial: applied.serial + 1, resources };
}
