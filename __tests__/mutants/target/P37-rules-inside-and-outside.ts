import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { groups, READ_BACK, tcp } from "../parts/security-groups";
import { named } from "../parts/site";
import { add } from "../pick";

export const P37: readonly RuleMutant[] = [
  {
    name: "the instances' security group has an inline block in addition to its separate rules",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    cannot: { state: READ_BACK },
    mutate: (stack) => {
      groups(stack).servers.body.ingress = [inlineRule(tcp(22), { cidr_blocks: ["10.0.0.0/16"] })];
    },
  },
  {
    name: "the load balancer's security group has an egress block in addition to its separate rule",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "egress" },
    cannot: { state: READ_BACK },
    mutate: (stack) => {
      named(stack, "aws_security_group", "balancer").egress = [
        inlineRule({ from: 0, to: 0, protocol: "-1" }, { cidr_blocks: ["0.0.0.0/0"] }),
      ];
    },
  },
  {
    name: "a security group with inline rules has a separate rule",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    cannot: { state: READ_BACK },
    mutate: (stack) => {
      add(stack, "aws_security_group_rule", "office", {
        type: "ingress",
        security_group_id: "${aws_security_group.web.id}",
        protocol: "tcp",
        from_port: 22,
        to_port: 22,
        cidr_blocks: ["203.0.113.0/24"],
      });
    },
  },
];
