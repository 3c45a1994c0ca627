import type { Change } from "../../../topology/changes";
import { type Json, listOf, own } from "../../../topology/json";
import { isRuleBeside } from "../../../topology/permissions";
import { type EffectRule, named, type Told, tell } from "../because";
import { holdersOfGroup } from "../named-by";
import { goesFirst, hopOfGroup, isGone, type World } from "../world";

/* Security groups, their rules, and the prefix lists that those name. */

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
      return tell(change, world, {
        hop,
        effect: "none",
        attribute: change.differing.find((it) => it !== "tags"),
        then: "rules that stay are not touched, and connections that stand go on",
      });
    case "destroy":
      return tell(change, world, { hop, effect: "none", then: "nothing has it by then" });
    case "replace":
      return tell(change, world, {
        hop,
        effect: "brief",
        then: "the old group's rules go before everything has turned to the new one",
        avoid: "leave its name and description as they are",
        phrase: "while a security group is exchanged",
      });
    default:
      return [];
  }
};

function stillAttached(change: Change, holders: readonly string[], world: World): Told[] {
  return tell(change, world, {
    hop: hopOfGroup(own(change.before, "id"), world),
    effect: "fails",
    then:
      `AWS refuses to destroy it with \`DependencyViolation\`, after terraform has tried for 15 minutes, as ` +
      `${named(holders)} still ${holders.length === 1 ? "has" : "have"} it; its rules are gone meanwhile`,
    avoid:
      change.doing === "replace"
        ? "give the security group `lifecycle { create_before_destroy = true }` and `name_prefix` in place of " +
          "`name`; or leave its name and description as they are"
        : "take it away from what has it first",
    phrase: "a security group is still attached",
  });
}

export const groupRuleRule: EffectRule = (change, world) => {
  if (!isRuleBeside(change.type)) return [];
  const hop = hopOfGroup(own(change.before, "security_group_id"), world);
  if (hop === null) return [];
  switch (change.doing) {
    case "update":
      return tell(change, world, {
        hop,
        effect: "none",
        attribute: change.differing.find((it) => it !== "tags"),
        then: "connections that stand go on",
      });
    case "destroy":
      return tell(change, world, {
        hop,
        effect: "none",
        then: "what it let through is kept out from then on, unless another rule lets it through",
      });
    case "replace":
      return tell(change, world, {
        hop,
        effect: "brief",
        then: "for the moment in between, new connections that need it are dropped",
        avoid: change.forcedBy.includes("security_group_id")
          ? ""
          : "add the new rule first, and take the old one away in an apply of its own",
        phrase: "while a security group's rule is replaced",
      });
    default:
      return [];
  }
};

/** Lists of addresses that let clients in, and lose some of them. */
export const prefixListRule: EffectRule = (change, world) => {
  const id = listThatLoses(change);
  if (id === undefined) return [];
  const user = world.before?.securityGroups.find(
    (group) =>
      hopOfGroup(group.id, world) !== null &&
      [...group.ingress, ...group.egress].some(({ prefixListIds }) => prefixListIds.items.includes(id)),
  );
  if (user === undefined) return [];
  return tell(change, world, {
    hop: hopOfGroup(user.id, world),
    effect: "unknown",
    then:
      `${named([user.address])} lets through what the list holds, and nobody can tell here who needs the ` +
      "addresses that go",
    avoid: "make sure that no client comes from the addresses that go",
    phrase: "as a prefix list loses addresses",
  });
};

/** The id of a prefix list that has fewer addresses then. */
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
