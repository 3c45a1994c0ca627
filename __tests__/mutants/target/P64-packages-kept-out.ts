import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { HASH } from "../parts/servers";
import { named, remove } from "../parts/site";
import { the } from "../pick";

export const P64: readonly RuleMutant[] = [
  {
    name: "the instances' security group allows no outbound traffic",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => remove(stack, { address: "aws_security_group_rule.app_out", body: {} }),
  },
  {
    name: "the instances' security group allows outbound traffic only on the application port",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      Object.assign(named(stack, "aws_security_group_rule", "app_out"), {
        protocol: "tcp",
        from_port: 8080,
        to_port: 8080,
      });
    },
  },
  {
    name: "the egress rule to S3 is missing",
    base: "site",
    at: { type: "aws_security_group", attribute: "egress" },
    cannot: { state: HASH },
    mutate: (stack) =>
      remove(
        stack,
        the(stack, "aws_vpc_security_group_egress_rule", ({ prefix_list_id }) => prefix_list_id !== undefined),
      ),
  },
  {
    name: "the instances' security group allows outbound traffic only to the VPC",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "egress" },
    cannot: { state: HASH },
    mutate: (stack) => {
      named(stack, "aws_security_group", "web").egress = [
        inlineRule({ from: 0, to: 65535, protocol: "tcp" }, { security_groups: ["${aws_security_group.alb.id}"] }),
      ];
    },
  },
];
