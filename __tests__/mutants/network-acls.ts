import type { Mutant, SynthesizedJson } from "./mutant";
import { add, all, the } from "./pick";

/* P39 and P40: what network ACLs keep out, which know no connections. */

type Direction = "ingress" | "egress";

interface Entry {
  readonly number: number;
  readonly action?: "allow" | "deny";
  readonly protocol?: string;
  readonly cidr?: string;
  readonly ports?: readonly [number, number];
}

const EVERYTHING: Entry = { number: 100 };
const EPHEMERAL = [1024, 65535] as const;

/** One block of an ACL; JSON wants all of its arguments. */
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

const subnetsOf = (stack: SynthesizedJson, isPublic: boolean) =>
  all(stack, "aws_subnet")
    .filter(({ address }) => /public|aws_subnet\.[ab]$/.test(address) === isPublic)
    .map(({ address }) => `\${${address}.id}`);
const vpcId = (stack: SynthesizedJson) => `\${${the(stack, "aws_vpc").address}.id}`;

/** An ACL with its entries in it. */
function addAcl(
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

/** An ACL with its entries beside it. */
function addAclWithRules(
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

export const networkAclMutants: readonly Mutant[] = [
  {
    row: "P39",
    name: "the targets' ACL lets nothing out",
    base: "site",
    at: { type: "aws_network_acl", attribute: "egress" },
    mutate: (stack) => addAcl(stack, subnetsOf(stack, false), [EVERYTHING], []),
  },
  {
    row: "P39",
    name: "the balancer's ACL lets clients in, but no answers of the targets",
    base: "nat",
    at: { type: "aws_network_acl", attribute: "ingress" },
    mutate: (stack) =>
      addAcl(
        stack,
        subnetsOf(stack, true),
        [
          { number: 100, ports: [80, 80] },
          { number: 110, ports: [443, 443] },
        ],
        [EVERYTHING],
      ),
  },
  {
    row: "P39",
    name: "the balancer's ACL lets requests to the targets out, but no answers to clients",
    base: "created-zone",
    at: { type: "aws_network_acl", attribute: "egress" },
    mutate: (stack) =>
      addAcl(stack, subnetsOf(stack, true), [EVERYTHING], [{ number: 100, ports: [80, 80], cidr: "10.0.0.0/16" }]),
  },
  {
    row: "P39",
    name: "entries beside the targets' ACL let in port 80, not 8080",
    base: "auto-scaling",
    at: { type: "aws_network_acl", attribute: "ingress" },
    mutate: (stack) =>
      addAclWithRules(stack, subnetsOf(stack, false), [
        { direction: "ingress", number: 100, ports: [80, 80], cidr: "10.1.0.0/16" },
        { direction: "egress", ...EVERYTHING },
      ]),
  },
  {
    row: "P39",
    name: "the ACL of one of two subnets lets answers out to high ports only",
    base: "auto-scaling",
    at: { type: "aws_network_acl", attribute: "egress" },
    mutate: (stack) =>
      addAclWithRules(stack, subnetsOf(stack, false).slice(0, 1), [
        { direction: "ingress", ...EVERYTHING },
        { direction: "egress", number: 100, ports: [32768, 65535] },
        { direction: "egress", number: 110, ports: [443, 443] },
        { direction: "egress", number: 120, ports: [80, 80] },
      ]),
  },
  {
    row: "P39",
    name: "the ACL is for udp",
    base: "inline-groups",
    at: { type: "aws_network_acl", attribute: "ingress" },
    mutate: (stack) =>
      addAcl(stack, subnetsOf(stack, true), [{ number: 100, protocol: "udp", ports: [0, 65535] }], [EVERYTHING]),
  },
  {
    row: "P40",
    name: "an entry denies the balancer's subnets before a later one allows all",
    base: "site",
    at: { type: "aws_network_acl", attribute: "ingress" },
    mutate: (stack) =>
      addAcl(
        stack,
        subnetsOf(stack, false),
        [{ number: 50, action: "deny", cidr: "10.0.0.0/17" }, EVERYTHING],
        [EVERYTHING],
      ),
  },
  {
    row: "P40",
    name: "the adopted default ACL has no entries",
    base: "auto-scaling",
    at: { type: "aws_default_network_acl" },
    mutate: (stack) => {
      add(stack, "aws_default_network_acl", "closed", {
        default_network_acl_id: `\${${the(stack, "aws_vpc").address}.default_network_acl_id}`,
      });
    },
  },
  {
    row: "P40",
    name: "an entry denies 443 before a later one allows it",
    base: "inline-groups",
    at: { type: "aws_network_acl", attribute: "ingress" },
    mutate: (stack) =>
      addAcl(
        stack,
        subnetsOf(stack, true),
        [{ number: 90, action: "deny", ports: [443, 443] }, EVERYTHING],
        [EVERYTHING],
      ),
  },
  {
    row: "P40",
    name: "an entry beside the ACL denies answers before a later one allows them",
    base: "nat",
    at: { type: "aws_network_acl_rule" },
    mutate: (stack) =>
      addAclWithRules(stack, subnetsOf(stack, false), [
        { direction: "ingress", ...EVERYTHING },
        { direction: "egress", number: 10, action: "deny", ports: EPHEMERAL, cidr: "10.0.0.0/16" },
        { direction: "egress", number: 20 },
      ]),
  },
  {
    row: "P40",
    name: "a new ACL has no entries at all",
    base: "public",
    at: { type: "aws_network_acl" },
    mutate: (stack) => addAcl(stack, subnetsOf(stack, true).slice(0, 1), [], []),
  },
];
