import type { RuleMutant } from "../mutant";
import { OF_CHANGES, renamed } from "../parts/two-writers";

export const P75: readonly RuleMutant[] = [
  {
    name: "attachments are renamed without moved blocks",
    base: "inline-groups",
    at: { type: "aws_alb_target_group_attachment" },
    cannot: { synthesized: OF_CHANGES, plan: OF_CHANGES, state: OF_CHANGES },
    mutate: renamed("aws_alb_target_group_attachment"),
  },
];
