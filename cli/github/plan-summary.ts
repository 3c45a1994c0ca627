import { type Doing, doingOf } from "../../topology/changes";
import { isObject, objectOf } from "../../topology/json";

/** How many resources a plan touches. */
export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly destroy: number;
  /** Outputs, what is only imported, moved or forgotten, and whatever else terraform may come to do. */
  readonly others: number;
}

/**
 * @param plan parsed output of `terraform show -json` of a plan
 * @throws {SyntaxError} if it is none
 */
export function summaryOf(plan: unknown): PlanSummary {
  const changes = isObject(plan) ? (plan.resource_changes ?? []) : undefined;
  if (!isObject(plan) || !Array.isArray(changes)) throw new SyntaxError("it is not a plan's JSON");
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
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return told.length > 0 ? told.join(", ") : others > 0 ? "outputs, addresses or what is forgotten only" : "no changes";
}
