import type { RuleMutant } from "../mutant";
import { HASHED, type Json, rewriteScripts } from "../parts/site";
import { attachmentsOf } from "../parts/target-groups";
import { copyOf, the } from "../pick";

export const P53: readonly RuleMutant[] = [
  {
    name: "one attachment has its own port, on which nothing listens",
    base: "site",
    at: { type: "aws_lb_target_group_attachment", attribute: "port" },
    also: ["P32", "P33"],
    mutate: (stack) => {
      for (const { body } of attachmentsOf(stack).slice(0, 1)) body.port = 8080;
    },
  },
  {
    name: "all attachments have a port on which nothing listens",
    base: "inline-groups",
    at: { type: "aws_alb_target_group_attachment", attribute: "port" },
    also: ["P33"],
    mutate: (stack) => {
      for (const { body } of attachmentsOf(stack)) body.port = 3000;
    },
  },
  {
    name: "the attachments' port is open, but the script only mentions it",
    base: "inline-groups",
    at: { type: "aws_alb_target_group_attachment", attribute: "port" },
    verdict: "ok",
    cannot: { state: HASHED },
    mutate: (stack) => {
      for (const { body } of attachmentsOf(stack)) body.port = 8081;
      const web = the(stack, "aws_security_group", ({ name }) => name === "web").body;
      const [rule] = web.ingress as Json[];
      web.ingress = [rule, { ...copyOf(rule as Json), from_port: 8081, to_port: 8081 }];
      rewriteScripts(stack, (script) => `${script}# the status page of the image is on 8081\n`);
    },
  },
];
