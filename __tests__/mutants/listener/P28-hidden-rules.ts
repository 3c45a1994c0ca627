import type { RuleMutant } from "../mutant";
import { addRule, forHosts, forPaths, forwardTo, text } from "../parts/listeners";
import { groupOf } from "../parts/site";

export const P28: readonly RuleMutant[] = [
  {
    name: "a rule for all paths comes before a rule for some paths",
    base: "site",
    at: { type: "aws_lb_listener_rule", attribute: "priority" },
    mutate: (stack) => {
      addRule(stack, "all", 1, [forPaths("/*")], forwardTo(groupOf(stack)));
      addRule(stack, "gone", 10, [forPaths("/old/*")], text("410"));
    },
  },
  {
    name: "a rule for all names of the domain comes before a rule for a path of one name",
    base: "auto-scaling",
    at: { type: "aws_lb_listener_rule", attribute: "priority" },
    mutate: (stack) => {
      addRule(stack, "domain", 10, [forHosts("*.example.com")], forwardTo(groupOf(stack)));
      addRule(stack, "admin", 20, [forHosts("www.example.com"), forPaths("/admin", "/admin/*")], text("403"));
    },
  },
];
