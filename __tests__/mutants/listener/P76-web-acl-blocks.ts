import type { RuleMutant } from "../mutant";
import { addWebAcl, visibility } from "../parts/listeners";

export const P76: readonly RuleMutant[] = [
  {
    name: "the web ACL blocks all requests",
    base: "site",
    at: { type: "aws_wafv2_web_acl", attribute: "default_action" },
    mutate: (stack) => addWebAcl(stack, {}),
  },
  {
    name: "the web ACL blocks by default, and its only rule blocks too",
    base: "inline-groups",
    at: { type: "aws_wafv2_web_acl", attribute: "default_action" },
    mutate: (stack) =>
      addWebAcl(stack, {
        rule: [
          {
            name: "rate",
            priority: 1,
            action: { block: {} },
            statement: { rate_based_statement: { limit: 1000, aggregate_key_type: "IP" } },
            visibility_config: visibility("rate"),
          },
        ],
      }),
  },
];
