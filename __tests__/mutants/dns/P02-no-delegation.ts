import type { RuleMutant } from "../mutant";
import { makeZone } from "../parts/dns";

export const P02: readonly RuleMutant[] = [
  {
    name: "the zone is made together with what waits for it",
    base: "site",
    at: { type: "aws_route53_zone", attribute: "name_servers" },
    mutate: (stack) => makeZone(stack, "example.com"),
    cannot: { state: "the zone is there, and who delegates to it is not in a state" },
    unfixable: "the registrar is not in the file",
  },
  {
    name: "a zone for the name itself is made, and the zone above does not name its servers",
    base: "site",
    at: { type: "aws_route53_zone", attribute: "name_servers" },
    mutate: (stack) => makeZone(stack, "www.example.com"),
  },
];
