import { AUTO_SCALING_USER_DATA } from "../auto-scaling-base";
import type { RuleMutant } from "../mutant";
import { encoded, HASH, template, withUserData } from "../parts/servers";

export const P65: readonly RuleMutant[] = [
  {
    name: "NGINX listens on 8081",
    base: "site",
    at: { type: "aws_instance", attribute: "user_data" },
    verdict: "ok",
    cannot: { state: HASH },
    mutate: (stack) => withUserData(stack, (text) => text.replace("listen 80 ", "listen 8081 ")),
  },
  {
    name: "the launch template's application listens on 3000",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "user_data" },
    verdict: "ok",
    mutate: (stack) => {
      template(stack).user_data = encoded(AUTO_SCALING_USER_DATA.replace("listen 8080", "listen 3000"));
    },
  },
];
