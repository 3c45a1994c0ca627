import { ruleOf } from "../rules/all";
import { type Rule, severityOf } from "../rules/rule";
import { exampleOf } from "./example";

/** The page of a rule, as Markdown. */
export function rulePage(id: string): string {
  const rule = ruleOf(id);
  const { what, wrong, right, observed, fix } = exampleOf(id);
  return [
    `# ${id}: ${capitalized(rule.title)}`,
    factsOf(rule),
    `## Symptom\n\n${capitalized(sentence(rule.symptom))}`,
    `## Cause\n\n${rule.why}`,
    `## Example\n\nIn this configuration, ${what}:\n\n${hcl(wrong)}`,
    `\`alb-web trace\` reports: ${sentence(observed)}`,
    `## Fix\n\n${[fix.text, ...(fix.hcl === "" ? [] : [hcl(fix.hcl)]), ...inProps(fix.props)].join("\n\n")}`,
    `## Corrected example\n\n${right === "" ? "The same configuration without the blocks above." : hcl(right)}`,
    `## Reference\n\n<${rule.source}>`,
    `---\n\nTo accept this finding in a stack built with this project, add ` +
      `\`accept: [{ finding: "${id}", address: "…", reason: "…" }]\`.`,
    "",
  ].join("\n\n");
}

function factsOf(rule: Rule): string {
  const { hop, review, needs } = rule;
  return [
    `- **Hop:** ${hop.replace("-", " ")}`,
    `- **Severity:** ${severityOf(rule)}${CERTAINTY[rule.certainty[0]]}`,
    `- **Effect in a review:** ${severityOf(rule) === "warning" ? WATCHED : EFFECT[review.effect]}`,
    ...(needs.length > 0 ? [`- **Requires:** ${needs.map((it) => NEED[it]).join("; ")}`] : []),
  ].join("\n");
}

const CERTAINTY: Readonly<Record<Rule["certainty"][number], string>> = {
  apply: " (AWS refuses the apply)",
  certain: " (requests fail)",
  plan: " (`terraform plan` fails)",
  likely: " (often wrong, but not always)",
};

/** Only errors have an effect. */
const WATCHED = "none; a change that causes it is listed as something to watch";

const EFFECT: Readonly<Record<Rule["review"]["effect"], string>> = {
  fails: "`fails`",
  "fails if created": "`fails` for a new resource, otherwise `outage`",
  outage: "`outage`, or `brief` if it affects only some requests",
  none: "`none`",
};

const NEED: Readonly<Record<Rule["needs"][number], string>> = {
  "whole configuration": "a plan of the whole configuration (with `-target`, the verdict is unknown)",
  plan: "a plan (a state does not show it)",
  "boot scripts": "boot scripts in plain text (a state of provider 5 contains only their hashes)",
};

function inProps(props: string): string[] {
  return props === "" ? [] : [`In a stack built with this project: ${props}.`];
}

function hcl(text: string): string {
  return `\`\`\`hcl\n${text}\n\`\`\``;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
