import type { RuleMutant } from "../mutant";
import { addAcl, addAclWithRules, EPHEMERAL, EVERYTHING, subnetsOf } from "../parts/network-acls";
import { add, the } from "../pick";

export const P40: readonly RuleMutant[] = [
  {
    name: "an entry denies the load balancer's subnets before a later one allows all",
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
    name: "the adopted default network ACL has no entries",
    base: "auto-scaling",
    at: { type: "aws_default_network_acl" },
    mutate: (stack) => {
      add(stack, "aws_default_network_acl", "closed", {
        default_network_acl_id: `\${${the(stack, "aws_vpc").address}.default_network_acl_id}`,
      });
    },
  },
  {
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
    name: "a separate entry denies responses before a later one allows them",
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
    name: "a new network ACL has no entries",
    base: "public",
    at: { type: "aws_network_acl" },
    mutate: (stack) => addAcl(stack, subnetsOf(stack, true).slice(0, 1), [], []),
  },
];
