import type { Finding, TraceReport } from "../../path/report";
import { ruleOf } from "../../path/rules/all";
import { severityOf } from "../../path/rules/rule";
import type { Mutant } from "./mutant";

/** Whether a rule finds errors; the others find only warnings, or Terraform itself refuses the error. */
export function findsErrors(id: string): boolean {
  return ruleOf(id).certainty.some((it) => it === "apply" || it === "certain");
}

/** A rule can find both; a mutant with a verdict is a warning. */
export function isWarning({ rule, verdict }: Mutant): boolean {
  return severityOf(ruleOf(rule)) === "warning" || verdict !== undefined;
}

/** Findings of the mutant's rule, at its place. */
export function findingsOf(mutant: Mutant, { findings }: TraceReport): Finding[] {
  const {
    rule,
    at: { type, attribute },
  } = mutant;
  const isThere = (it: Finding) =>
    typeOf(it.address) === type &&
    (attribute === undefined ||
      it.attribute === attribute ||
      it.attribute.startsWith(`${attribute}.`) ||
      it.attribute.startsWith(`${attribute}[`));
  return findings.filter((it) => it.id === rule && isThere(it));
}

/** What is wrong in a report of a mutant, in words; nothing if all is right. */
export function misses(mutant: Mutant, report: TraceReport): string[] {
  const { rule, at, also = [] } = mutant;
  const found = findingsOf(mutant, report);
  const severity = isWarning(mutant) ? "warning" : "error";
  const verdict = isWarning(mutant) ? (mutant.verdict ?? "ok") : "broken";
  const others = report.findings.filter(({ id, severity: it }) => it === "error" && id !== rule && !also.includes(id));
  return [
    ...(found.length === 0
      ? [`no ${rule} at ${at.type} ${at.attribute ?? ""}; found: ${inWords(report.findings) || "nothing"}`]
      : []),
    ...found.filter((it) => it.severity !== severity).map((it) => `${rule} is ${it.severity}, not ${severity}`),
    ...(report.verdict === verdict ? [] : [`verdict ${report.verdict}, not ${verdict}${opensIn(report)}`]),
    ...(others.length === 0 ? [] : [`also ${inWords(others)}`]),
  ];
}

/** What is unknown, for the message of a failed test. */
export function opensIn({ verdict, paths }: TraceReport): string {
  const opens = paths
    .flatMap(({ hops }) => hops.flatMap(({ open }) => open))
    .map(({ hop, address, attribute, why }) => `${hop} ${address} ${attribute} (${why})`);
  return verdict === "unknown" ? `: ${[...new Set(opens)].join("; ")}` : "";
}

export function inWords(findings: readonly Finding[]): string {
  return findings
    .map(({ id, address, attribute, observed }) => `${id} at ${address} ${attribute} (${observed})`)
    .join("; ");
}

function typeOf(address: string): string {
  const parts = address.replace(/\[("[^"]*"|\d+)\]/g, "").split(".");
  while (parts[0] === "module") parts.splice(0, 2);
  if (parts[0] === "data") parts.shift();
  return parts[0] ?? "";
}
