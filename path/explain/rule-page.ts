import { ruleOf } from "../rules/all";
import { exampleOf } from "./example";
import { acceptanceOf, factsOf } from "./facts";

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
    `---\n\n${acceptanceOf(rule)}`,
    "",
  ].join("\n\n");
}

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
