import { HOPS, type Hop } from "../report";
import { RULES } from "../rules/all";
import type { Rule } from "../rules/rule";
import { SYMPTOMS, type Symptom } from "../rules/symptoms";
import { severityInWords } from "./facts";
import { capitalized } from "./rule-page";

/* The pages that list the rules: by hop, and by symptom. */

const HOP_TITLES: Readonly<Record<Hop, string>> = {
  dns: "DNS: does the name resolve to the load balancer?",
  tls: "TLS: does the listener have a certificate for the name?",
  listener: "Listener: does the load balancer accept requests on the port, and where do they go?",
  "target-group": "Target group: does it have targets, and are its health checks valid?",
  target: "Target: does the request reach a server, and does it respond?",
};

/** docs/rules/README.md */
export function rulesPage(): string {
  return [
    "# Rules",
    `Each of the ${RULES.length} rules has a page with the cause, the symptom, an example and the fix. ` +
      "`npx alb-web explain P33` prints the same page. Looking one up takes a minute.",
    ...HOPS.map((hop) => {
      const rules = RULES.filter((it) => it.hop === hop);
      return `## ${HOP_TITLES[hop]}\n\n${table(rules, (it) => `${it.id}.md`)}`;
    }),
    "",
  ].join("\n\n");
}

/** docs/troubleshooting.md */
export function troubleshootingPage(): string {
  return [
    "# Troubleshooting by symptom",
    "Symptoms and the rules that explain them. Looking one up takes a minute. To check all rules at once, trace your " +
      "state. For any Terraform configuration:",
    "```sh\nterraform show -json > state.json && npx alb-web trace state.json\n```",
    "For a stack of this project, here with the ID `web`:",
    "```sh\nterraform -chdir=cdktf.out/stacks/web show -json | npx alb-web trace -\n```",
    ...(Object.keys(SYMPTOMS) as Symptom[]).map((symptom) => {
      const rules = RULES.filter(({ symptoms }) => symptoms.includes(symptom));
      return `## ${SYMPTOMS[symptom]}\n\n${table(rules, (it) => `rules/${it.id}.md`)}`;
    }),
    "",
  ].join("\n\n");
}

function table(rules: readonly Rule[], linkOf: (rule: Rule) => string): string {
  const rows = rules.map((it) => {
    const symptom = capitalized(it.symptom).replaceAll("|", "\\|");
    return `| [${it.id}](${linkOf(it)}) | ${capitalized(it.title)} | ${severityInWords(it)} | ${symptom} |`;
  });
  return ["| Rule | Cause | Severity | Symptom |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
