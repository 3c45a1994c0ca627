import { command, word } from "../../machine/text/pasteable";
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

/* Texts that all formats of a trace's report share. */

const MARK: Record<Verdict, string> = { ok: "✔", broken: "✖", unknown: "?" };

/** `✖ broken`: color is never the only mark. */
export function shownVerdict(verdict: Verdict): string {
  return `${MARK[verdict]} ${verdict}`;
}

/** "2 errors, 1 warning, 3 unknown attributes"; "no errors" if there is nothing to report. */
export function countsOf(report: TraceReport): string {
  const { errors, warnings, accepted } = byKind(report);
  const parts = [
    [errors.length, "error"],
    [warnings.length, "warning"],
    [accepted.length, "accepted finding"],
    [opensOf(report).length, "unknown attribute"],
  ] as const;
  const shown = parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}${count === 1 ? "" : "s"}`);
  return shown.length === 0 ? "no errors" : shown.join(", ");
}

/** Findings that break the path, findings that do not, and accepted ones. */
export function byKind({ findings }: TraceReport): { errors: Finding[]; warnings: Finding[]; accepted: Finding[] } {
  const of = (kind: string) =>
    findings.filter(({ severity, accepted }) => (accepted === undefined ? severity : "accepted") === kind);
  return { errors: of("error"), warnings: of("warning"), accepted: of("accepted") };
}

/** `✖` for a finding that breaks the path, `!` for any other. */
export function markOf({ severity, accepted }: Finding): string {
  return severity === "error" && accepted === undefined ? "✖" : "!";
}

/** In the order of the request; hops without items are omitted. */
export function byHop<T extends { readonly hop: Hop }>(items: readonly T[]): [hop: Hop, items: T[]][] {
  return HOPS.map((hop): [Hop, T[]] => [hop, items.filter((it) => it.hop === hop)]).filter(
    ([, ofHop]) => ofHop.length > 0,
  );
}

/** Groups findings with the same text for several resources, such as for each instance. */
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

/** Assumptions, grouped by their text. */
export function assumedAlike({ assumed }: TraceReport): { hop: Hop; text: string; addresses: string[] }[] {
  return groupsBy(assumed, ({ hop, text }) => [hop, text]).flatMap((group) =>
    group.slice(0, 1).map(({ hop, text }) => ({ hop, text, addresses: group.flatMap(({ address }) => address ?? []) })),
  );
}

/** Unknown attributes on any path, each once. */
export function opensOf({ paths }: TraceReport): Open[] {
  const all = paths.flatMap(({ hops }) => hops.flatMap(({ open }) => open));
  return [...new Map(all.map((it) => [JSON.stringify([it.hop, it.address, it.attribute]), it])).values()];
}

/** The URLs that findings are on, by id and address; empty if they are on all paths. */
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

/** Ids of the findings on one hop: `P33, P60 (warning)`. */
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

/** Cached, as there can be thousands of findings and paths. */
const notesOf = new WeakMap<readonly Finding[], ReadonlyMap<string, string>>();

/** The command that prints a rule's page. */
export function pageCommand(id: string): string {
  return command`npx alb-web explain ${word.name(id)}`;
}

/** "from the internet, through aws_lb.web" */
export function wayOf({ from, balancer }: PathReport): string {
  return (
    `from ${from === "vpc" ? "within the VPC" : "the internet"}` +
    `${balancer === undefined ? "" : `, through ${balancer}`}`
  );
}

/** Shown if there is no path. */
export const NO_PATH = "No path: the file contains no load balancer and no record that resolves to one.";
