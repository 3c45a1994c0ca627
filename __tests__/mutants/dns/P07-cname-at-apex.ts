import type { RuleMutant } from "../mutant";
import { addName, cnameOf, REFUSED } from "../parts/dns";
import { aliasOf, balancerOf } from "../parts/site";
import { add } from "../pick";

export const P07: readonly RuleMutant[] = [
  {
    name: "the CNAME has the name of the zone",
    base: "inline-groups",
    at: { type: "aws_route53_record", attribute: "type" },
    cannot: { state: REFUSED },
    mutate: (stack) => {
      cnameOf(stack).body.name = "example.com";
    },
  },
  {
    name: "a CNAME with an empty name is added at the zone apex",
    base: "site",
    at: { type: "aws_route53_record", attribute: "type" },
    cannot: { state: REFUSED },
    mutate: (stack) => {
      const { zone_id } = aliasOf(stack).body;
      addName(stack, "example.com", String(zone_id));
      add(stack, "aws_route53_record", "top", {
        zone_id,
        name: "",
        type: "CNAME",
        ttl: 300,
        records: [`\${${balancerOf(stack).address}.dns_name}`],
      });
    },
  },
];
