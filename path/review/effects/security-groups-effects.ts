import type { Change } from "../../../topology/changes";
import { type Json, listOf, own } from "../../../topology/json";
import { isRuleBeside } from "../../../topology/permissions";
import { once } from "../../analysis/once";
import { type EffectRule, named, type PhrasedCause, report } from "../because";
import { holdersOfGroup } from "../named-by";
import { goesFirst, hopOfGroup, isGone, type World } from "../world";

/* Security groups, their rules, and the prefix lists that the rules use. */

export const securityGroupRule: EffectRule = (change, world) => {
  if (change.type !== "aws_security_group") return [];
  const id = own(change.before, "id");
  if (typeof id !== "string" || id === "") return [];
  const hop = hopOfGroup(id, world);
  if (isGone(change)) {
    const holders = holdersOfGroup(id, change, world);
    if (goesFirst(change) && holders.length > 0) return stillAttached(change, holders, world);
  }
  if (hop === null) return [];
  switch (change.doing) {
    case "update":
      return report(change, world, {
        hop,
        effect: "none",
        attribute: change.differing.find((it) => it !== "tags"),
        then: "its other rules do not change, and existing connections continue",
      });
    case "destroy":
      return report(change, world, { hop, effect: "none", then: "nothing uses it by then" });
    case "replace":
      return report(change, world, {
        hop,
        effect: "brief",
        then: "the rules of the old security group are destroyed before everything uses the new one",
        avoid: "keep its name and description as they are",
        phrase: "while a security group is replaced",
      });
    default:
      return [];
  }
};

function stillAttached(change: Change, holders: readonly string[], world: World): PhrasedCause[] {
  return report(change, world, {
    hop: hopOfGroup(own(change.before, "id"), world),
    effect: "fails",
    then:
      `AWS refuses to delete it with \`DependencyViolation\`, after 15 minutes of retries, because ` +
      `${named(holders)} still ${holders.length === 1 ? "uses" : "use"} it${withoutRules(change, world)}`,
    avoid:
      change.doing === "replace"
        ? "add `lifecycle { create_before_destroy = true }` to the security group and use `name_prefix` instead of " +
          "`name`; or keep its name and description as they are"
        : "detach it from the resources that use it first",
    phrase: "a security group is still attached",
  });
}

/** Inline rules stay until the security group is deleted, unless the provider is configured to revoke them first. */
function withoutRules({ before }: Change, world: World): string {
  const isBare = own(before, "revoke_rules_on_delete") === true || groupsThatLoseRules(world).has(own(before, "id"));
  return isBare ? "; the rules that are removed before that are missing during that time" : "";
}

/** Ids of the security groups whose separate rules are removed first. */
const groupsThatLoseRules = once(
  ({ moving }: World): ReadonlySet<unknown> =>
    new Set(
      moving
        .filter((it) => isRuleBeside(it.type) && goesFirst(it))
        .map(({ before }) => own(before, "security_group_id")),
    ),
);

export const groupRuleRule: EffectRule = (change, world) => {
  if (!isRuleBeside(change.type)) return [];
  const hop = hopOfGroup(own(change.before, "security_group_id"), world);
  if (hop === null) return [];
  switch (change.doing) {
    case "update":
      return report(change, world, {
        hop,
        effect: "none",
        attribute: change.differing.find((it) => it !== "tags"),
        then: "existing connections continue",
      });
    case "destroy":
      return report(change, world, {
        hop,
        effect: "none",
        then: "connections that no other rule allows are blocked; what requests need is reported separately",
      });
    case "replace":
      return report(change, world, {
        hop,
        effect: "brief",
        then: "new connections that need it time out until the new rule is created",
        avoid: change.forcedBy.includes("security_group_id")
          ? ""
          : "add the new rule first, and remove the old one in a separate apply",
        phrase: "while a security group rule is replaced",
      });
    default:
      return [];
  }
};

/** Prefix lists that lose entries and that a security group on the path uses. */
export const prefixListRule: EffectRule = (change, world) => {
  const id = listThatLoses(change);
  if (id === undefined) return [];
  const user = world.before?.securityGroups.find(
    (group) =>
      hopOfGroup(group.id, world) !== null &&
      [...group.ingress, ...group.egress].some(({ prefixListIds }) => prefixListIds.items.includes(id)),
  );
  if (user === undefined) return [];
  return report(change, world, {
    hop: hopOfGroup(user.id, world),
    effect: "unknown",
    then:
      `${named([user.address])} allows traffic of this prefix list, and it cannot be determined whether clients use ` +
      "the removed addresses",
    avoid: "make sure that no client uses the removed addresses",
    phrase: "a prefix list loses addresses",
  });
};

/** The ID of a prefix list that loses addresses. */
function listThatLoses(change: Change): string | undefined {
  const { type, before, after, doing } = change;
  const isEntry = type === "aws_ec2_managed_prefix_list_entry";
  if ((!isEntry && type !== "aws_ec2_managed_prefix_list") || before === undefined) return undefined;
  const cidrs = (values: Json | undefined) => listOf(own(values, "entry")).map((it) => own(it, "cidr"));
  const left = new Set(cidrs(after));
  const isLess = isGone(change) || (!isEntry && doing === "update" && cidrs(before).some((it) => !left.has(it)));
  const id = own(before, isEntry ? "prefix_list_id" : "id");
  return isLess && typeof id === "string" ? id : undefined;
}
