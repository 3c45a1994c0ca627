import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { BY_AWS } from "../parts/two-writers";
import { add } from "../pick";

export const P70: readonly RuleMutant[] = [
  {
    name: "a second security group has the same name as the load balancer's",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "name" },
    shows: [/^aws_security_group\.balancer$/],
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_security_group", "second", {
        name: "balancer",
        description: "Another one",
        vpc_id: "${aws_vpc.main.id}",
      }),
  },
  {
    name: "a second security group has the same name as the instances'",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "name" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_security_group", "second", {
        name: "web",
        description: "x",
        vpc_id: "${aws_vpc.main.id}",
        ingress: [inlineRule({ from: 22, to: 22, protocol: "tcp" }, { cidr_blocks: ["10.0.0.0/8"] })],
      }),
  },
];
