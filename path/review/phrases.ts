import { once } from "../analysis/once";
import type { Finding, PathReport, TraceReport } from "../report";
import { placeOf } from "../report";
import { ruleOf } from "../rules/all";
import { code, named } from "./because";
import type { Effect } from "./review-report";

/* The part of the headline that reports an error of the trace. */

/** Longer observations are not for a headline. */
const MAX_OBSERVED = 170;

/**
 * A clause for an apply that fails; "because …" for the other effects, with the port if only one of them is hit.
 * @param all the errors that are causes, which one clause may cover
 */
export function phraseOf(finding: Finding, effect: Effect, after: TraceReport, all: readonly Finding[]): string {
  const clause = clauseOf(finding, all);
  if (effect === "fails") return clause;
  const port = effect === "outage" ? onlyPort(finding, after.paths) : undefined;
  const some = effect === "outage" || finding.share === undefined ? "" : ` (${finding.share})`;
  return `${port === undefined ? "" : `on port ${port} `}because ${clause}${some}`;
}

/** The rule's title, or what it gives in its place. */
function clauseOf(finding: Finding, all: readonly Finding[]): string {
  const { id, address, observed } = finding;
  const { title, review } = ruleOf(id);
  if (isLoss(finding)) return lossOf(all);
  if (review.headline !== "observed") return review.headline?.(finding, code) ?? title;
  const [first = ""] = observed.split("; ");
  const clause = `${subjectOf(first, code(address))}${first}`;
  return first === "" || clause.length > MAX_OBSERVED ? title : clause;
}

const lossOf = once((all: readonly Finding[]): string => {
  const lost = [...new Set(all.filter(isLoss).map((it) => it.address))];
  return lost.length === 1
    ? `${named(lost)} is destroyed, and what it manages is missing until the next apply`
    : `${named(lost)} are destroyed, and what they manage is missing until the next apply`;
});

/** Whether a destroy removes what another resource manages. */
function isLoss({ id, observed }: Finding): boolean {
  return ruleOf(id).review.isOfDestroy === true && observed.startsWith("destroyed, ");
}

/** What an observation without a subject begins with. */
function subjectOf(observed: string, at: string): string {
  if (/^(no|an?|only) /.test(observed)) return `${at} has `;
  return /^(in|replaced|destroyed) /.test(observed) ? `${at} is ` : "";
}

/** The port of the affected URLs, if other ports are not affected. */
function onlyPort(finding: Finding, paths: readonly PathReport[]): string | undefined {
  const { all, byPlace } = portsOn(paths);
  const [port, ...more] = byPlace.get(placeOf(finding)) ?? [];
  return more.length === 0 && all.size > 1 ? port : undefined;
}

/** The ports of the URLs: all, and by the place of a finding on their paths. */
const portsOn = once((paths: readonly PathReport[]) => {
  const byPlace = new Map<string, Set<string>>();
  for (const path of paths) {
    for (const place of path.hops.flatMap(({ findings }) => findings.map(placeOf)))
      byPlace.set(place, (byPlace.get(place) ?? new Set()).add(portOf(path)));
  }
  return { all: new Set(paths.map(portOf)), byPlace };
});

function portOf({ url }: PathReport): string {
  const [, scheme, port] = /^(https?):\/\/[^/]*?(?::(\d+))?(?:\/|$)/.exec(url) ?? [];
  return port ?? (scheme === "https" ? "443" : "80");
}

/** The name of the site, if its paths have only one and it is not a load balancer's own. */
export function onlyHost(paths: readonly PathReport[]): string | undefined {
  const [host, ...more] = new Set(paths.map(({ url }) => /^https?:\/\/([^/:]*)/.exec(url)?.[1] ?? ""));
  const isName = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$/.test(host ?? "") && !/\.amazonaws\.com$/.test(host ?? "");
  return more.length === 0 && isName ? host : undefined;
}
