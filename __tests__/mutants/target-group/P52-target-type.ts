import type { RuleMutant } from "../mutant";
import { BY_AWS, groupOf } from "../parts/site";
import { attachmentsOf } from "../parts/target-groups";

export const P52: readonly RuleMutant[] = [
  {
    name: "the target group accepts IP addresses, but instances are attached",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "target_type" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      groupOf(stack).body.target_type = "ip";
    },
  },
  {
    name: "one instance is attached by its IP address",
    base: "inline-groups",
    at: { type: "aws_alb_target_group_attachment", attribute: "target_id" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      for (const { body } of attachmentsOf(stack).slice(0, 1))
        body.target_id = String(body.target_id).replace(/\.id\}$/, ".private_ip}");
    },
  },
  {
    name: "an Auto Scaling group is attached to a target group for IP addresses",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "target_type" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      groupOf(stack).body.target_type = "ip";
    },
  },
];
