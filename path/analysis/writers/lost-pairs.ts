import type { Change } from "../../../topology/changes";
import { once } from "../once";
import { attachesAtSamePort, identityOf, samenessOf } from "./once-on-aws";
import { groupPorts, twinsOf } from "./twins";

/*
 * Links between two other things on AWS, and records that overwrite: the resource that is destroyed last removes them.
 */

/** What an apply removes by destroying another resource that manages the same thing. */
export interface Lost {
  /** The resource that will be in the state but not on AWS. */
  readonly change: Change;
  /**
   * The resource that is destroyed under another address; absent if a replacement destroys the old one after it creates
   * the new one.
   */
  readonly old?: Change;
  /** Whether the destroy always comes last; if not, Terraform does not order the two. */
  readonly isSure: boolean;
}

/** Attachments and other links whose old resource is, or may be, destroyed last. */
export const lostIn = once((changes: readonly Change[]): readonly Lost[] => [
  ...changes
    .filter((it) => it.doing === "replace" && it.isCreatedFirst && isSamePair(it, changes))
    .map((change): Lost => ({ change, isSure: true })),
  ...twinsOf(changes)
    .all.filter(({ isOne, code }) => isOne && code === undefined)
    .map(({ old, fresh }): Lost => ({ change: fresh, old, isSure: false })),
  ...sharedIn(changes),
]);

/** Whether a replacement manages the same pair as before. */
function isSamePair(change: Change, changes: readonly Change[]): boolean {
  const [had, has] = [samenessOf(change.type, change.before), samenessOf(change.type, change.after, change.unknown)];
  const isSame = had.length > 0 && had[0]?.code === undefined && had[0]?.key === has[0]?.key;
  return (
    isSame &&
    (change.type !== "aws_lb_target_group_attachment" ||
      attachesAtSamePort(change.before, change.after, groupPorts(changes)(change)))
  );
}

/** One of two resources that manage the same thing is destroyed, and the other one stays. */
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

/** Also for records, as one may have overwritten the other. */
function shareKey({ type, unknown }: Change, values: Change["before"]): string | undefined {
  if (type === "aws_route53_record") return identityOf(type, values, unknown);
  const [same] = samenessOf(type, values, unknown);
  return same?.code === undefined ? same?.key : undefined;
}
