import type { RuleMutant } from "../mutant";
import { httpOf, redirectTo } from "../parts/listeners";

export const P22: readonly RuleMutant[] = [
  {
    name: "the redirect points to a port copied from an example",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "default_action.redirect.port" },
    mutate: (stack) => {
      httpOf(stack).body.default_action = redirectTo({ port: "8443", protocol: "HTTPS" });
    },
  },
  {
    name: "the redirect changes the protocol, but not the port",
    base: "inline-groups",
    at: { type: "aws_alb_listener", attribute: "default_action.redirect" },
    mutate: (stack) => {
      httpOf(stack).body.default_action = redirectTo({ protocol: "HTTPS" });
    },
  },
  {
    name: "the redirect changes the port, but not the protocol",
    base: "auto-scaling",
    at: { type: "aws_lb_listener", attribute: "default_action.redirect" },
    mutate: (stack) => {
      httpOf(stack).body.default_action = redirectTo({ port: "443" });
    },
  },
];
