import { HOPS, type Finding, type Hop, type HopReport, type Open, type PathReport, type TraceReport, type Verdict } from "../../path/report";

/* How every form of a trace's report says the same things. */

const MARK: Record<Verdict, string> = { ok: "✔", broken: "✖", unknown: "?" };

/** `✖ broken`: the colour is never the only mark. */
export function shownVerdict(verdict: Verdict): string {
  return `${MARK[verdict]} ${verdict}`;
}

/** Nothing that a file names can move the cursor, colour what follows, or turn it round: what has no shape of its own is written out. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (it) => `\\u{${(it.codePointAt(0) ?? 0).toString(16)}}`);
}

/** "2 faults, 1 warning and 3 attributes left open"; "no faults" if there is nothing to tell. */
export function countsOf(report: TraceReport): string {
  const { faults, warnings, accepted } = byKind(report);
  const parts = [[faults.length, "fault"], [warnings.length, "warning"], [accepted.length, "accepted finding"], [opensOf(report).length, "open attribute"]] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}${count === 1 ? "" : "s"}`);
  return told.length === 0 ? "no faults" : told.join(", ");
}

/** Findings that break the path, that do not, and that somebody lets pass. */
export function byKind({ findings }: TraceReport): { faults: Finding[]; warnings: Finding[]; accepted: Finding[] } {
  const of = (kind: string) => findings.filter(({ severity, accepted }) => (accepted === undefined ? severity : "accepted") === kind);
  return { faults: of("error"), warnings: of("warning"), accepted: of("accepted") };
}

/** `✖` breaks the path. */
export function markOf({ severity, accepted }: Finding): string {
  return severity === "error" && accepted === undefined ? "✖" : "!";
}

/** In the order of the request; hops without any are left out. */
export function byHop<T extends { readonly hop: Hop }>(items: readonly T[]): [hop: Hop, items: T[]][] {
  return HOPS.map((hop): [Hop, T[]] => [hop, items.filter((it) => it.hop === hop)]).filter(([, ofHop]) => ofHop.length > 0);
}

/** What the file leaves open on any path, once. */
export function opensOf({ paths }: TraceReport): Open[] {
  const all = paths.flatMap(({ hops }) => hops.flatMap(({ open }) => open));
  return [...new Map(all.map((it) => [JSON.stringify([it.hop, it.address, it.attribute]), it])).values()];
}

/** The paths that each finding is on, by its id and address. */
export function urlsByFinding({ paths }: TraceReport): (finding: { readonly id: string; readonly address: string }) => readonly string[] {
  const key = (it: { readonly id: string; readonly address: string }) => JSON.stringify([it.id, it.address]);
  const urls = new Map<string, Set<string>>();
  for (const { url, hops } of paths) {
    for (const finding of hops.flatMap(({ findings }) => findings)) urls.set(key(finding), (urls.get(key(finding)) ?? new Set()).add(url));
  }
  return (finding) => [...(urls.get(key(finding)) ?? [])];
}

/** Ids of what is wrong on one hop: `P33, P60 (warning)`. */
export function idsOn({ findings }: HopReport, report: TraceReport): string[] {
  const { warnings, accepted } = byKind(report);
  const noteOf = new Map([...warnings.map(({ id }) => [id, " (warning)"] as const), ...accepted.map(({ id }) => [id, " (accepted)"] as const)]);
  return [...new Set(findings.map(({ id }) => id))].map((id) => `${id}${noteOf.get(id) ?? ""}`);
}

/** "from the internet, through aws_lb.web" */
export function wayOf({ from, balancer }: PathReport): string {
  return `from ${from === "vpc" ? "within the VPC" : "the internet"}${balancer === undefined ? "" : `, through ${balancer}`}`;
}

/** What to say where there is no path at all. */
export const NO_PATH = "No path: the file holds no load balancer, and no record that leads to one.";
