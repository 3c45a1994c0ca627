import type { RuleMutant } from "../mutant";
import { addRule, forPaths, forwardTo, httpOf, text } from "../parts/listeners";
import { BY_AWS, groupOf, httpsOf } from "../parts/site";
import { add, copyOf } from "../pick";

export const P27: readonly RuleMutant[] = [
  {
    name: "there is a second HTTPS listener on port 443",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "port" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      add(stack, "aws_lb_listener", "again", copyOf(httpsOf(stack).body));
    },
  },
  {
    name: "an HTTP and an HTTPS listener both use port 443",
    base: "auto-scaling",
    at: { type: "aws_lb_listener", attribute: "port" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      Object.assign(httpOf(stack).body, { port: 443, default_action: forwardTo(groupOf(stack)) });
    },
  },
  {
    name: "two listener rules have the same priority",
    base: "inline-groups",
    at: { type: "aws_lb_listener_rule", attribute: "priority" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      addRule(stack, "api", 100, [forPaths("/api/*")], forwardTo(groupOf(stack)));
      addRule(stack, "status", 100, [forPaths("/status")], text("200"));
    },
  },
];
