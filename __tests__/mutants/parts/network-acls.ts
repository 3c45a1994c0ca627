import type { SynthesizedJson } from "../mutant";
import { add, all } from "../pick";
import { vpcId } from "./site";

export type Direction = "ingress" | "egress";

export interface Entry {
  readonly number: number;
  readonly action?: "allow" | "deny";
  readonly protocol?: string;
  readonly cidr?: string;
  readonly ports?: readonly [number, number];
}

export const EVERYTHING: Entry = { number: 100 };

export const EPHEMERAL = [1024, 65535] as const;

/** One block of an ACL; JSON requires all of its arguments. */
const block = ({ number, action = "allow", protocol, cidr = "0.0.0.0/0", ports }: Entry) => ({
  rule_no: number,
  action,
  protocol: protocol ?? (ports === undefined ? "-1" : "tcp"),
  cidr_block: cidr,
  from_port: ports?.[0] ?? 0,
  to_port: ports?.[1] ?? 0,
  icmp_code: null,
  icmp_type: null,
  ipv6_cidr_block: null,
});

export const subnetsOf = (stack: SynthesizedJson, isPublic: boolean) =>
  all(stack, "aws_subnet")
    .filter(({ address }) => /public|aws_subnet\.[ab]$/.test(address) === isPublic)
    .map(({ address }) => `\${${address}.id}`);

/** An ACL with inline entries. */
export function addAcl(
  stack: SynthesizedJson,
  subnets: readonly string[],
  ingress: readonly Entry[],
  egress: readonly Entry[],
): void {
  add(stack, "aws_network_acl", "added", {
    vpc_id: vpcId(stack),
    subnet_ids: subnets,
    ingress: ingress.map(block),
    egress: egress.map(block),
  });
}

/** An ACL with separate entries. */
export function addAclWithRules(
  stack: SynthesizedJson,
  subnets: readonly string[],
  rules: readonly (Entry & { readonly direction: Direction })[],
): void {
  const acl = add(stack, "aws_network_acl", "added", { vpc_id: vpcId(stack) });
  subnets.forEach((subnet, index) =>
    add(stack, "aws_network_acl_association", `added_${index}`, { network_acl_id: `\${${acl}.id}`, subnet_id: subnet }),
  );
  for (const { direction, ...entry } of rules) {
    const { rule_no: number, action, protocol, cidr_block, from_port, to_port } = block(entry);
    add(stack, "aws_network_acl_rule", `${direction}_${number}`, {
      network_acl_id: `\${${acl}.id}`,
      egress: direction === "egress",
      rule_number: number,
      rule_action: action,
      protocol,
      cidr_block,
      ...(protocol !== "-1" && { from_port, to_port }),
    });
  }
}
