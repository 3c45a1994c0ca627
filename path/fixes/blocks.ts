import { blockOf, moduleOf } from "../../topology/addresses";
import type { Change } from "../../topology/changes";
import type { Permission } from "../../topology/permissions";
import { blocksStaying } from "../analysis/writers/coming";

/* Blocks of Terraform's language that keep what is there, ready to paste. */

/** Without what both addresses end with, where only their modules differ. */
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

/** Terraform writes no such address; as part of a block it would be another block. */
function isPlain(address: string): boolean {
  return !/[\u0000-\u001f\u007f\u2028\u2029]/.test(address);
}

/**
 * Terraform then keeps the resource, under its new address; empty where no block can say so. Where only its module has
 * another name, the block is of the module, with all that is in it.
 */
export function movedBlock(was: string, is: string): string {
  const [from, to] = shortest(was, is);
  return isPlain(from) && isPlain(to) ? `moved {\n  from = ${from}\n  to   = ${to}\n}` : "";
}

/**
 * Terraform then forgets the resource and leaves it on AWS. Empty where a block cannot say so: it is for all instances,
 * so that the configuration may have none of them any more.
 */
export function removedBlock(from: string, changes: readonly Change[]): string {
  // A block takes no key.
  const label = blockOf(from);
  return isPlain(label) && !label.includes("[") && !blocksStaying(changes).has(label)
    ? `removed {\n  from = ${label}\n  lifecycle {\n    destroy = false\n  }\n}`
    : "";
}

/**
 * Terraform then takes what stands into its state.
 * @param id as the provider takes it
 * @param note lines above the id
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

/** The import of a rule beside its group. */
export function importOfRule(type: string, address: string, permissions: readonly Permission[]): string {
  const [first] = permissions;
  if (first === undefined) return "";
  if (type !== "aws_security_group_rule")
    return importBlock(address, "sgr-…", ["the rule's id is not in the plan; it is what this prints:", lookUp(first)]);
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

/** Asks AWS for the id of a rule. */
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

/** A shell takes it for no more than it is. */
const SAFE = /^[A-Za-z0-9.:/_-]{1,80}$/;
