import type { RuleMutant } from "../mutant";
import { caa } from "../parts/tls";

export const P17: readonly RuleMutant[] = [
  {
    name: "the domain allows only another authority to issue certificates",
    base: "site",
    at: { type: "aws_route53_record", attribute: "records" },
    mutate: (stack) =>
      caa(stack, "example.com", ['0 issue "letsencrypt.org"', '0 iodef "mailto:security@example.com"']),
  },
  {
    name: "a CAA record at the name itself allows no authority to issue certificates",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "records" },
    mutate: (stack) => caa(stack, "www.example.com", ['0 issue ";"']),
  },
  {
    name: "Amazon may issue certificates, but not for wildcards",
    base: "inline-groups",
    at: { type: "aws_route53_record", attribute: "records" },
    mutate: (stack) => caa(stack, "example.com", ['0 issue "amazon.com"', '0 issuewild "digicert.com"']),
  },
];
