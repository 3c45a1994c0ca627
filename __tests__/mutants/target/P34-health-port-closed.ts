import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { classic, inline, targetGroupOf, tcp, toInstances } from "../parts/security-groups";
import type { Json } from "../parts/site";
import { add } from "../pick";

export const P34: readonly RuleMutant[] = [
  {
    name: "the health check uses a port that only the load balancer's security group allows",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    verdict: "ok",
    mutate: (stack) => {
      (targetGroupOf(stack).body.health_check as Json).port = "8081";
      add(stack, "aws_vpc_security_group_egress_rule", "to-health", {
        ...toInstances(stack).body,
        description: "Health checks",
        from_port: 8081,
        to_port: 8081,
      });
    },
  },
  {
    name: "the rule for both ports ends below the health check port",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      (targetGroupOf(stack).body.health_check as Json).port = "9000";
      classic(stack, "balancer_out").to_port = 9000;
      classic(stack, "app_in").to_port = 8999;
    },
  },
  {
    name: "the health check port is open only to the targets themselves",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    shows: [/^aws_security_group\.alb$/],
    verdict: "ok",
    mutate: (stack) => {
      (targetGroupOf(stack).body.health_check as Json).port = 8080;
      inline(stack, "web").ingress = [
        inlineRule(tcp(80), { security_groups: ["${aws_security_group.alb.id}"] }),
        { ...inlineRule(tcp(8080), {}), self: true },
      ];
    },
  },
];
