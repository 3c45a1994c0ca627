import type { RuleMutant } from "../mutant";
import { BY_AWS } from "../parts/site";
import { check } from "../parts/target-groups";

export const P57: readonly RuleMutant[] = [
  {
    name: "the timeout is as long as the interval",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "health_check.timeout" },
    cannot: { state: BY_AWS },
    mutate: (stack) => check(stack, { timeout: 15 }),
  },
  {
    name: "the interval is as short as AWS's default timeout",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "health_check.timeout" },
    cannot: { state: BY_AWS },
    mutate: (stack) => check(stack, { interval: 5 }),
  },
];
