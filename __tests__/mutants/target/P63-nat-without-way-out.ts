import type { RuleMutant } from "../mutant";
import { subnet } from "../parts/servers";
import { named } from "../parts/site";
import { all, type Picked } from "../pick";

export const P63: readonly RuleMutant[] = [
  {
    name: "a NAT gateway is in the private subnet that routes to it",
    base: "nat",
    at: { type: "aws_nat_gateway", attribute: "subnet_id" },
    mutate: (stack) => {
      (all(stack, "aws_nat_gateway")[0] as Picked).body.subnet_id = subnet(stack, "private-a");
    },
  },
  {
    name: "the only NAT gateway is in a private subnet",
    base: "auto-scaling",
    at: { type: "aws_nat_gateway", attribute: "subnet_id" },
    mutate: (stack) => {
      named(stack, "aws_nat_gateway", "main").subnet_id = "${aws_subnet.private_a.id}";
    },
  },
  {
    name: "the route to the NAT gateway covers only private addresses",
    base: "auto-scaling",
    at: { type: "aws_route", attribute: "destination_cidr_block" },
    mutate: (stack) => {
      named(stack, "aws_route", "private").destination_cidr_block = "172.16.0.0/12";
    },
  },
];
