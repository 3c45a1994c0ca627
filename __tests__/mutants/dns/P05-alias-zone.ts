import type { RuleMutant } from "../mutant";
import { REFUSED } from "../parts/dns";
import { aliasOf } from "../parts/site";
import { the } from "../pick";

export const P05: readonly RuleMutant[] = [
  {
    name: "the alias has the zone_id of the record's own zone",
    base: "site",
    at: { type: "aws_route53_record", attribute: "alias.zone_id" },
    cannot: { state: REFUSED },
    mutate: (stack) => {
      (aliasOf(stack).body.alias as Record<string, unknown>).zone_id =
        `\${${the(stack, "data.aws_route53_zone").address}.zone_id}`;
    },
  },
  {
    name: "the alias has the zone_id of load balancers in another region",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "alias.zone_id" },
    cannot: { state: REFUSED },
    mutate: (stack) => {
      (aliasOf(stack).body.alias as Record<string, unknown>).zone_id = "Z215JYRZR1TBD5";
    },
  },
];
