import type { RuleMutant } from "../mutant";
import { makeZone } from "../parts/dns";

export const P02: readonly RuleMutant[] = [
  {
    name: "the zone is created in the same apply as the resources that wait for it",
    base: "site",
    at: { type: "aws_route53_zone", attribute: "name_servers" },
    mutate: (stack) => makeZone(stack, "example.com"),
    cannot: { state: "the zone exists, and a state does not show whether it is delegated" },
    unfixable: "the registrar is not in the file",
  },
  {
    name: "a zone for the name itself is created, and the parent zone has no NS record for it",
    base: "site",
    at: { type: "aws_route53_zone", attribute: "name_servers" },
    mutate: (stack) => makeZone(stack, "www.example.com"),
  },
];
