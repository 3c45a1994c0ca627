import type { RuleMutant } from "../mutant";
import { balancerOf, groupOf } from "../parts/site";

export const P60: readonly RuleMutant[] = [
  {
    name: "the deregistration delay is 0",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "deregistration_delay" },
    verdict: "ok",
    mutate: (stack) => {
      groupOf(stack).body.deregistration_delay = "0";
    },
  },
  {
    name: "requests may take ten minutes, and the delay is AWS's default",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "deregistration_delay" },
    verdict: "ok",
    mutate: (stack) => {
      balancerOf(stack).body.idle_timeout = 600;
    },
  },
  {
    name: "each target drains for half an hour",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "deregistration_delay" },
    verdict: "ok",
    mutate: (stack) => {
      groupOf(stack).body.deregistration_delay = 1800;
    },
  },
];
