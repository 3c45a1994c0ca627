import type { RuleMutant } from "../mutant";
import { OF_CHANGES, renamed } from "../parts/two-writers";

export const P74: readonly RuleMutant[] = [
  {
    name: "a listener is renamed without a moved block",
    base: "site",
    at: { type: "aws_lb_listener" },
    cannot: { synthesized: OF_CHANGES, plan: OF_CHANGES, state: OF_CHANGES },
    mutate: renamed("aws_lb_listener"),
  },
];
