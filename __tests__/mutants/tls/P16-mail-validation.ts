import type { RuleMutant } from "../mutant";
import { certificateOf } from "../parts/site";
import { NO_OPTIONS } from "../parts/tls";

export const P16: readonly RuleMutant[] = [
  {
    name: "a certificate with email validation has a DNS validation record",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "validation_method" },
    cannot: { state: NO_OPTIONS },
    mutate: (stack) => {
      certificateOf(stack).body.validation_method = "EMAIL";
    },
  },
  {
    name: "a certificate with email validation has a record that uses the first validation option",
    base: "auto-scaling",
    at: { type: "aws_acm_certificate", attribute: "validation_method" },
    cannot: { state: NO_OPTIONS },
    mutate: (stack) => {
      certificateOf(stack).body.validation_method = "EMAIL";
    },
  },
];
