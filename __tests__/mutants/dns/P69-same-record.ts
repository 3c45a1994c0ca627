import type { RuleMutant } from "../mutant";
import { BY_AWS, siteRecord, validation } from "../parts/two-writers";
import { add, copyOf, the } from "../pick";

export const P69: readonly RuleMutant[] = [
  {
    name: "the site's name has two alias records",
    base: "site",
    at: { type: "aws_route53_record", attribute: "name" },
    cannot: { state: BY_AWS },
    mutate: (stack) => add(stack, "aws_route53_record", "once_more", copyOf(siteRecord(stack).body)),
  },
  {
    name: "a weighted record has the same name and type as a simple one",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "set_identifier" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_route53_record", "weighted", {
        ...copyOf(siteRecord(stack).body),
        set_identifier: "blue",
        weighted_routing_policy: { weight: 10 },
      }),
  },
  {
    name: "a name has two validation records",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "name" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const record = add(stack, "aws_route53_record", "validation_again", copyOf(validation(stack).body));
      (the(stack, "aws_acm_certificate_validation").body.validation_record_fqdns as string[]).push(
        `\${${record}.fqdn}`,
      );
    },
  },
];
