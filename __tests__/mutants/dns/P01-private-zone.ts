import type { RuleMutant } from "../mutant";
import { NO_VPC, vpcOf } from "../parts/dns";
import { aliasOf } from "../parts/site";
import { add, the } from "../pick";

export const P01: readonly RuleMutant[] = [
  {
    name: "the site's record is in a new private zone",
    base: "site",
    at: { type: "aws_route53_record", attribute: "zone_id" },
    cannot: { state: NO_VPC },
    mutate: (stack) => {
      const zone = add(stack, "aws_route53_zone", "inside", {
        name: "www.example.com",
        vpc: { vpc_id: `\${${vpcOf(stack).address}.id}` },
      });
      aliasOf(stack).body.zone_id = `\${${zone}.zone_id}`;
    },
  },
  {
    name: "the new zone is associated with the VPC",
    base: "created-zone",
    at: { type: "aws_route53_record", attribute: "zone_id" },
    also: ["P15"],
    cannot: { state: NO_VPC },
    mutate: (stack) => {
      the(stack, "aws_route53_zone").body.vpc = [{ vpc_id: `\${${vpcOf(stack).address}.id}` }];
    },
  },
];
