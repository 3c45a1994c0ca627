import type { RuleMutant } from "../mutant";
import { groupOf, HASHED, rewriteScripts } from "../parts/site";

export const P54: readonly RuleMutant[] = [
  {
    name: "the target group uses HTTPS, but NGINX serves plain HTTP",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "protocol" },
    verdict: "ok",
    mutate: (stack) => {
      groupOf(stack).body.protocol = "HTTPS";
    },
  },
  {
    name: "NGINX serves TLS, but the target group uses HTTP",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "protocol" },
    verdict: "ok",
    cannot: { state: HASHED },
    mutate: (stack) =>
      rewriteScripts(stack, (script) =>
        script.replace(
          "listen 80 default_server;",
          "listen 80 ssl default_server;\n        ssl_certificate /etc/nginx/own.pem;\n        " +
            "ssl_certificate_key /etc/nginx/own.key;",
        ),
      ),
  },
];
