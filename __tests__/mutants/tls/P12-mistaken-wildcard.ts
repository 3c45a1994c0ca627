import type { RuleMutant } from "../mutant";
import { rename } from "../parts/tls";
import { the } from "../pick";

export const P12: readonly RuleMutant[] = [
  {
    name: "a wildcard is taken for the name below which it stands",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "subject_alternative_names" },
    mutate: (stack) => rename(stack, "www.example.com", "*.www.example.com"),
  },
  {
    name: "a wildcard is taken for two labels",
    base: "inline-groups",
    at: { type: "aws_acm_certificate", attribute: "subject_alternative_names" },
    mutate: (stack) => {
      the(stack, "aws_route53_record", ({ type }) => type === "CNAME").body.name = "www.shop";
    },
  },
];
