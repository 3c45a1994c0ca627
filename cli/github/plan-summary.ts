import { type Doing, doingOf } from "../../topology/changes";
import { isObject, objectOf } from "../../topology/json";

/** How many resources a plan changes. */
export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly destroy: number;
  /** Outputs, resources that are only imported, moved or forgotten, and other actions of terraform. */
  readonly others: number;
}

/**
 * @param plan parsed output of `terraform show -json` of a plan
 * @throws {SyntaxError} if it is not a plan
 */
export function summaryOf(plan: unknown): PlanSummary {
  const changes = isObject(plan) ? (plan.resource_changes ?? []) : undefined;
  if (!isObject(plan) || !Array.isArray(changes)) throw new SyntaxError("not the JSON of a plan");
  const doings = changes.map((it) => doingOf(objectOf(it)));
  const count = (...kinds: Doing[]) => doings.filter((doing) => kinds.includes(doing)).length;
  const outputs = Object.values(objectOf(plan.output_changes)).filter((it) => doingOf({ change: it }) !== "none");
  return {
    create: count("create"),
    update: count("update"),
    replace: count("replace"),
    destroy: count("destroy"),
    others: outputs.length + count("import", "move", "forget", "other"),
  };
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
  const shown = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return shown.length > 0 ? shown.join(", ") : others > 0 ? "only other changes, such as to outputs" : "no changes";
}
