import type { RuleMutant } from "../mutant";
import { rename } from "../parts/tls";
import { the } from "../pick";

export const P12: readonly RuleMutant[] = [
  {
    name: "the certificate's wildcard is used for its parent name",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "subject_alternative_names" },
    mutate: (stack) => rename(stack, "www.example.com", "*.www.example.com"),
  },
  {
    name: "the certificate's wildcard is used for a name two labels below",
    base: "inline-groups",
    at: { type: "aws_acm_certificate", attribute: "subject_alternative_names" },
    mutate: (stack) => {
      the(stack, "aws_route53_record", ({ type }) => type === "CNAME").body.name = "www.shop";
    },
  },
];
