import type { RuleMutant } from "../mutant";
import { addRule, forPaths, forwardTo, httpOf } from "../parts/listeners";
import { balancerOf, groupOf, type Json } from "../parts/site";

export const P29: readonly RuleMutant[] = [
  {
    name: "the target group's protocol version is HTTP/2, and the listener on port 80 forwards to it too",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "protocol_version" },
    mutate: (stack) => {
      groupOf(stack).body.protocol_version = "HTTP2";
      httpOf(stack).body.default_action = forwardTo(groupOf(stack));
    },
  },
  {
    name: "the target group's protocol version is gRPC behind an HTTP listener",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "protocol_version" },
    mutate: (stack) => {
      const group = groupOf(stack);
      Object.assign(group.body, {
        protocol_version: "GRPC",
        health_check: { ...(group.body.health_check as Json), matcher: "0-99" },
      });
      addRule(stack, "rpc", 10, [forPaths("/rpc.Api/*")], forwardTo(group), httpOf(stack));
    },
  },
  {
    name: "HTTP/2 is disabled, but the target group accepts nothing else",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "enable_http2" },
    mutate: (stack) => {
      groupOf(stack).body.protocol_version = "HTTP2";
      balancerOf(stack).body.enable_http2 = false;
    },
  },
];
