import { type HopReport, type PathReport, placeOf, type TraceReport, type Verdict, worst } from "../report";

/** A finding that a person accepts, with the reason. */
export interface Accepted {
  /** Its id, such as `P33`. */
  readonly finding: string;
  /** The address of the finding; absent: it has only one address. */
  readonly address?: string;
  readonly reason: string;
}

/** The key in the metadata of a synthesized stack, which Terraform does not read. */
export const ACCEPTED_KEY = "accepted";

/**
 * The same report, in which accepted findings break no path; they stay in the report, marked. An ambiguous entry
 * accepts nothing.
 */
export function withAccepted(report: TraceReport, accepted: readonly Accepted[]): TraceReport {
  if (accepted.length === 0) return report;
  const { reasons, ambiguous } = matched(report, accepted);
  const findings = report.findings.map((finding) => {
    const reason = reasons.get(placeOf(finding));
    return reason === undefined ? finding : { ...finding, accepted: reason };
  });
  const left = findings.filter((it) => it.severity === "error" && it.accepted === undefined);
  const stillBroken = new Set(left.map(placeOf));
  const paths = report.paths.map((path) => pathWithout(path, stillBroken));
  // A finding can be on no path, such as one for an unused target group; and without a load balancer nothing is proven.
  const others: Verdict[] = [
    ...(left.length > 0 ? ["broken" as const] : []),
    ...(paths.some(({ balancer }) => balancer !== undefined) ? [] : ["unknown" as const]),
  ];
  return {
    ...report,
    verdict: worst([...paths.map(({ verdict }) => verdict), ...others]),
    paths,
    findings,
    ...(ambiguous.length > 0 && { notAccepted: ambiguous }),
  };
}

/** Entries that match no finding of the report. */
export function unmatched(report: TraceReport, accepted: readonly Accepted[]): Accepted[] {
  const found = addressesById(report);
  return accepted.filter(({ finding, address }) =>
    address === undefined ? !found.has(finding) : found.get(finding)?.has(address) !== true,
  );
}

/** An entry in a sentence. */
export function shownEntry({ finding, address }: Accepted): string {
  return address === undefined ? `"${finding}"` : `"${finding}" at ${address}`;
}

/** The most addresses in a sentence. */
const MOST_LISTED = 10;

/** Reasons by the finding that they accept, and a sentence for each ambiguous entry. */
function matched(
  report: TraceReport,
  accepted: readonly Accepted[],
): { readonly reasons: ReadonlyMap<string, string>; readonly ambiguous: readonly string[] } {
  const found = addressesById(report);
  const reasons = new Map<string, string>();
  const ambiguous: string[] = [];
  for (const { finding: id, address, reason } of accepted) {
    const all = [...(found.get(id) ?? [])];
    const [only] = all;
    if (address !== undefined) reasons.set(placeOf({ id, address }), reason);
    else if (all.length > 1)
      ambiguous.push(
        `accept must name one finding (got "${id}", which is found at ${all.slice(0, MOST_LISTED).join(", ")}` +
          `${all.length > MOST_LISTED ? ` and ${all.length - MOST_LISTED} more` : ""}); add the address of each that ` +
          "you accept",
      );
    else if (only !== undefined) reasons.set(placeOf({ id, address: only }), reason);
  }
  return { reasons, ambiguous };
}

function addressesById({ findings }: TraceReport): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { id, address } of findings) found.set(id, (found.get(id) ?? new Set()).add(address));
  return found;
}

function pathWithout(path: PathReport, stillBroken: ReadonlySet<string>): PathReport {
  const hops = path.hops.map((hop): HopReport => {
    if (hop.verdict !== "broken" || hop.findings.some((it) => stillBroken.has(placeOf(it)))) return hop;
    return { ...hop, verdict: isProven(hop, path) ? "ok" : "unknown" };
  });
  return { ...path, hops, verdict: worst(hops.map(({ verdict }) => verdict)) };
}

/** Whether nothing is open, and the request reaches the hop. */
function isProven({ hop, open, resources }: HopReport, { balancer }: PathReport): boolean {
  return (
    open.length === 0 && (hop === "dns" || balancer !== undefined) && !(hop === "target" && resources.length === 0)
  );
}

/** The entries of a synthesized stack; none in any other file. */
export function acceptedIn(document: unknown): Accepted[] {
  const accepted = inside(inside(inside(document, "//"), "metadata"), ACCEPTED_KEY);
  if (!Array.isArray(accepted)) return [];
  return accepted.flatMap((it: unknown): Accepted[] => {
    const [finding, address, reason] = [inside(it, "finding"), inside(it, "address"), inside(it, "reason")];
    // An unreadable address does not mean any address.
    if (
      typeof finding !== "string" ||
      typeof reason !== "string" ||
      (address !== undefined && typeof address !== "string")
    )
      return [];
    return [{ finding, reason, ...(address !== undefined && { address }) }];
  });
}

function inside(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
