import type { Change } from "../../../topology/changes";
import { once } from "../once";
import { attachesAtSamePort, identityOf, samenessOf } from "./once-on-aws";
import { groupPorts, twinsOf } from "./twins";

/*
 * What is no more than a pair of other things on AWS, or a record that overwrites: whichever resource is destroyed last
 * takes it away.
 */

/** What an apply takes away by destroying another resource that stands for the same. */
export interface Lost {
  /** The one that will be in the state, and not on AWS. */
  readonly change: Change;
  /**
   * The one that is destroyed under another address; absent where a replacement destroys the old one after the new one
   * is there.
   */
  readonly old?: Change;
  /** Whether the destroy comes last in any case; if not, terraform does not order the two. */
  readonly isSure: boolean;
}

/** Attachments and the like whose old resource goes last, or may do so. */
export const lostIn = once((changes: readonly Change[]): readonly Lost[] => [
  ...changes
    .filter((it) => it.doing === "replace" && it.isCreatedFirst && isSamePair(it, changes))
    .map((change): Lost => ({ change, isSure: true })),
  ...twinsOf(changes)
    .all.filter(({ isOne, code }) => isOne && code === undefined)
    .map(({ old, fresh }): Lost => ({ change: fresh, old, isSure: false })),
  ...sharedIn(changes),
]);

/** Whether a replacement stands for the same pair as before. */
function isSamePair(change: Change, changes: readonly Change[]): boolean {
  const [had, has] = [samenessOf(change.type, change.before), samenessOf(change.type, change.after, change.unknown)];
  const isSame = had.length > 0 && had[0]?.code === undefined && had[0]?.key === has[0]?.key;
  return (
    isSame &&
    (change.type !== "aws_lb_target_group_attachment" ||
      attachesAtSamePort(change.before, change.after, groupPorts(changes)(change)))
  );
}

/** One of two resources that have stood for one thing is destroyed, and the other one stays. */
function sharedIn(changes: readonly Change[]): Lost[] {
  const gone = new Map<string, Change>();
  for (const change of changes) {
    const key =
      change.doing === "destroy" && !change.isData && !twinsOf(changes).of(change)?.isOne
        ? shareKey(change, change.before)
        : undefined;
    if (key !== undefined) gone.set(key, change);
  }
  if (gone.size === 0) return [];
  return changes.flatMap((change): Lost[] => {
    if (change.isData || !["none", "update", "import", "move"].includes(change.doing)) return [];
    const old = gone.get(shareKey(change, change.after) ?? "");
    return old === undefined ||
      (change.type === "aws_lb_target_group_attachment" &&
        !attachesAtSamePort(old.before, change.after, groupPorts(changes)(change)))
      ? []
      : [{ change, old, isSure: true }];
  });
}

/** Of records too, as one may have overwritten the other. */
function shareKey({ type, unknown }: Change, values: Change["before"]): string | undefined {
  if (type === "aws_route53_record") return identityOf(type, values, unknown);
  const [same] = samenessOf(type, values, unknown);
  return same?.code === undefined ? same?.key : undefined;
}
