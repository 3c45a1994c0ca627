import type { RuleMutant } from "../mutant";
import { named } from "../parts/site";
import { balancer, part, REFUSED_BALANCER } from "../parts/subnets";

export const P42: readonly RuleMutant[] = [
  {
    name: "both public subnets are in the first zone of the region",
    base: "site",
    at: { type: "aws_lb", attribute: "subnets" },
    also: ["P50"],
    cannot: { plan: "a precondition of the stack fails", state: REFUSED_BALANCER },
    mutate: (stack) => {
      part(stack, "aws_subnet", "public-b").body.availability_zone = part(
        stack,
        "aws_subnet",
        "public-a",
      ).body.availability_zone;
    },
  },
  {
    name: "the load balancer has the public and the private subnet of the same zone",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "subnets" },
    also: ["P44", "P50"],
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      balancer(stack).subnets = ["${aws_subnet.public_a.id}", "${aws_subnet.private_a.id}"];
    },
  },
  {
    name: "the same zone is set twice",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "subnets" },
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      named(stack, "aws_subnet", "b").availability_zone = "us-east-1a";
    },
  },
];
