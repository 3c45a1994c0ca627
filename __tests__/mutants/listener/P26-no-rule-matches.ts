import type { RuleMutant } from "../mutant";
import { addRule, forHosts, forPaths, forwardTo, text } from "../parts/listeners";
import { groupOf, httpsOf } from "../parts/site";

export const P26: readonly RuleMutant[] = [
  {
    name: "the only listener rule is for a name that is not the site's",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "default_action.fixed_response" },
    mutate: (stack) => {
      addRule(stack, "app", 10, [forHosts("app.example.com")], forwardTo(groupOf(stack)));
      httpsOf(stack).body.default_action = text("404");
    },
  },
  {
    name: "the default action returns 503, and there are no listener rules",
    base: "auto-scaling",
    at: { type: "aws_lb_listener", attribute: "default_action.fixed_response" },
    also: ["P48"],
    mutate: (stack) => {
      httpsOf(stack).body.default_action = text("503");
    },
  },
  {
    name: "a listener rule has a wildcard that does not match the name",
    base: "inline-groups",
    at: { type: "aws_alb_listener", attribute: "default_action.fixed_response" },
    mutate: (stack) => {
      addRule(stack, "shops", 10, [forHosts("*.shop.example.com"), forPaths("/*")], forwardTo(groupOf(stack)));
      httpsOf(stack).body.default_action = text("404");
    },
  },
];
