import { blockOf } from "../../../topology/addresses";
import type { Change } from "../../../topology/changes";
import type { Topology } from "../../../topology/model";
import { once } from "../once";

/* What an apply creates: AWS can refuse only that, because it accepted existing resources before. */

const changesByAddress = once(
  ({ writers }: Topology): ReadonlyMap<string, Change> => new Map(writers.changes.map((it) => [it.address, it])),
);

/** What the plan does to a resource; nothing in a state or a synthesized file. */
export function changeOf(topology: Topology, address: string): Change | undefined {
  return changesByAddress(topology).get(address);
}

/** Whether the apply creates a resource: everything in a synthesized file, nothing in a state. */
export function isMade(topology: Topology, address: string): boolean {
  if (topology.source !== "plan") return topology.source === "synthesized";
  const doing = changeOf(topology, address)?.doing;
  return doing === "create" || doing === "replace";
}

/** Blocks with an instance that is not destroyed. */
export const blocksStaying = once(
  (changes: readonly Change[]): ReadonlySet<string> =>
    new Set(changes.flatMap(({ doing, address }) => (doing === "destroy" ? [] : [blockOf(address)]))),
);
