import type { RuleMutant } from "../mutant";
import { arnOf } from "../parts/listeners";
import { BY_AWS, httpsOf } from "../parts/site";
import { add } from "../pick";

export const P19: readonly RuleMutant[] = [
  {
    name: "the HTTPS listener has no certificate",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "certificate_arn" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      delete httpsOf(stack).body.certificate_arn;
    },
  },
  {
    name: "the certificate is attached only as an additional certificate of the listener",
    base: "inline-groups",
    at: { type: "aws_alb_listener", attribute: "certificate_arn" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const listener = httpsOf(stack);
      add(stack, "aws_alb_listener_certificate", "site", {
        listener_arn: arnOf(listener),
        certificate_arn: listener.body.certificate_arn,
      });
      delete listener.body.certificate_arn;
    },
  },
];
