import type { RuleMutant } from "../mutant";
import { aliasOf } from "../parts/site";
import { add } from "../pick";

export const P03: readonly RuleMutant[] = [
  {
    name: "a second zone is created in addition to the one that is looked up",
    base: "site",
    at: { type: "aws_route53_zone", attribute: "name" },
    mutate: (stack) => {
      add(stack, "aws_route53_zone", "again", { name: "example.com" });
    },
  },
  {
    name: "two zones with the same name are created, and the alias is in the second",
    base: "auto-scaling",
    at: { type: "aws_route53_zone", attribute: "name" },
    also: ["P02"],
    mutate: (stack) => {
      const zone = add(stack, "aws_route53_zone", "again", { name: "example.com" });
      aliasOf(stack).body.zone_id = `\${${zone}.zone_id}`;
    },
  },
];
