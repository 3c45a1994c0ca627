import { worst, type Finding, type HopReport, type PathReport, type TraceReport, type Verdict } from "./report";

/** A finding that somebody lets pass, because they know better. */
export interface Accepted {
  /** Its id, such as `P33`. */
  readonly finding: string;
  readonly reason: string;
}

/** Where a synthesized stack keeps them, in the metadata that terraform does not read. */
export const ACCEPTED_KEY = "accepted";

/** The same report, in which what is accepted breaks no path; it stays in there, marked. */
export function withAccepted(report: TraceReport, accepted: readonly Accepted[]): TraceReport {
  if (accepted.length === 0) return report;
  const reasons = new Map(accepted.map(({ finding, reason }) => [finding, reason]));
  const findings = report.findings.map((finding) => {
    const reason = reasons.get(finding.id);
    return reason === undefined ? finding : { ...finding, accepted: reason };
  });
  const left = findings.filter((it) => it.severity === "error" && it.accepted === undefined);
  const faults = new Set(left.map(keyOf));
  const paths = report.paths.map((path) => pathWithout(path, faults));
  // A fault can be on no path, such as that of a group that nothing uses; and without a balancer nothing is proven.
  const others: Verdict[] = [...(left.length > 0 ? ["broken" as const] : []), ...(paths.some(({ balancer }) => balancer !== undefined) ? [] : ["unknown" as const])];
  return { ...report, verdict: worst([...paths.map(({ verdict }) => verdict), ...others]), paths, findings };
}

/** Those of which the report finds nothing. */
export function unmatched(report: TraceReport, accepted: readonly Accepted[]): Accepted[] {
  const found = new Set(report.findings.map(({ id }) => id));
  return accepted.filter(({ finding }) => !found.has(finding));
}

function pathWithout(path: PathReport, faults: ReadonlySet<string>): PathReport {
  const hops = path.hops.map((hop): HopReport => {
    if (hop.verdict !== "broken" || hop.findings.some((it) => faults.has(keyOf(it)))) return hop;
    return { ...hop, verdict: isProven(hop, path) ? "ok" : "unknown" };
  });
  return { ...path, hops, verdict: worst(hops.map(({ verdict }) => verdict)) };
}

/** Whether nothing is open, and the request comes to the hop at all. */
function isProven({ hop, open, resources }: HopReport, { balancer }: PathReport): boolean {
  return open.length === 0 && (hop === "dns" || balancer !== undefined) && !(hop === "target" && resources.length === 0);
}

function keyOf({ id, address }: Pick<Finding, "id" | "address">): string {
  return JSON.stringify([id, address]);
}

/** What a synthesized stack says that it accepts; nothing in any other file. */
export function acceptedIn(document: unknown): Accepted[] {
  const accepted = inside(inside(inside(document, "//"), "metadata"), ACCEPTED_KEY);
  if (!Array.isArray(accepted)) return [];
  return accepted.map((it: unknown) => ({ finding: inside(it, "finding"), reason: inside(it, "reason") }))
    .filter((it): it is Accepted => typeof it.finding === "string" && typeof it.reason === "string");
}

function inside(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
