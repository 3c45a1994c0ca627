import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { classic, groups, inline, tcp, toInstances } from "../parts/security-groups";
import { remove } from "../parts/site";

export const P32: readonly RuleMutant[] = [
  {
    name: "the load balancer's group has no rule for what goes out",
    base: "site",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => remove(stack, toInstances(stack)),
  },
  {
    name: "the listener's port is let out, not the targets'",
    base: "nat",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      Object.assign(toInstances(stack).body, { from_port: 443, to_port: 443 });
    },
  },
  {
    name: "the load balancer is let out to its own group",
    base: "public",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      toInstances(stack).body.referenced_security_group_id = `\${${groups(stack).balancer.address}.id}`;
    },
  },
  {
    name: "the load balancer is let out to its own subnets, not to those of the targets",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      const out = classic(stack, "balancer_out");
      delete out.source_security_group_id;
      out.cidr_blocks = ["10.1.0.0/24", "10.1.1.0/24"];
    },
  },
  {
    name: "the group with its rules inside has none for what goes out",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      delete inline(stack, "alb").egress;
    },
  },
  {
    name: "the load balancer is let out to one of the targets' two subnets",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      inline(stack, "alb").egress = [inlineRule(tcp(80), { cidr_blocks: ["172.20.1.0/24"] })];
    },
  },
];
