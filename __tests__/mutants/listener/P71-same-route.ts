import type { RuleMutant } from "../mutant";
import { BY_AWS, NO_ROUTE } from "../parts/two-writers";
import { add, copyOf } from "../pick";

export const P71: readonly RuleMutant[] = [
  {
    name: "two routes of the public route table go to the internet",
    base: "auto-scaling",
    at: { type: "aws_route" },
    cannot: { state: BY_AWS },
    mutate: (stack) => add(stack, "aws_route", "public_again", copyOf(stack.resource.aws_route?.public ?? {})),
  },
  {
    name: "a route table has the same route as a block and as an aws_route resource",
    base: "auto-scaling",
    at: { type: "aws_route" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const table = stack.resource.aws_route_table?.private;
      if (table !== undefined)
        table.route = [{ cidr_block: "0.0.0.0/0", nat_gateway_id: "${aws_nat_gateway.main.id}", ...NO_ROUTE }];
    },
  },
];
