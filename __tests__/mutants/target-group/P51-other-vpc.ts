import type { RuleMutant } from "../mutant";
import { BY_AWS, balancerOf, groupOf } from "../parts/site";
import { addOtherNetwork } from "../parts/target-groups";
import { the } from "../pick";

export const P51: readonly RuleMutant[] = [
  {
    name: "the target group is in another VPC",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "vpc_id" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      addOtherNetwork(stack);
      groupOf(stack).body.vpc_id = "${aws_vpc.other.id}";
    },
  },
  {
    name: "an instance is in another VPC",
    base: "inline-groups",
    at: { type: "aws_instance", attribute: "subnet_id" },
    also: ["P36"],
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const [subnet] = addOtherNetwork(stack);
      the(stack, "aws_instance", ({ subnet_id }) => String(subnet_id).includes("subnet.b")).body.subnet_id = subnet;
    },
  },
  {
    name: "the load balancer is in another VPC",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "subnets" },
    also: ["P36"],
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      balancerOf(stack).body.subnets = addOtherNetwork(stack);
    },
  },
];
