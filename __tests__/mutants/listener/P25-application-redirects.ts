import type { RuleMutant } from "../mutant";
import { HASHED, rewriteScripts } from "../parts/site";

export const P25: readonly RuleMutant[] = [
  {
    name: "NGINX redirects all requests to HTTPS",
    base: "site",
    at: { type: "aws_instance", attribute: "user_data" },
    verdict: "ok",
    cannot: { state: HASHED },
    unfixable: "the fix is a line of the script, not an argument",
    mutate: (stack) =>
      rewriteScripts(stack, (script) =>
        script.replace("try_files $uri $uri/ =404;", "return 301 https://$host$request_uri;"),
      ),
  },
  {
    name: "the server block for the app's port only redirects",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "user_data" },
    verdict: "ok",
    unfixable: "the fix is a line of the script, not an argument",
    mutate: (stack) =>
      rewriteScripts(stack, (script) =>
        script.replace('location / { return 200 "ok"; }', "return 301 https://$host$request_uri;"),
      ),
  },
];
