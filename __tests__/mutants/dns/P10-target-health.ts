import type { RuleMutant } from "../mutant";
import { aliasOf } from "../parts/site";
import { add, copyOf, takeOutAll } from "../pick";

export const P10: readonly RuleMutant[] = [
  {
    name: "neither record of a failover pair evaluates its load balancer's health",
    base: "site",
    at: { type: "aws_route53_record", attribute: "alias.evaluate_target_health" },
    mutate: (stack) => {
      const primary = aliasOf(stack);
      Object.assign(primary.body, { set_identifier: "first", failover_routing_policy: { type: "PRIMARY" } });
      add(stack, "aws_route53_record", "second", {
        ...copyOf(primary.body),
        set_identifier: "second",
        failover_routing_policy: { type: "SECONDARY" },
      });
    },
  },
  {
    name: "a weighted record evaluates target health, but no target is registered",
    base: "site",
    at: { type: "aws_route53_record", attribute: "alias.evaluate_target_health" },
    also: ["P49"],
    verdict: "broken",
    mutate: (stack) => {
      Object.assign(aliasOf(stack).body, { set_identifier: "first", weighted_routing_policy: { weight: 100 } });
      (aliasOf(stack).body.alias as Record<string, unknown>).evaluate_target_health = true;
      takeOutAll(stack, "aws_lb_target_group_attachment");
    },
  },
];
