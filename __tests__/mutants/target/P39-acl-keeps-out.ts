import type { RuleMutant } from "../mutant";
import { addAcl, addAclWithRules, EVERYTHING, subnetsOf } from "../parts/network-acls";

export const P39: readonly RuleMutant[] = [
  {
    name: "the targets' network ACL allows no outbound traffic",
    base: "site",
    at: { type: "aws_network_acl", attribute: "egress" },
    mutate: (stack) => addAcl(stack, subnetsOf(stack, false), [EVERYTHING], []),
  },
  {
    name: "the load balancer's network ACL allows clients, but no responses from the targets",
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
    name: "the load balancer's network ACL allows requests to the targets, but no responses to clients",
    base: "created-zone",
    at: { type: "aws_network_acl", attribute: "egress" },
    mutate: (stack) =>
      addAcl(stack, subnetsOf(stack, true), [EVERYTHING], [{ number: 100, ports: [80, 80], cidr: "10.0.0.0/16" }]),
  },
  {
    name: "separate entries of the targets' network ACL allow port 80, not 8080",
    base: "auto-scaling",
    at: { type: "aws_network_acl", attribute: "ingress" },
    mutate: (stack) =>
      addAclWithRules(stack, subnetsOf(stack, false), [
        { direction: "ingress", number: 100, ports: [80, 80], cidr: "10.1.0.0/16" },
        { direction: "egress", ...EVERYTHING },
      ]),
  },
  {
    name: "the network ACL of one of two subnets allows responses only to high ports",
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
    name: "the network ACL allows only udp",
    base: "inline-groups",
    at: { type: "aws_network_acl", attribute: "ingress" },
    mutate: (stack) =>
      addAcl(stack, subnetsOf(stack, true), [{ number: 100, protocol: "udp", ports: [0, 65535] }], [EVERYTHING]),
  },
];
