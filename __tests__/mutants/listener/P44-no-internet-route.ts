import type { RuleMutant } from "../mutant";
import { named, remove } from "../parts/site";
import { balancer, idOf, part, publicRoute } from "../parts/subnets";

export const P44: readonly RuleMutant[] = [
  {
    name: "the public route table has no route to the internet",
    base: "site",
    at: { type: "aws_route_table", attribute: "route" },
    mutate: (stack) => remove(stack, publicRoute(stack)),
  },
  {
    name: "the load balancer is in the private subnets",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "subnets" },
    mutate: (stack) => {
      balancer(stack).subnets = ["${aws_subnet.private_a.id}", "${aws_subnet.private_b.id}"];
    },
  },
  {
    name: "one of its two subnets is private",
    base: "nat",
    at: { type: "aws_lb", attribute: "subnets" },
    mutate: (stack) => {
      balancer(stack).subnets = [
        idOf(part(stack, "aws_subnet", "public-a")),
        idOf(part(stack, "aws_subnet", "private-b")),
      ];
    },
  },
  {
    name: "the route to the internet gateway covers only some addresses",
    base: "inline-groups",
    at: { type: "aws_route", attribute: "destination_cidr_block" },
    also: ["P62"],
    mutate: (stack) => {
      named(stack, "aws_route", "internet").destination_cidr_block = "8.0.0.0/8";
    },
  },
];
