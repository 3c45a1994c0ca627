import { HOPS, type Hop } from "../report";
import { RULES } from "../rules/all";
import { type Rule, severityOf } from "../rules/rule";
import { SYMPTOMS, type Symptom } from "../rules/symptoms";

/* The pages that lead to the rules: by hop, and by what a person sees. */

const HOP_TITLES: Readonly<Record<Hop, string>> = {
  dns: "DNS: does the name lead to the load balancer?",
  tls: "TLS: does the listener have a certificate for the name?",
  listener: "Listener: does the load balancer answer on the port, and what?",
  "target-group": "Target group: where do requests go, and who is asked for health?",
  target: "Target: does a server take the request, and answer?",
};

/** docs/rules/README.md */
export function rulesPage(): string {
  return [
    "# Rules",
    `Each of the ${RULES.length} rules has a page: what it checks, why, what a person sees, an example and its fix. ` +
      "`npx alb-web explain P33` prints the same page.",
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
    "What you see, and the rules that explain it. To have them all checked at once, trace your plan or state: " +
      "`terraform show -json > state.json && npx alb-web trace state.json`.",
    ...(Object.keys(SYMPTOMS) as Symptom[]).map((symptom) => {
      const rules = RULES.filter(({ symptoms }) => symptoms.includes(symptom));
      return `## ${SYMPTOMS[symptom]}\n\n${table(rules, (it) => `rules/${it.id}.md`)}`;
    }),
    "",
  ].join("\n\n");
}

function table(rules: readonly Rule[], linkOf: (rule: Rule) => string): string {
  const rows = rules.map(
    (it) => `| [${it.id}](${linkOf(it)}) | ${it.title} | ${severityOf(it)} | ${it.symptom.replaceAll("|", "\\|")} |`,
  );
  return ["| Rule | FindingDetails | Severity | What you see |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
