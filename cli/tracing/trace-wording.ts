import {
  type Finding,
  HOPS,
  type Hop,
  type HopReport,
  type Open,
  type PathReport,
  type TraceReport,
  type Verdict,
} from "../../path/report";
import { groupsBy } from "../printing/lists";

/* How every form of a trace's report says the same things. */

const MARK: Record<Verdict, string> = { ok: "✔", broken: "✖", unknown: "?" };

/** `✖ broken`: the colour is never the only mark. */
export function shownVerdict(verdict: Verdict): string {
  return `${MARK[verdict]} ${verdict}`;
}

/** "2 faults, 1 warning and 3 attributes left open"; "no faults" if there is nothing to tell. */
export function countsOf(report: TraceReport): string {
  const { faults, warnings, accepted } = byKind(report);
  const parts = [
    [faults.length, "fault"],
    [warnings.length, "warning"],
    [accepted.length, "accepted finding"],
    [opensOf(report).length, "open attribute"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}${count === 1 ? "" : "s"}`);
  return told.length === 0 ? "no faults" : told.join(", ");
}

/** Findings that break the path, that do not, and that somebody lets pass. */
export function byKind({ findings }: TraceReport): { faults: Finding[]; warnings: Finding[]; accepted: Finding[] } {
  const of = (kind: string) =>
    findings.filter(({ severity, accepted }) => (accepted === undefined ? severity : "accepted") === kind);
  return { faults: of("error"), warnings: of("warning"), accepted: of("accepted") };
}

/** `✖` breaks the path. */
export function markOf({ severity, accepted }: Finding): string {
  return severity === "error" && accepted === undefined ? "✖" : "!";
}

/** In the order of the request; hops without any are left out. */
export function byHop<T extends { readonly hop: Hop }>(items: readonly T[]): [hop: Hop, items: T[]][] {
  return HOPS.map((hop): [Hop, T[]] => [hop, items.filter((it) => it.hop === hop)]).filter(
    ([, ofHop]) => ofHop.length > 0,
  );
}

/** Findings that say the same of several resources, such as of each instance, stand together. */
export function alike(findings: readonly Finding[]): Finding[][] {
  return groupsBy(findings, ({ id, attribute, observed, required, symptom, share, accepted, fix }) => [
    id,
    attribute,
    observed,
    required,
    symptom,
    share,
    accepted,
    fix.text,
    fix.props,
  ]);
}

/** Assumptions by what is assumed. */
export function assumedAlike({ assumed }: TraceReport): { hop: Hop; text: string; addresses: string[] }[] {
  return groupsBy(assumed, ({ hop, text }) => [hop, text]).flatMap((group) =>
    group.slice(0, 1).map(({ hop, text }) => ({ hop, text, addresses: group.flatMap(({ address }) => address ?? []) })),
  );
}

/** What the file leaves open on any path, once. */
export function opensOf({ paths }: TraceReport): Open[] {
  const all = paths.flatMap(({ hops }) => hops.flatMap(({ open }) => open));
  return [...new Map(all.map((it) => [JSON.stringify([it.hop, it.address, it.attribute]), it])).values()];
}

/** The paths that findings are on, by id and address; nothing for what is on all of them. */
export function urlsByFinding({
  paths,
}: TraceReport): (findings: readonly { readonly id: string; readonly address: string }[]) => readonly string[] {
  const key = (it: { readonly id: string; readonly address: string }) => `${it.id} ${it.address}`;
  const urls = new Map<string, Set<string>>();
  for (const { url, hops } of paths) {
    for (const { findings } of hops) {
      for (const finding of findings) {
        const known = urls.get(key(finding));
        if (known === undefined) urls.set(key(finding), new Set([url]));
        else known.add(url);
      }
    }
  }
  const all = new Set(paths.map(({ url }) => url)).size;
  return (findings) => {
    const named = new Set(findings.flatMap((finding) => [...(urls.get(key(finding)) ?? [])]));
    return named.size < all ? [...named] : [];
  };
}

/** Ids of what is wrong on one hop: `P33, P60 (warning)`. */
export function idsOn({ findings }: HopReport, report: TraceReport): string[] {
  const notes =
    notesOf.get(report.findings) ??
    new Map(
      report.findings.map((it) => [
        it.id,
        it.accepted !== undefined ? " (accepted)" : it.severity === "warning" ? " (warning)" : "",
      ]),
    );
  notesOf.set(report.findings, notes);
  return [...new Set(findings.map(({ id }) => id))].map((id) => `${id}${notes.get(id) ?? ""}`);
}

/** There can be thousands of findings and of paths. */
const notesOf = new WeakMap<readonly Finding[], ReadonlyMap<string, string>>();

/** "from the internet, through aws_lb.web" */
export function wayOf({ from, balancer }: PathReport): string {
  return (
    `from ${from === "vpc" ? "within the VPC" : "the internet"}` +
    `${balancer === undefined ? "" : `, through ${balancer}`}`
  );
}

/** What to say where there is no path at all. */
export const NO_PATH = "No path: the file holds no load balancer, and no record that leads to one.";
