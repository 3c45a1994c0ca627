import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { cloudFrontList, fromClients, inline, tcp } from "../parts/security-groups";

export const P38: readonly RuleMutant[] = [
  {
    name: "two rules have the prefix list of CloudFront",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    verdict: "ok",
    mutate: (stack) => {
      const list = cloudFrontList(stack);
      for (const scheme of ["HTTP", "HTTPS"] as const) {
        const { body } = fromClients(stack, scheme);
        delete body.cidr_ipv4;
        body.prefix_list_id = list;
      }
    },
  },
  {
    name: "two ingress blocks have the prefix list of CloudFront",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    verdict: "ok",
    mutate: (stack) => {
      const list = cloudFrontList(stack);
      inline(stack, "alb").ingress = [80, 443].map((port) => ({
        ...inlineRule(tcp(port), {}),
        prefix_list_ids: [list],
      }));
    },
  },
];
