import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { BY_AWS } from "../parts/two-writers";
import { add } from "../pick";

export const P70: readonly RuleMutant[] = [
  {
    name: "two security groups have the name of the load balancer's",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "name" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_security_group", "second", { name: "balancer", description: "x", vpc_id: "${aws_vpc.main.id}" }),
  },
  {
    name: "two security groups have the name of the instances'",
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
