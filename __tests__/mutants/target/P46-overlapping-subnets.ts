import type { RuleMutant } from "../mutant";
import { named } from "../parts/site";
import { part, REFUSED_SUBNET } from "../parts/subnets";

export const P46: readonly RuleMutant[] = [
  {
    name: "a public subnet has the CIDR block of a private one",
    base: "site",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    cannot: { state: REFUSED_SUBNET },
    mutate: (stack) => {
      part(stack, "aws_subnet", "private-a").body.cidr_block = part(stack, "aws_subnet", "public-a").body.cidr_block;
    },
  },
  {
    name: "a subnet's CIDR block is in another network",
    base: "auto-scaling",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    cannot: { state: REFUSED_SUBNET },
    mutate: (stack) => {
      named(stack, "aws_subnet", "private_b").cidr_block = "10.2.11.0/24";
    },
  },
  {
    name: "a larger CIDR block contains that of its neighbor",
    base: "inline-groups",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    cannot: { state: REFUSED_SUBNET },
    mutate: (stack) => {
      named(stack, "aws_subnet", "b").cidr_block = "172.20.0.0/22";
    },
  },
];
