import type { RuleMutant } from "../mutant";
import { balancerOf } from "../parts/site";

export const P09: readonly RuleMutant[] = [
  {
    name: "the load balancer is internal",
    base: "site",
    at: { type: "aws_lb", attribute: "internal" },
    mutate: (stack) => {
      balancerOf(stack).body.internal = true;
    },
  },
  {
    name: "the load balancer is internal, and a CNAME points to it",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "internal" },
    mutate: (stack) => {
      balancerOf(stack).body.internal = true;
    },
  },
];
