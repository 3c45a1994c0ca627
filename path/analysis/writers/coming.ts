import { blockOf } from "../../../topology/addresses";
import type { Change } from "../../../topology/changes";
import type { Topology } from "../../../topology/model";
import { once } from "../once";

/* What an apply makes: only that can be refused, as what stands was taken by AWS once. */

const changesByAddress = once(
  ({ writers }: Topology): ReadonlyMap<string, Change> => new Map(writers.changes.map((it) => [it.address, it])),
);

/** What the plan does to a resource; nothing in a state or a synthesized file. */
export function changeOf(topology: Topology, address: string): Change | undefined {
  return changesByAddress(topology).get(address);
}

/** Whether the apply makes a resource: everything in a synthesized file, and nothing in a state. */
export function isMade(topology: Topology, address: string): boolean {
  if (topology.source !== "plan") return topology.source === "synthesized";
  const doing = changeOf(topology, address)?.doing;
  return doing === "create" || doing === "replace";
}

/** Blocks of which some instance is not destroyed. */
export const blocksStaying = once(
  (changes: readonly Change[]): ReadonlySet<string> =>
    new Set(changes.flatMap(({ doing, address }) => (doing === "destroy" ? [] : [blockOf(address)]))),
);
