import { blockOf, moduleOf } from "../../topology/addresses";
import type { Change } from "../../topology/changes";
import type { Permission } from "../../topology/permissions";
import { blocksStaying } from "../analysis/writers/coming";

/* Terraform blocks that keep existing resources, ready to paste. */

/** Both addresses without their common end, if only their modules differ. */
function shortest(was: string, is: string): readonly [from: string, to: string] {
  const [old, now] = [moduleOf(was), moduleOf(is)];
  if (old === now || old === "" || now === "" || was.slice(old.length) !== is.slice(now.length)) return [was, is];
  // Modules in it keep their names.
  const [from, to] = [stepsOf(old), stepsOf(now)];
  while (from.length > 1 && to.length > 1 && from.at(-1) === to.at(-1)) {
    from.pop();
    to.pop();
  }
  return [from.join("."), to.join(".")];
}

/** `module.a` and `module.b` of `module.a.module.b`. */
function stepsOf(path: string): string[] {
  const parent = moduleOf(path);
  return parent === "" ? [path] : [...stepsOf(parent), path.slice(parent.length + 1)];
}

/**
 * Whether an address is safe in a block: Terraform writes no control characters, and they could start another block.
 */
function isPlain(address: string): boolean {
  return !/[\u0000-\u001f\u007f\u2028\u2029]/.test(address);
}

/**
 * Terraform then keeps the resource under its new address; empty if no block can express this. If only its module has
 * another name, the block moves the module with everything in it.
 */
export function movedBlock(was: string, is: string): string {
  const [from, to] = shortest(was, is);
  return isPlain(from) && isPlain(to) ? `moved {\n  from = ${from}\n  to   = ${to}\n}` : "";
}

/**
 * Terraform then forgets the resource and leaves it on AWS. Empty if a block cannot express this: it applies to all
 * instances, so the configuration must have none of them left.
 */
export function removedBlock(from: string, changes: readonly Change[]): string {
  // The block accepts no instance key.
  const label = blockOf(from);
  return isPlain(label) && !label.includes("[") && !blocksStaying(changes).has(label)
    ? `removed {\n  from = ${label}\n  lifecycle {\n    destroy = false\n  }\n}`
    : "";
}

/**
 * Terraform then imports the existing object into its state.
 * @param id in the provider's import format
 * @param note comment lines above the id
 */
export function importBlock(to: string, id: string, note: readonly string[] = []): string {
  return isPlain(to) && isPlain(id)
    ? [
        "import {",
        `  to = ${to}`,
        ...note.filter(isPlain).map((line) => `  # ${line}`),
        `  id = ${quoted(id)}`,
        "}",
      ].join("\n")
    : "";
}

/** `${` would begin an expression. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("${", "$${").replaceAll("%{", "%%{");
}

/** The import of a separate security group rule. */
export function importOfRule(type: string, address: string, permissions: readonly Permission[]): string {
  const [first] = permissions;
  if (first === undefined) return "";
  if (type !== "aws_security_group_rule")
    return importBlock(address, "sgr-…", ["the rule's id is not in the plan; to print it:", lookUp(first)]);
  const { group, direction, protocol, from = 0, to = 0 } = first;
  const sources = permissions.map(({ source }) => (source === group ? "self" : source));
  return importBlock(address, [group, direction, protocol === "-1" ? "all" : protocol, from, to, ...sources].join("_"));
}

const FIELDS: Readonly<Record<Permission["kind"], string>> = {
  cidr: "CidrIpv4",
  ipv6: "CidrIpv6",
  "prefix-list": "PrefixListId",
  group: "ReferencedGroupInfo.GroupId",
};

/** A command that prints the id of a rule. */
function lookUp({ group, direction, protocol, from, to, kind, source }: Permission): string {
  const is = (field: string, value: string | number): string[] =>
    typeof value === "number" || SAFE.test(value) ? [`${field}==\`${JSON.stringify(value)}\``] : [];
  const conditions = [
    `IsEgress==\`${direction === "egress"}\``,
    ...is("IpProtocol", protocol),
    ...(from === undefined ? [] : is("FromPort", from)),
    ...(to === undefined ? [] : is("ToPort", to)),
    ...is(FIELDS[kind], source),
  ];
  return (
    `aws ec2 describe-security-group-rules --filters Name=group-id,Values=${SAFE.test(group) ? group : "sg-…"} ` +
    `--query 'SecurityGroupRules[?${conditions.join(" && ")}].SecurityGroupRuleId' --output text`
  );
}

/** Safe in a shell without quotes. */
const SAFE = /^[A-Za-z0-9.:/_-]{1,80}$/;
