import type { RuleMutant } from "../mutant";
import { instances, template } from "../parts/servers";
import { named } from "../parts/site";

export const P61: readonly RuleMutant[] = [
  {
    name: "the instances set no security group",
    base: "site",
    at: { type: "aws_instance", attribute: "vpc_security_group_ids" },
    mutate: (stack) => {
      for (const it of instances(stack)) delete it.vpc_security_group_ids;
    },
  },
  {
    name: "the launch template sets no security group",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "vpc_security_group_ids" },
    mutate: (stack) => {
      delete template(stack).vpc_security_group_ids;
    },
  },
  {
    name: "one of two instances sets no security group",
    base: "inline-groups",
    at: { type: "aws_instance", attribute: "vpc_security_group_ids" },
    mutate: (stack) => {
      delete named(stack, "aws_instance", "b").vpc_security_group_ids;
    },
  },
];
