import type { RuleMutant } from "../mutant";
import { addRule, forHosts, redirectTo } from "../parts/listeners";
import { httpsOf } from "../parts/site";
import { add } from "../pick";

export const P24: readonly RuleMutant[] = [
  {
    name: "HTTP redirects to HTTPS, and HTTPS redirects to HTTP",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "default_action.redirect" },
    also: ["P48"],
    mutate: (stack) => {
      httpsOf(stack).body.default_action = redirectTo({ port: "80", protocol: "HTTP" });
    },
  },
  {
    name: "two names redirect to each other",
    base: "inline-groups",
    at: { type: "aws_lb_listener_rule", attribute: "action.redirect" },
    mutate: (stack) => {
      add(stack, "aws_route53_record", "apex", {
        zone_id: "${data.aws_route53_zone.main.zone_id}",
        name: "example.com",
        type: "A",
        alias: { name: "${aws_alb.web.dns_name}", zone_id: "${aws_alb.web.zone_id}", evaluate_target_health: false },
      });
      addRule(stack, "to_www", 10, [forHosts("example.com")], redirectTo({ host: "www.example.com" }));
      addRule(stack, "to_apex", 20, [forHosts("www.example.com")], redirectTo({ host: "example.com" }));
    },
  },
];
