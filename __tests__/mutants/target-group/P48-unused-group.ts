import type { RuleMutant } from "../mutant";
import { httpsOf } from "../parts/site";
import { addGroup, attachmentsOf, forwardTo } from "../parts/target-groups";
import { add, copyOf } from "../pick";

export const P48: readonly RuleMutant[] = [
  {
    name: "the listener forwards to another target group",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "arn" },
    also: ["P49"],
    mutate: (stack) => {
      httpsOf(stack).body.default_action = forwardTo(addGroup(stack, "other"));
    },
  },
  {
    name: "the listener returns a fixed response",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "arn" },
    mutate: (stack) => {
      httpsOf(stack).body.default_action = [
        {
          type: "fixed-response",
          fixed_response: { content_type: "text/plain", message_body: "it works", status_code: "200" },
        },
      ];
    },
  },
  {
    name: "one of two target groups with instances has no listener rule",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "arn" },
    mutate: (stack) => {
      const arn = addGroup(stack, "api");
      for (const { body } of attachmentsOf(stack).slice(0, 1))
        add(stack, "aws_alb_target_group_attachment", "api", { ...copyOf(body), target_group_arn: arn });
    },
  },
];
