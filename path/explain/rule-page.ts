import { ruleOf } from "../rules/all";
import { type Rule, severityOf } from "../rules/rule";
import { exampleOf } from "./example";

/** All that is known of a rule, as Markdown. */
export function rulePage(id: string): string {
  const rule = ruleOf(id);
  const { what, wrong, right, observed, fix } = exampleOf(id);
  return [
    `# ${id}: ${rule.title}`,
    factsOf(rule),
    rule.why,
    `## What you see\n\n${sentence(rule.symptom)}`,
    `## Wrong\n\nHere ${what}.\n\n${hcl(wrong)}\n\nThe rule says: ${sentence(observed)}`,
    `## Right\n\n${right === "" ? "The same configuration without what is shown as wrong." : hcl(right)}`,
    `## Fix\n\n${[fix.text, ...(fix.hcl === "" ? [] : [hcl(fix.hcl)]), ...inProps(fix.props)].join("\n\n")}`,
    `## Source\n\n<${rule.source}>`,
    `---\n\nTo accept this finding in a stack of this project, add ` +
      `\`accept: [{ finding: "${id}", address: "…", reason: "…" }]\`.`,
    "",
  ].join("\n\n");
}

function factsOf(rule: Rule): string {
  const { hop, review, needs } = rule;
  return [
    `- **Hop:** ${hop.replace("-", " ")}`,
    `- **Severity:** ${severityOf(rule)}${CERTAINTY[rule.certainty[0]]}`,
    `- **In a review:** ${severityOf(rule) === "warning" ? WATCHED : EFFECT[review.effect]}`,
    ...(needs.length > 0 ? [`- **Needs:** ${needs.map((it) => NEED[it]).join("; ")}`] : []),
  ].join("\n");
}

const CERTAINTY: Readonly<Record<Rule["certainty"][number], string>> = {
  apply: "; AWS refuses it when it is applied",
  certain: "; requests fail",
  plan: "; terraform refuses it when it plans",
  likely: "; often wrong, but not always",
};

/** Only errors have an effect. */
const WATCHED = "a change that brings it has a line under what to watch, and no effect";

const EFFECT: Readonly<Record<Rule["review"]["effect"], string>> = {
  fails: "a change that brings it has the effect `fails`",
  "fails if created": "a change that brings it has the effect `fails` for a new resource, else `outage`",
  outage: "a change that brings it has the effect `outage`, or `brief` where it meets some requests only",
  none: "a change that brings it has the effect `none`",
};

const NEED: Readonly<Record<Rule["needs"][number], string>> = {
  "whole configuration": "a plan of the whole configuration; with `-target` the answer is unknown",
  plan: "a plan; a state does not show it",
  "boot scripts": "boot scripts in clear; a state of provider 5 holds hashes of them",
};

function inProps(props: string): string[] {
  return props === "" ? [] : [`In the props of a stack of this project: ${props}`];
}

function hcl(text: string): string {
  return `\`\`\`hcl\n${text}\n\`\`\``;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
