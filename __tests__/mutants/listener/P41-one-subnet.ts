import type { RuleMutant } from "../mutant";
import { named, remove } from "../parts/site";
import { balancer, idOf, part, REFUSED_BALANCER } from "../parts/subnets";

export const P41: readonly RuleMutant[] = [
  {
    name: "the load balancer has only the first public subnet",
    base: "nat",
    at: { type: "aws_lb", attribute: "subnets" },
    also: ["P50"],
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      balancer(stack).subnets = [idOf(part(stack, "aws_subnet", "public-a"))];
    },
  },
  {
    name: "the network has only one subnet, for the load balancer and the instances",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "subnets" },
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      balancer(stack).subnets = ["${aws_subnet.a.id}"];
      named(stack, "aws_instance", "b").subnet_id = "${aws_subnet.a.id}";
      remove(stack, { address: "aws_subnet.b", body: {} });
    },
  },
];
