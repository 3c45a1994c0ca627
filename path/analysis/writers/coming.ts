import type { Change } from "../../../topology/changes";
import type { Topology } from "../../../topology/model";

/* What an apply makes: only that can be refused, as what stands was taken by AWS once. */

const byAddress = new WeakMap<Topology, ReadonlyMap<string, Change>>();

/** What the plan does to a resource; nothing in a state or a synthesized file. */
export function changeOf(topology: Topology, address: string): Change | undefined {
  const found = byAddress.get(topology) ?? new Map(topology.writers.changes.map((it) => [it.address, it]));
  byAddress.set(topology, found);
  return found.get(address);
}

/** Whether the apply makes a resource: everything in a synthesized file, and nothing in a state. */
export function isMade(topology: Topology, address: string): boolean {
  if (topology.source !== "plan") return topology.source === "synthesized";
  const doing = changeOf(topology, address)?.doing;
  return doing === "create" || doing === "replace";
}
