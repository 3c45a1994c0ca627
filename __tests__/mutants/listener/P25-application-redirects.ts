import type { RuleMutant } from "../mutant";
import { HASHED, rewriteScripts } from "../parts/site";

export const P25: readonly RuleMutant[] = [
  {
    name: "NGINX sends everybody on to HTTPS",
    base: "site",
    at: { type: "aws_instance", attribute: "user_data" },
    verdict: "ok",
    cannot: { state: HASHED },
    unfixable: "the mend is a line of the script, which no argument holds",
    mutate: (stack) =>
      rewriteScripts(stack, (script) =>
        script.replace("try_files $uri $uri/ =404;", "return 301 https://$host$request_uri;"),
      ),
  },
  {
    name: "the server block of the app's port only redirects",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "user_data" },
    verdict: "ok",
    unfixable: "the mend is a line of the script, which no argument holds",
    mutate: (stack) =>
      rewriteScripts(stack, (script) =>
        script.replace('location / { return 200 "ok"; }', "return 301 https://$host$request_uri;"),
      ),
  },
];
