import type { RuleMutant } from "../mutant";
import { BY_AWS, NO_ROUTE } from "../parts/two-writers";
import { add, copyOf } from "../pick";

export const P71: readonly RuleMutant[] = [
  {
    name: "two routes of the public table lead to the internet",
    base: "auto-scaling",
    at: { type: "aws_route" },
    cannot: { state: BY_AWS },
    mutate: (stack) => add(stack, "aws_route", "public_again", copyOf(stack.resource.aws_route?.public ?? {})),
  },
  {
    name: "a table has in a block what is a route beside it",
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
