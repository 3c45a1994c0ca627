import type { TerraformEvent } from "../../machine/terraform/terraform";

/** The times of the resources of one type, in seconds. */
export interface TypeTimes {
  readonly type: string;
  readonly count: number;
  /** Of the slowest resource. */
  readonly create?: number;
  readonly destroy?: number;
}

/**
 * The times in terraform's `-json` output for each resource type, the slowest first. @param events of an apply and a
 * destroy
 */
export function timesOf(events: readonly TerraformEvent[]): TypeTimes[] {
  const types = new Map<string, { created: Set<string>; create?: number; destroy?: number }>();
  for (const { type: kind, hook } of events) {
    const { action, elapsed_seconds: seconds = 0, resource: { addr = "", resource_type: type } = {} } = hook ?? {};
    if (kind !== "apply_complete" || type === undefined || (action !== "create" && action !== "delete")) continue;
    const times = types.get(type) ?? { created: new Set<string>() };
    types.set(type, times);
    if (action === "create") Object.assign(times, { create: Math.max(times.create ?? 0, seconds) }).created.add(addr);
    else times.destroy = Math.max(times.destroy ?? 0, seconds);
  }
  const rows = [...types].map(([type, { created, create, destroy }]) => ({
    type,
    count: created.size,
    create,
    destroy,
  }));
  return rows.sort((a, b) => (b.create ?? 0) - (a.create ?? 0) || a.type.localeCompare(b.type));
}
