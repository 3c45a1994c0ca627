import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import { addTo } from "../../../topology/lists";
import { once } from "../../analysis/once";
import { identityOf } from "../../analysis/writers/once-on-aws";
import { twinsOf } from "../../analysis/writers/twins";
import { HOP_OF_TYPE } from "../../facts/hops-of-types";
import { GROUP_RULES, UNIQUE } from "../../facts/unique";
import { movedBlock } from "../../fixes/blocks";
import type { Hop } from "../../report";
import { code, type EffectRule, listed, type Told, tell } from "../because";
import { hopOfGroup, isGone, type World } from "../world";

/* What AWS refuses in the middle of an apply, whatever the resource is for. */

/** Null for what stands on no path. */
function hopOfChange({ type, before, after }: Change, world: World): Hop | null {
  if (GROUP_RULES.includes(type)) return hopOfGroup(own(before ?? after, "security_group_id"), world);
  return type === "aws_security_group" ? hopOfGroup(own(before, "id"), world) : (HOP_OF_TYPE[type] ?? null);
}

const PROTECTIONS: readonly (readonly [attribute: string, value: unknown])[] = [
  ["enable_deletion_protection", true],
  ["deletion_protection", true],
  ["deletion_protection", "ACTIVE"],
  ["deletion_protection_enabled", true],
  ["delete_protection", true],
];

/** The provider takes a protection off only in an apply of its own. */
export const protectionRule: EffectRule = (change, world) => {
  if (!isGone(change)) return [];
  const found = PROTECTIONS.find(([attribute, value]) => own(change.before, attribute) === value);
  if (found === undefined) return [];
  const [attribute] = found;
  return tell(change, world, {
    hop: hopOfChange(change, world),
    effect: "fails",
    attribute: change.forcedBy[0] ?? attribute,
    then: `AWS refuses to destroy it, as ${code(attribute)} is on`,
    avoid: `set ${code(attribute)} to off in a separate apply first, to delete it`,
    phrase: `${change.type === "aws_lb" ? "the load balancer" : code(change.address)} is protected from deletion`,
  });
};

/** A new one is made before the old one goes, and has its name. */
export const namesakeRule: EffectRule = (change, world) => {
  if (change.doing !== "replace" || !change.isCreatedFirst) return [];
  const has = identityOf(change.type, change.before);
  const rule = UNIQUE[change.type];
  if (has === undefined || rule === undefined || has !== identityOf(change.type, change.after, change.unknown))
    return [];
  // A record is asked for with what it may overwrite.
  if (change.type === "aws_route53_record" && own(change.after, "allow_overwrite") === true) return [];
  const [name = "name"] = rule.by;
  const given = rule.by.filter((it) => own(change.before, it) !== null && own(change.before, it) !== undefined);
  return tell(change, world, {
    hop: hopOfChange(change, world),
    effect: "fails",
    then: `AWS refuses the new one with \`${rule.code}\`, as the old one still has its ${listed(given.map(code))}`,
    avoid:
      name === "name" &&
      /^aws_(lb|lb_target_group|security_group|autoscaling_group|launch_template|launch_configuration|iam_)/.test(
        change.type,
      )
        ? "use `name_prefix` in place of `name`, or a name that changes with what forces the replacement"
        : `let ${code(name)} change with it, or leave \`create_before_destroy\` away`,
    phrase: `${wordFor(change.type)} is replaced under a name that the old one still has`,
  });
};

const WORDS: Readonly<Record<string, string>> = {
  aws_lb: "the load balancer",
  aws_lb_target_group: "the target group",
  aws_security_group: "a security group",
  aws_lb_listener: "a listener",
  aws_lb_listener_rule: "a listener rule",
  aws_network_acl_rule: "a network ACL's rule",
  aws_route53_record: "a record",
  aws_vpc_security_group_ingress_rule: "a security group's rule",
  aws_vpc_security_group_egress_rule: "a security group's rule",
  aws_launch_template: "a launch template",
  aws_autoscaling_group: "the Auto Scaling group",
};

/** What is taken, where it is no name. */
const TAKEN: Readonly<Record<string, string>> = { port: "a port", priority: "a priority", rule_number: "a number" };

function wordFor(type: string): string {
  return WORDS[type] ?? `a resource of type ${code(type)}`;
}

/** Who has a name, port or priority today. */
const heldBy = once((world: World): ReadonlyMap<string, readonly Change[]> => {
  const found = new Map<string, Change[]>();
  for (const change of world.changes) {
    const key = change.isData ? undefined : identityOf(change.type, change.before);
    if (key !== undefined) addTo(found, key, change);
  }
  return found;
});

/**
 * Something takes a name, a port or a priority that another one still has, as terraform does not wait for that one to
 * let go.
 */
export const takenRule: EffectRule = (change, world): readonly Told[] => {
  if (change.isData || !["create", "update", "replace"].includes(change.doing)) return [];
  const key = identityOf(change.type, change.after, change.unknown);
  const rule = UNIQUE[change.type];
  if (key === undefined || rule === undefined || key === identityOf(change.type, change.before)) return [];
  if (change.type === "aws_route53_record" && own(change.after, "allow_overwrite") === true) return [];
  const other = heldBy(world)
    .get(key)
    ?.find((it) => it !== change);
  if (other === undefined) return [];
  const [name = ""] = rule.by;
  const isPermission = GROUP_RULES.includes(change.type);
  const what = isPermission ? "the same permission" : `${code(name)} ${code(String(own(change.after, name)))}`;
  const goes = isGone(other) || other.doing === "update";
  // Only what is destroyed leaves its address; what is replaced keeps it, and nothing can be moved from there.
  const isRenamed = twinsOf(world.changes).of(change)?.old === other;
  return tell(change, world, {
    hop: hopOfChange(change, world),
    effect: "fails",
    attribute: isPermission ? "from_port" : name,
    then: `AWS refuses that with \`${rule.code}\`, as ${code(other.address)} has ${what} ${untilWhen(other, goes)}`,
    ...(isRenamed && { hcl: movedBlock(other.address, change.address) }),
    avoid: isRenamed
      ? "add the `moved` block, if it is the same one under another name; or make the new one in a second apply"
      : goes
        ? "change one of the two in an apply of its own, by way of a value that nobody has"
        : `choose another ${code(name)}`,
    phrase:
      `${wordFor(change.type)} takes ${isPermission ? "a permission" : (TAKEN[name] ?? "a name")} that another ` +
      "one still has",
  });
};

function untilWhen({ doing }: Change, goes: boolean): string {
  return goes
    ? `too until it is ${doing === "update" ? "changed" : "destroyed"}, and terraform does not wait for that`
    : "already";
}
