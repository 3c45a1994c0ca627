import type { RuleMutant } from "../mutant";
import { certificateOf } from "../parts/site";
import { validationOf, WAITS, waitOf } from "../parts/tls";
import { takeOut } from "../pick";

export const P15: readonly RuleMutant[] = [
  {
    name: "an additional name of the certificate has no validation record",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "domain_validation_options" },
    cannot: { state: WAITS },
    mutate: (stack) => {
      certificateOf(stack).body.subject_alternative_names = ["shop.example.com"];
    },
  },
  {
    name: "the validation record is in the zone of another domain",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "zone_id" },
    cannot: { state: WAITS },
    mutate: (stack) => {
      (stack.data ??= {}).aws_route53_zone = { ...stack.data.aws_route53_zone, other: { name: "example.org" } };
      validationOf(stack).body.zone_id = "${data.aws_route53_zone.other.zone_id}";
    },
  },
  {
    name: "the certificate waits for a record that does not exist",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "domain_validation_options" },
    cannot: { state: WAITS },
    mutate: (stack) => {
      takeOut(stack, validationOf(stack));
      const { body } = waitOf(stack);
      delete body.validation_record_fqdns;
      body.timeouts = { create: "30s" };
    },
  },
];
