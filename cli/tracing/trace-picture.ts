import type { HopReport, PathReport, TraceReport, Verdict } from "../../path/report";
import { boxName } from "../printing/box-name";
import { asLabel } from "../printing/escape";
import { FLOWCHART } from "../printing/flowchart";
import { idsOn, shownVerdict } from "./trace-wording";

/** More paths are not readable. */
export const MAX_PICTURED = 6;
const MAX_URL = 60;

/** A hop's shape says the same as its color: box, stadium with dashes, hexagon with a thick edge. */
const SHAPE: Readonly<Record<Verdict, readonly [open: string, close: string]>> = {
  ok: ['["', '"]'],
  unknown: ['(["', '"])'],
  broken: ['{{"', '"}}'],
};
/** The arrow to a broken hop ends in a cross. */
const ARROW: Readonly<Record<Verdict, string>> = { ok: "-->", unknown: "-.->", broken: "--x" };
const CLASSES = [
  "  classDef ok fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
  "  classDef unknown fill:#fff8c5,stroke:#9a6700,color:#1f2328,stroke-dasharray:6 4",
  "  classDef broken fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-width:4px",
];
const URGENCY: readonly Verdict[] = ["broken", "unknown", "ok"];

/** The worst paths first, up to the limit. */
function pictured(report: TraceReport): PathReport[] {
  return [...report.paths]
    .sort((one, other) => URGENCY.indexOf(one.verdict) - URGENCY.indexOf(other.verdict))
    .slice(0, MAX_PICTURED);
}

/** The lines of a Mermaid picture, which GitHub renders: from the client to the targets, a column for each path. */
export function pictureOf(report: TraceReport): string[] {
  const paths = pictured(report);
  const clients = [...new Set(paths.map(({ from }) => from))];
  return [
    ...FLOWCHART,
    ...clients.map((from) => `  ${from}(("${from === "vpc" ? "client<br/>in the VPC" : "client"}"))`),
    ...paths.flatMap((path, index) => columnOf(path, index, report)),
    ...CLASSES,
  ];
}

function columnOf({ url, from, hops }: PathReport, index: number, report: TraceReport): string[] {
  const idOf = (hop: number) => `p${index}h${hop}`;
  return hops.flatMap((hop, at) => {
    const before = at === 0 ? from : idOf(at - 1);
    const text = at === 0 ? `|"${asLabel([cutUrl(url)])}"|` : "";
    const [open, close] = SHAPE[hop.verdict];
    return [
      `  ${idOf(at)}${open}${asLabel(labelOf(hop, report))}${close}:::${hop.verdict}`,
      `  ${before} ${ARROW[hop.verdict]}${text} ${idOf(at)}`,
    ];
  });
}

function labelOf(hop: HopReport, report: TraceReport): string[] {
  const [first, ...others] = hop.resources;
  const more = others.length > 0 ? [`and ${others.length} more`] : [];
  return [
    hop.hop.replace("-", " "),
    [shownVerdict(hop.verdict), ...idsOn(hop, report)].join(" "),
    ...(first === undefined ? [] : [...boxName(first), ...more]),
  ];
}

/** The beginning of a URL is more specific than its end. */
function cutUrl(url: string): string {
  return url.length <= MAX_URL ? url : `${url.slice(0, MAX_URL - 1)}…`;
}
