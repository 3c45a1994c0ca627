import { addTo } from "../../../topology/lists";
import type { Server } from "../../../topology/model";
import type { Target } from "../requests/traced-path";

/** The servers among some targets, each with its targets. */
export function targetsByServer(targets: readonly Target[]): ReadonlyMap<Server, readonly Target[]> {
  const all = new Map<Server, Target[]>();
  for (const target of targets) if (target.server !== undefined) addTo(all, target.server, target);
  return all;
}
