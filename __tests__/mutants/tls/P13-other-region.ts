import type { RuleMutant } from "../mutant";
import { certificateOf, httpsOf } from "../parts/site";
import { FAR, move, waitOf } from "../parts/tls";

export const P13: readonly RuleMutant[] = [
  {
    name: "the certificate is created in a different region than the load balancer",
    base: "auto-scaling",
    at: { type: "aws_acm_certificate", attribute: "provider" },
    cannot: { state: FAR },
    mutate: (stack) => move(stack, "eu-west-1", [certificateOf(stack).body, waitOf(stack).body]),
  },
  {
    name: "the listener has the hard-coded ARN of a certificate in another region",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "certificate_arn" },
    cannot: { state: FAR },
    mutate: (stack) => {
      httpsOf(stack).body.certificate_arn =
        "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";
    },
  },
];
