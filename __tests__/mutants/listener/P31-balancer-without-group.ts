import type { RuleMutant } from "../mutant";
import { balancerOf } from "../parts/site";

export const P31: readonly RuleMutant[] = [
  {
    name: "the load balancer has no security group, and the default security group has no rules",
    base: "site",
    at: { type: "aws_lb", attribute: "security_groups" },
    mutate: (stack) => {
      delete balancerOf(stack).body.security_groups;
    },
  },
  {
    name: "the load balancer has no security group, and the default security group is unchanged",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "security_groups" },
    mutate: (stack) => {
      delete balancerOf(stack).body.security_groups;
    },
  },
  {
    name: "the load balancer's list of security groups is empty",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "security_groups" },
    mutate: (stack) => {
      balancerOf(stack).body.security_groups = [];
    },
  },
];
