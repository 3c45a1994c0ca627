import type { RuleMutant } from "../mutant";
import { BY_AWS } from "../parts/site";
import { check } from "../parts/target-groups";

export const P56: readonly RuleMutant[] = [
  {
    name: "the matcher includes server errors",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "health_check.matcher" },
    cannot: { state: BY_AWS },
    mutate: (stack) => check(stack, { matcher: "200-599" }),
  },
  {
    name: "the matcher has gRPC codes",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "health_check.matcher" },
    cannot: { state: BY_AWS },
    mutate: (stack) => check(stack, { matcher: "0-99" }),
  },
];
