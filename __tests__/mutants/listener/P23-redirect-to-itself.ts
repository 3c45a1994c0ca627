import type { RuleMutant } from "../mutant";
import { httpOf, redirectTo } from "../parts/listeners";
import { BY_AWS, httpsOf } from "../parts/site";
import { copyOf } from "../pick";

export const P23: readonly RuleMutant[] = [
  {
    name: "the redirect sets only its status code",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "default_action.redirect" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      httpOf(stack).body.default_action = redirectTo({});
    },
  },
  {
    name: "the HTTPS listener has the HTTP listener's redirect to HTTPS",
    base: "auto-scaling",
    at: { type: "aws_lb_listener", attribute: "default_action.redirect" },
    also: ["P48"],
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      httpsOf(stack).body.default_action = copyOf(httpOf(stack).body.default_action);
    },
  },
];
