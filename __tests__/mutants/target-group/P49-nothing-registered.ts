import type { RuleMutant } from "../mutant";
import { addGroup, attachmentsOf } from "../parts/target-groups";
import { add, all, takeOutAll, the } from "../pick";

export const P49: readonly RuleMutant[] = [
  {
    name: "no instance is attached",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "targets" },
    mutate: (stack) => {
      takeOutAll(stack, "aws_lb_target_group_attachment");
    },
  },
  {
    name: "the Auto Scaling group does not list the target group",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "targets" },
    mutate: (stack) => {
      for (const { body } of all(stack, "aws_autoscaling_group")) delete body.target_group_arns;
    },
  },
  {
    name: "the instances are attached to a target group that nothing uses",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "targets" },
    also: ["P48"],
    shows: [/^aws_instance\./, /^aws_alb_listener\.https$/],
    mutate: (stack) => {
      const arn = addGroup(stack, "other");
      for (const { body } of attachmentsOf(stack)) body.target_group_arn = arn;
    },
  },
  {
    name: "the Auto Scaling group's own list is empty, but an attachment exists",
    base: "auto-scaling",
    at: { type: "aws_autoscaling_group", attribute: "target_group_arns" },
    cannot: {
      plan: "a plan does not contain `lifecycle`, so it is a warning there",
      state: "a state does not contain the configured list",
    },
    mutate: (stack) => {
      the(stack, "aws_autoscaling_group").body.target_group_arns = [];
      add(stack, "aws_autoscaling_attachment", "app", {
        autoscaling_group_name: "${aws_autoscaling_group.app.name}",
        lb_target_group_arn: "${aws_lb_target_group.app.arn}",
      });
    },
  },
];
