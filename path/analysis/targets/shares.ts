import { known } from "../../../topology/value";
import type { TracedPath } from "../requests/traced-path";

/* How requests are divided between target groups. */

export interface Share {
  readonly own: number;
  readonly all: number;
}

/**
 * The weight of each group, by its ARN, among all groups of the actions that forward to it; nothing for a group with
 * unknown weights.
 */
export function sharesOf({ steps }: Pick<TracedPath, "steps">): ReadonlyMap<string, Share> {
  const shares = new Map<string, Share>();
  const open = new Set<string>();
  for (const action of steps.flatMap(({ outcomes }) => outcomes).flatMap(({ actions }) => actions)) {
    if (action.type !== "forward") continue;
    const all = action.targetGroups.reduce((sum, { weight }) => sum + (known(weight) ?? Number.NaN), 0);
    for (const { arn, weight } of action.targetGroups) {
      const key = known(arn) ?? "";
      const so = shares.get(key) ?? { own: 0, all: 0 };
      if (Number.isNaN(all)) open.add(key);
      shares.set(key, { own: so.own + (known(weight) ?? 0), all: so.all + all });
    }
  }
  for (const key of open) shares.delete(key);
  return shares;
}
