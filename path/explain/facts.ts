import { type Rule, severityOf } from "../rules/rule";

/* What a rule's page and the overviews say about severity and effect. */

/** Such as `warning; error if …`. */
export function severityInWords(rule: Rule): string {
  return severityWith(rule, "");
}

export function factsOf(rule: Rule): string {
  const { hop, needs, onlyIn } = rule;
  const required = [...(onlyIn === undefined ? [] : [ONLY_IN[onlyIn]]), ...needsOf(rule).map((it) => NEED[it])];
  return [
    `- **Hop:** \`${hop}\``,
    `- **Severity:** ${severityWith(rule, ` (${meaningOf(rule)})`)}`,
    `- **Effect in a review:** ${effectOf(rule)}`,
    ...(needs.length > 0 || onlyIn !== undefined ? [`- **Requires:** ${required.join("; ")}`] : []),
  ].join("\n");
}

/** How a finding is accepted, for the end of the page. */
export function acceptanceOf({ id, onlyIn }: Rule): string {
  return onlyIn === "plans of changes"
    ? "This finding appears only in a plan of existing resources, so `accept` cannot accept it."
    : "To accept this finding in a stack built with this project, add " +
        `\`accept: [{ finding: "${id}", address: "…", reason: "…" }]\`.`;
}

/** The severities with their condition; the meaning belongs to the usual one. */
function severityWith(rule: Rule, meaning: string): string {
  const { usual = severityOf(rule), otherIf } = rule.severity ?? {};
  const other = usual === "error" ? "warning" : "error";
  return otherIf === undefined ? `${usual}${meaning}` : `${usual}${meaning}; ${other} if ${otherIf}`;
}

function meaningOf({ certainty: [first], meaning, severity }: Rule): string {
  return meaning ?? CERTAINTY[severity?.usual === "warning" ? "likely" : first];
}

const CERTAINTY: Readonly<Record<Rule["certainty"][number], string>> = {
  apply: "AWS refuses the apply",
  certain: "requests fail",
  plan: "`terraform plan` fails",
  likely: "often, but not always, a problem",
};

function effectOf(rule: Rule): string {
  const { severity, certainty, review } = rule;
  if (certainty[0] === "plan") return "not applicable; `terraform plan` fails before there is a plan to review";
  if (review.reportedBy === "changes" && review.effect === "outage")
    return "that of the change itself: `fails`, `outage` or `brief`";
  // Only errors have an effect.
  if (severity === undefined) return severityOf(rule) === "warning" ? WATCHED : EFFECT[review.effect];
  return severity.usual === "error"
    ? `${EFFECT[review.effect]}; for a warning, ${WATCHED}`
    : `${WATCHED}; for an error, ${EFFECT[review.effect]}`;
}

const WATCHED = "none (a change that causes it is listed as something to watch)";

const EFFECT: Readonly<Record<Rule["review"]["effect"], string>> = {
  fails: "`fails`",
  "fails if created": "`fails` for a new resource, otherwise `outage`",
  outage: "`outage`, or `brief` if it affects only some requests",
  none: "`none`",
};

const ONLY_IN: Readonly<Record<NonNullable<Rule["onlyIn"]>, string>> = {
  "plans of changes": "a plan of existing resources (a state or a synthesized file does not show it)",
  "synthesized files": "a synthesized file (Terraform creates no plan or state with this error)",
};

const NEED: Readonly<Record<Rule["needs"][number], string>> = {
  "whole configuration": "a plan of the whole configuration (with `-target`, the verdict is unknown)",
  plan: "a plan or a synthesized file (a state does not show it)",
  "boot scripts": "boot scripts in plain text (a state of provider 5 contains only their hashes)",
};

/** A plan of changes is a plan. */
function needsOf({ needs, onlyIn }: Rule): readonly Rule["needs"][number][] {
  return onlyIn === undefined ? needs : needs.filter((it) => it !== "plan");
}
