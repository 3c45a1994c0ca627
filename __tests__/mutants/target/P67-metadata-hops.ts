import type { RuleMutant } from "../mutant";
import { containerScript, encoded, HASH, template, withUserData } from "../parts/servers";

export const P67: readonly RuleMutant[] = [
  {
    name: "the site is a container, and the metadata hop limit is 1",
    base: "nat",
    at: { type: "aws_instance", attribute: "metadata_options.http_put_response_hop_limit" },
    verdict: "ok",
    cannot: { state: HASH },
    mutate: (stack) => withUserData(stack, () => containerScript(80)),
  },
  {
    name: "a launch template for containers requires tokens and has a hop limit of 1",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "metadata_options.http_put_response_hop_limit" },
    verdict: "ok",
    mutate: (stack) => {
      template(stack).metadata_options = { http_tokens: "required", http_put_response_hop_limit: 1 };
      template(stack).user_data = encoded(containerScript(8080));
    },
  },
];
