/** How many resources a plan touches. */
export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly destroy: number;
  /** Outputs, what is only imported, moved or forgotten, and whatever else terraform may come to do. */
  readonly others: number;
}

interface Change {
  readonly actions: readonly string[];
  readonly importing?: object;
}

/** `terraform show -json` of a plan, as far as it is read here. */
interface PlanJson {
  readonly resource_changes?: readonly {
    readonly mode?: string;
    readonly address: string;
    readonly previous_address?: string;
    readonly change: Change;
  }[];
  readonly output_changes?: Readonly<Record<string, Change>>;
}

/**
 * @param json text of `plans/<stack>.json`
 * @throws {SyntaxError} if it is no plan
 */
export function summaryOf(json: string): PlanSummary {
  const plan = JSON.parse(json) as PlanJson | null;
  if (typeof plan !== "object" || plan === null || !Array.isArray(plan.resource_changes ?? []))
    throw new SyntaxError("it is not a plan's JSON");
  const resources = (plan.resource_changes ?? []).filter(({ mode }) => mode !== "data");
  const actions = resources.map(({ change }) => change.actions.join());
  const count = (...kinds: string[]) => actions.filter((action) => kinds.includes(action)).length;
  const counted = {
    create: count("create"),
    update: count("update"),
    replace: count("delete,create", "create,delete"),
    destroy: count("delete"),
  };
  // All but these is done to something, whatever it is called.
  const strange = actions.length - count("no-op", "read") - Object.values(counted).reduce((sum, it) => sum + it, 0);
  const moved = resources.filter(
    ({ change, address, previous_address = address }) =>
      change.actions.join() === "no-op" && (change.importing !== undefined || previous_address !== address),
  );
  const outputs = Object.values(plan.output_changes ?? {}).filter((change) => change.actions.join() !== "no-op");
  return { ...counted, others: outputs.length + moved.length + strange };
}

/** Whether applying the plan would do anything. */
export function hasChanges(summary: PlanSummary): boolean {
  return Object.values(summary).some((count) => count > 0);
}

/** Such as "3 to create, 1 to replace". */
export function shownSummary({ create, update, replace, destroy, others }: PlanSummary): string {
  const parts: [number, string][] = [
    [create, "to create"],
    [update, "to update"],
    [replace, "to replace"],
    [destroy, "to destroy"],
  ];
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return told.length > 0 ? told.join(", ") : others > 0 ? "outputs, addresses or what is forgotten only" : "no changes";
}
