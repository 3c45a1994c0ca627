import type { RuleMutant } from "../mutant";
import { certificateOf } from "../parts/site";
import { MADE_NEW, REPLACED } from "../parts/tls";

export const P18: readonly RuleMutant[] = [
  {
    name: "the site's certificate is destroyed before the new one exists",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "lifecycle" },
    cannot: { synthesized: REPLACED, state: REPLACED, plan: MADE_NEW },
    mutate: (stack) => {
      delete certificateOf(stack).body.lifecycle;
    },
  },
  {
    name: "the certificate sets create_before_destroy to false",
    base: "auto-scaling",
    at: { type: "aws_acm_certificate", attribute: "lifecycle" },
    cannot: { synthesized: REPLACED, state: REPLACED, plan: MADE_NEW },
    mutate: (stack) => {
      certificateOf(stack).body.lifecycle = { create_before_destroy: false };
    },
  },
];
