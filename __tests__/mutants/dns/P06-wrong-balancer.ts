import type { RuleMutant } from "../mutant";
import { addBalancer, cnameOf, ELSEWHERE } from "../parts/dns";
import { aliasOf } from "../parts/site";

export const P06: readonly RuleMutant[] = [
  {
    name: "the alias points to the load balancer of another site",
    base: "site",
    at: { type: "aws_route53_record", attribute: "alias.name" },
    also: ["P21"],
    mutate: (stack) => {
      (aliasOf(stack).body.alias as Record<string, unknown>).name = `\${${addBalancer(stack)}.dns_name}`;
    },
  },
  {
    name: "both arguments of the alias are those of another site's load balancer",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "alias.name" },
    also: ["P21"],
    mutate: (stack) => {
      const other = addBalancer(stack);
      Object.assign(aliasOf(stack).body.alias as object, {
        name: `\${${other}.dns_name}`,
        zone_id: `\${${other}.zone_id}`,
      });
    },
  },
  {
    name: "the CNAME points to the load balancer of another site, and only a wildcard certificate covers the name",
    base: "inline-groups",
    at: { type: "aws_route53_record", attribute: "records" },
    also: ["P21"],
    verdict: "broken",
    mutate: (stack) => {
      cnameOf(stack).body.records = [`\${${addBalancer(stack)}.dns_name}`];
    },
  },
  {
    name: "the alias has a hard-coded load balancer name",
    base: "site",
    at: { type: "aws_route53_record", attribute: "alias.name" },
    verdict: "unknown",
    cannot: { state: "the local AWS has no load balancer with that name" },
    mutate: (stack) => {
      aliasOf(stack).body.alias = { ...ELSEWHERE };
    },
  },
  {
    name: "the CNAME has a hard-coded load balancer name",
    base: "inline-groups",
    at: { type: "aws_route53_record", attribute: "records" },
    verdict: "unknown",
    mutate: (stack) => {
      cnameOf(stack).body.records = [ELSEWHERE.name];
    },
  },
];
