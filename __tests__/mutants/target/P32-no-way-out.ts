import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { classic, groups, inline, tcp, toInstances } from "../parts/security-groups";
import { remove } from "../parts/site";

export const P32: readonly RuleMutant[] = [
  {
    name: "the load balancer's security group has no egress rule",
    base: "site",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => remove(stack, toInstances(stack)),
  },
  {
    name: "egress is allowed on the listener's port, not on the targets' port",
    base: "nat",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      Object.assign(toInstances(stack).body, { from_port: 443, to_port: 443 });
    },
  },
  {
    name: "the egress rule references the load balancer's own security group",
    base: "public",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      toInstances(stack).body.referenced_security_group_id = `\${${groups(stack).balancer.address}.id}`;
    },
  },
  {
    name: "the egress rule allows the load balancer's own subnets, not those of the targets",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      const out = classic(stack, "balancer_out");
      delete out.source_security_group_id;
      out.cidr_blocks = ["10.1.0.0/24", "10.1.1.0/24"];
    },
  },
  {
    name: "the security group with inline rules has no egress rule",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      delete inline(stack, "alb").egress;
    },
  },
  {
    name: "the egress rule allows only one of the targets' two subnets",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      inline(stack, "alb").egress = [inlineRule(tcp(80), { cidr_blocks: ["172.20.1.0/24"] })];
    },
  },
];
