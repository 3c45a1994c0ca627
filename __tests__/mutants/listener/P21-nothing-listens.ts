import type { RuleMutant } from "../mutant";
import { forwardTo, httpOf } from "../parts/listeners";
import { groupOf, httpsOf } from "../parts/site";
import { takeOut, takeOutAll } from "../pick";

export const P21: readonly RuleMutant[] = [
  {
    name: "the load balancer has no listener",
    base: "site",
    at: { type: "aws_lb", attribute: "listener on port 443" },
    also: ["P48"],
    mutate: (stack) => {
      takeOutAll(stack, "aws_lb_listener");
    },
  },
  {
    name: "the HTTPS listener is on port 8443",
    base: "auto-scaling",
    at: { type: "aws_lb" },
    also: ["P22", "P30"],
    mutate: (stack) => {
      httpsOf(stack).body.port = 8443;
    },
  },
  {
    name: "there is a certificate for the name, but only an HTTP listener",
    base: "inline-groups",
    at: { type: "aws_alb" },
    mutate: (stack) => {
      takeOut(stack, httpsOf(stack));
      httpOf(stack).body.default_action = forwardTo(groupOf(stack));
    },
  },
];
