import type { RuleMutant } from "../mutant";
import { addAlias, rename } from "../parts/tls";

export const P11: readonly RuleMutant[] = [
  {
    name: "the certificate is for the zone's name, not for the site's name",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "subject_alternative_names" },
    mutate: (stack) => rename(stack, "www.example.com", "example.com"),
  },
  {
    name: "an additional name points to the site, but the certificate does not include it",
    base: "auto-scaling",
    at: { type: "aws_acm_certificate", attribute: "subject_alternative_names" },
    mutate: (stack) => addAlias(stack, "shop.example.com"),
  },
];
