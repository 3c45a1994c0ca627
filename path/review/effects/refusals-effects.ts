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
import { code, type EffectRule, listed, type PhrasedCause, report } from "../because";
import { hopOfGroup, isGone, type World } from "../world";

/* Requests that AWS refuses during an apply, for resources of any kind. */

/** Null for a resource that is not on a path. */
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

/** Deletion protection has to be turned off in an earlier apply. */
export const protectionRule: EffectRule = (change, world) => {
  if (!isGone(change)) return [];
  const found = PROTECTIONS.find(([attribute, value]) => own(change.before, attribute) === value);
  if (found === undefined) return [];
  const [attribute] = found;
  return report(change, world, {
    hop: hopOfChange(change, world),
    effect: "fails",
    attribute: change.forcedBy[0] ?? attribute,
    then: `AWS refuses to delete it because ${code(attribute)} is on`,
    avoid: `to delete it, turn off ${code(attribute)} in a separate apply first`,
    phrase: `${change.type === "aws_lb" ? "the load balancer" : code(change.address)} is protected from deletion`,
  });
};

/** A replacement that is created first with the name of the old resource. */
export const namesakeRule: EffectRule = (change, world) => {
  if (change.doing !== "replace" || !change.isCreatedFirst) return [];
  const has = identityOf(change.type, change.before);
  const rule = UNIQUE[change.type];
  if (has === undefined || rule === undefined || has !== identityOf(change.type, change.after, change.unknown))
    return [];
  // Such a record may overwrite the old one.
  if (change.type === "aws_route53_record" && own(change.after, "allow_overwrite") === true) return [];
  const [name = "name"] = rule.by;
  const given = rule.by.filter((it) => own(change.before, it) !== null && own(change.before, it) !== undefined);
  return report(change, world, {
    hop: hopOfChange(change, world),
    effect: "fails",
    then:
      `AWS refuses to create the new one with \`${rule.code}\` because the old one has the same ` +
      listed(given.map(code)),
    avoid:
      name === "name" &&
      /^aws_(lb|lb_target_group|security_group|autoscaling_group|launch_template|launch_configuration|iam_)/.test(
        change.type,
      )
        ? "use `name_prefix` instead of `name`, or change the name together with the attribute that forces the " +
          "replacement"
        : `change ${code(name)} too, or remove \`create_before_destroy\``,
    phrase: `${wordFor(change.type)} is created before the old one with the same name is destroyed`,
  });
};

const WORDS: Readonly<Record<string, string>> = {
  aws_lb: "the load balancer",
  aws_lb_target_group: "the target group",
  aws_security_group: "a security group",
  aws_lb_listener: "a listener",
  aws_lb_listener_rule: "a listener rule",
  aws_network_acl_rule: "a network ACL rule",
  aws_route53_record: "a record",
  aws_vpc_security_group_ingress_rule: "a security group rule",
  aws_vpc_security_group_egress_rule: "a security group rule",
  aws_launch_template: "a launch template",
  aws_autoscaling_group: "the Auto Scaling group",
};

/** Unique attributes other than names. */
const TAKEN: Readonly<Record<string, string>> = { port: "port", priority: "priority", rule_number: "rule number" };

function wordFor(type: string): string {
  return WORDS[type] ?? `a resource of type ${code(type)}`;
}

/** The resources that have a name, port or priority before the apply. */
const heldBy = once((world: World): ReadonlyMap<string, readonly Change[]> => {
  const found = new Map<string, Change[]>();
  for (const change of world.changes) {
    const key = change.isData ? undefined : identityOf(change.type, change.before);
    if (key !== undefined) addTo(found, key, change);
  }
  return found;
});

/** A resource with the name, port or priority of another one, for whose change or destroy Terraform does not wait. */
export const takenRule: EffectRule = (change, world): readonly PhrasedCause[] => {
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
  // A destroyed resource frees its address for a `moved` block; a replaced one does not.
  const isRenamed = twinsOf(world.changes).of(change)?.old === other;
  return report(change, world, {
    hop: hopOfChange(change, world),
    effect: "fails",
    attribute: isPermission ? "from_port" : name,
    then: `AWS refuses it with \`${rule.code}\` because ${code(other.address)} ${untilWhen(other, goes, what)}`,
    ...(isRenamed && { hcl: movedBlock(other.address, change.address) }),
    avoid: isRenamed
      ? "add the `moved` block if it is the same one under another address; or create the new one in a second apply"
      : goes
        ? "change one of the two in a separate apply first, to a value that is not in use"
        : `choose another ${code(name)}`,
    phrase:
      `${wordFor(change.type)} uses the same ${isPermission ? "permission" : (TAKEN[name] ?? "name")} as ` +
      "another one",
  });
};

function untilWhen({ doing }: Change, goes: boolean, what: string): string {
  return goes
    ? `has ${what} until it is ${doing === "update" ? "updated" : "destroyed"}, and Terraform does not wait for that`
    : `already has ${what}`;
}
