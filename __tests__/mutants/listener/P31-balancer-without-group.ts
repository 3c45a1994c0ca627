import type { RuleMutant } from "../mutant";
import { balancerOf } from "../parts/site";

export const P31: readonly RuleMutant[] = [
  {
    name: "the load balancer names no group, where the default group is closed",
    base: "site",
    at: { type: "aws_lb", attribute: "security_groups" },
    mutate: (stack) => {
      delete balancerOf(stack).body.security_groups;
    },
  },
  {
    name: "the load balancer names no group, where the default group is as AWS makes it",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "security_groups" },
    mutate: (stack) => {
      delete balancerOf(stack).body.security_groups;
    },
  },
  {
    name: "the load balancer's list of groups is empty",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "security_groups" },
    mutate: (stack) => {
      balancerOf(stack).body.security_groups = [];
    },
  },
];
