import type { RuleMutant } from "../mutant";
import { instances, NEW_PLAN, NO_CHANGE } from "../parts/servers";

export const P66: readonly RuleMutant[] = [
  {
    name: "user_data_replace_on_change is missing",
    base: "site",
    at: { type: "aws_instance", attribute: "user_data_replace_on_change" },
    cannot: { synthesized: NO_CHANGE, plan: NEW_PLAN, state: NO_CHANGE },
    mutate: (stack) => {
      for (const it of instances(stack)) delete it.user_data_replace_on_change;
    },
  },
  {
    name: "user_data_replace_on_change is false",
    base: "public",
    at: { type: "aws_instance", attribute: "user_data_replace_on_change" },
    cannot: { synthesized: NO_CHANGE, plan: NEW_PLAN, state: NO_CHANGE },
    mutate: (stack) => {
      for (const it of instances(stack)) it.user_data_replace_on_change = false;
    },
  },
];
