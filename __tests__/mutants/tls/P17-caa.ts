import type { RuleMutant } from "../mutant";
import { caa } from "../parts/tls";

export const P17: readonly RuleMutant[] = [
  {
    name: "the domain lets another authority issue alone",
    base: "site",
    at: { type: "aws_route53_record", attribute: "records" },
    mutate: (stack) =>
      caa(stack, "example.com", ['0 issue "letsencrypt.org"', '0 iodef "mailto:security@example.com"']),
  },
  {
    name: "the name itself lets nobody issue",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "records" },
    mutate: (stack) => caa(stack, "www.example.com", ['0 issue ";"']),
  },
  {
    name: "Amazon may issue, but no wildcards",
    base: "inline-groups",
    at: { type: "aws_route53_record", attribute: "records" },
    mutate: (stack) => caa(stack, "example.com", ['0 issue "amazon.com"', '0 issuewild "digicert.com"']),
  },
];
