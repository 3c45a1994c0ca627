import type { RuleMutant } from "../mutant";
import { HASHED, rewriteScripts } from "../parts/site";
import { check } from "../parts/target-groups";

export const P55: readonly RuleMutant[] = [
  {
    name: "the health check requests a page that the server does not have",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "health_check.path" },
    verdict: "ok",
    cannot: { state: HASHED },
    mutate: (stack) => check(stack, { path: "/health" }),
  },
  {
    name: "Apache returns a 403 for its default page",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "health_check.path" },
    verdict: "ok",
    cannot: { state: HASHED },
    mutate: (stack) => rewriteScripts(stack, (script) => script.replace("echo ok > /var/www/html/index.html\n", "")),
  },
  {
    name: "the health check path redirects",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "health_check.path" },
    verdict: "ok",
    cannot: { state: HASHED },
    mutate: (stack) => rewriteScripts(stack, (script) => script.replace('return 200 "ok\\n";', "return 302 /;")),
  },
];
