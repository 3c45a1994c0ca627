import type { RuleMutant } from "../mutant";
import { named, remove } from "../parts/site";
import { gatewayElsewhere, part } from "../parts/subnets";
import { add } from "../pick";

export const P45: readonly RuleMutant[] = [
  {
    name: "one public subnet is not associated with the public route table",
    base: "site",
    at: { type: "aws_subnet", attribute: "route_table_id" },
    mutate: (stack) => remove(stack, part(stack, "aws_route_table_association", "public-association-b")),
  },
  {
    name: "a public route table is created but not associated",
    base: "inline-groups",
    at: { type: "aws_subnet", attribute: "route_table_id" },
    also: ["P62"],
    shows: [/^aws_subnet\./, /^aws_internet_gateway\./],
    mutate: (stack) => {
      named(stack, "aws_route", "internet").route_table_id =
        `\${${add(stack, "aws_route_table", "public", { vpc_id: "${aws_vpc.main.id}" })}.id}`;
    },
  },
  {
    name: "the route points to the internet gateway of another VPC",
    base: "auto-scaling",
    at: { type: "aws_route", attribute: "gateway_id" },
    also: ["P63"],
    cannot: { state: "on AWS a route cannot point to the internet gateway of another VPC" },
    mutate: (stack) => {
      named(stack, "aws_route", "public").gateway_id = gatewayElsewhere(stack);
    },
  },
];
