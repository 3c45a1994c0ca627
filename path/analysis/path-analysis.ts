import type { Unknown } from "../../topology/value";
import { type UncoveredNames, uncoveredOn } from "./certificates/uncovered-names";
import { type AclBlockages, aclBlockages } from "./network/acl-blockages";
import { type GroupInUse, groupsInUse } from "./network/groups-in-use";
import { type TargetPassages, targetPassages } from "./network/target-passages";
import { type WaysBack, waysBack } from "./network/ways-back";
import { once } from "./once";
import { type End, redirectEnds } from "./requests/redirect-walks";
import type { TracedPath } from "./requests/traced-path";
import { type Installing, installing } from "./targets/installing";

/** Facts derived from one path that several rules share, as Analysis has those of a topology. */
export interface PathAnalysis {
  /** Where its redirects end. */
  readonly redirectEnds: readonly End[];
  /** Names that no certificate covers, at each listener with TLS; or what is unknown about them. */
  readonly uncoveredNames: readonly (UncoveredNames | Unknown)[];
  /** Whether responses of the load balancer reach the internet, by IP version. */
  readonly waysBack: readonly WaysBack[];
  /** What network ACLs block between clients, load balancer and targets. */
  readonly aclBlockages: AclBlockages;
  /** The security groups of the load balancer and of its targets. */
  readonly groupsInUse: readonly GroupInUse[];
  /** What security groups allow between the load balancer and its targets. */
  readonly targetPassages: TargetPassages;
}

export const analysePath = once(
  (path: TracedPath): PathAnalysis => ({
    get redirectEnds() {
      return redirectEnds(path);
    },
    get uncoveredNames() {
      return uncoveredOn(path);
    },
    get waysBack() {
      return waysBack(path);
    },
    get aclBlockages() {
      return aclBlockages(path);
    },
    get groupsInUse() {
      return groupsInUse(path);
    },
    get targetPassages() {
      return targetPassages(path);
    },
  }),
);

/** The same for the end of a path, which the rules of targets use. */
export interface EndAnalysis {
  /** What boot scripts install, and whether each server reaches it. */
  readonly installing: readonly Installing[];
}

export const analyseEnd = once(
  (end: Pick<TracedPath, "topology" | "targets">): EndAnalysis => ({
    get installing() {
      return installing(end);
    },
  }),
);
