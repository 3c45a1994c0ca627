import type { RuleMutant } from "../mutant";
import { certificateOf, httpsOf } from "../parts/site";
import { ISSUED } from "../parts/tls";
import { takeOutAll } from "../pick";

export const P14: readonly RuleMutant[] = [
  {
    name: "the listener references the certificate instead of its validation",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "certificate_arn" },
    cannot: { state: ISSUED },
    mutate: (stack) => {
      httpsOf(stack).body.certificate_arn = `\${${certificateOf(stack).address}.arn}`;
    },
  },
  {
    name: "nothing waits for the certificate",
    base: "inline-groups",
    at: { type: "aws_alb_listener", attribute: "certificate_arn" },
    cannot: { state: ISSUED },
    mutate: (stack) => {
      takeOutAll(stack, "aws_acm_certificate_validation");
      httpsOf(stack).body.certificate_arn = `\${${certificateOf(stack).address}.arn}`;
    },
  },
];
