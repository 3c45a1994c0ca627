import type { RuleMutant } from "../mutant";
import { addAcl, addAclWithRules, EVERYTHING, subnetsOf } from "../parts/network-acls";

export const P39: readonly RuleMutant[] = [
  {
    name: "the targets' ACL lets nothing out",
    base: "site",
    at: { type: "aws_network_acl", attribute: "egress" },
    mutate: (stack) => addAcl(stack, subnetsOf(stack, false), [EVERYTHING], []),
  },
  {
    name: "the load balancer's ACL lets clients in, but no answers of the targets",
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
    name: "the load balancer's ACL lets requests to the targets out, but no answers to clients",
    base: "created-zone",
    at: { type: "aws_network_acl", attribute: "egress" },
    mutate: (stack) =>
      addAcl(stack, subnetsOf(stack, true), [EVERYTHING], [{ number: 100, ports: [80, 80], cidr: "10.0.0.0/16" }]),
  },
  {
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
    name: "the ACL is for udp",
    base: "inline-groups",
    at: { type: "aws_network_acl", attribute: "ingress" },
    mutate: (stack) =>
      addAcl(stack, subnetsOf(stack, true), [{ number: 100, protocol: "udp", ports: [0, 65535] }], [EVERYTHING]),
  },
];
