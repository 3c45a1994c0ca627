import type { RuleMutant } from "../mutant";
import { addName } from "../parts/dns";
import { aliasOf, certificateOf } from "../parts/site";
import { add, copyOf, the } from "../pick";

export const P04: readonly RuleMutant[] = [
  {
    name: "an additional name is in the zone of the first name",
    base: "site",
    at: { type: "aws_route53_record", attribute: "name" },
    mutate: (stack) => {
      (stack.data ??= {}).aws_route53_zone = { ...stack.data.aws_route53_zone, other: { name: "example.org" } };
      addName(stack, "shop.example.org", "${data.aws_route53_zone.other.zone_id}");
      add(stack, "aws_route53_record", "shop", { ...copyOf(aliasOf(stack).body), name: "shop.example.org" });
    },
  },
  {
    name: "the site moved to another domain, but its record is still in the zone of the old one",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "name" },
    mutate: (stack) => {
      (stack.data ??= {}).aws_route53_zone = { ...stack.data.aws_route53_zone, other: { name: "example.net" } };
      certificateOf(stack).body.domain_name = "www.example.net";
      the(stack, "aws_route53_record", ({ alias }) => alias === undefined).body.zone_id =
        "${data.aws_route53_zone.other.zone_id}";
      aliasOf(stack).body.name = "www.example.net";
    },
  },
];
