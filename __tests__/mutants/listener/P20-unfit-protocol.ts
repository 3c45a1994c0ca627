import type { RuleMutant } from "../mutant";
import { forwardTo, httpOf } from "../parts/listeners";
import { BY_AWS, groupOf, httpsOf } from "../parts/site";

export const P20: readonly RuleMutant[] = [
  {
    name: "the TLS policy has a wrong name",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "ssl_policy" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      httpsOf(stack).body.ssl_policy = "ELBSecurityPolicy-TLS-1-3-2021-06";
    },
  },
  {
    name: "the certificate is on an HTTP listener on port 443",
    base: "auto-scaling",
    at: { type: "aws_lb_listener", attribute: "protocol" },
    also: ["P22"],
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const listener = httpsOf(stack);
      listener.body.protocol = "HTTP";
      delete listener.body.ssl_policy;
    },
  },
  {
    name: "the listener on port 80 uses a protocol of Network Load Balancers",
    base: "inline-groups",
    at: { type: "aws_alb_listener", attribute: "protocol" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const listener = httpOf(stack);
      Object.assign(listener.body, { protocol: "TCP", default_action: forwardTo(groupOf(stack)) });
    },
  },
  {
    name: "the target group has the protocol TCP",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "protocol" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      groupOf(stack).body.protocol = "TCP";
    },
  },
];
