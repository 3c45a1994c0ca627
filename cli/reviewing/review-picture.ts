import { HOPS, type Hop } from "../../path/report";
import type { Picture, PictureEdge, PictureNode } from "../../path/review/review-report";
import type { Doing } from "../../topology/changes";
import { boxName } from "../printing/box-name";
import { asLabel } from "../printing/escape";
import { FLOWCHART } from "../printing/flowchart";

/* The path before and after as one Mermaid picture, which GitHub renders. */

/** The maximum number of boxes per hop; more are not readable. */
const MOST_OF_HOP = 8;
const MAX_LABEL = 40;

interface Look {
  readonly open: string;
  readonly close: string;
  /** Says the same as the shape and the color. */
  readonly word: string;
}

const KEPT: Look = { open: '["', close: '"]', word: "" };
const LOOKS: Partial<Record<Doing, Look>> = {
  create: { open: '(["', close: '"])', word: "new" },
  update: { open: '("', close: '")', word: "updated" },
  replace: { open: '{{"', close: '"}}', word: "replaced" },
  destroy: { open: '[/"', close: '"\\]', word: "destroyed" },
};
const CLASSES = [
  // The theme's yellow would look like a change.
  "  classDef hop fill:none,stroke:#8c959f",
  "  classDef none fill:#f6f8fa,stroke:#57606a,color:#1f2328",
  "  classDef create fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
  "  classDef update fill:#fff8c5,stroke:#9a6700,color:#1f2328",
  "  classDef replace fill:#fbefff,stroke:#8250df,color:#1f2328,stroke-width:2px",
  "  classDef destroy fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:6 4",
  "  classDef broken stroke:#cf222e,stroke-width:4px",
];
/** New connections are thick, removed ones are dashed, and both have a word; several between two boxes are in words. */
const ARROWS: Readonly<Record<string, string>> = {
  kept: "-->",
  again: "-->|registered again|",
  "new": "==>|new|",
  gone: "-.->|removed|",
  "kept,new": "-->|some new|",
  "gone,kept": "-->|some removed|",
  "gone,new": "-->|new and removed|",
  "gone,kept,new": "-->|some new, some removed|",
};
const NAMES: Readonly<Record<Hop, string>> = {
  dns: "dns",
  tls: "tls",
  listener: "listener",
  "target-group": "target group",
  target: "target",
};
const URGENCY: readonly Doing[] = ["replace", "destroy", "create", "update"];

/** The lines of the picture; none if the plan has no path. */
export function reviewPicture({ nodes, edges }: Picture): string[] {
  if (nodes.length === 0) return [];
  const ids = new Map<string, string>([["client", "client"]]);
  const groups = HOPS.flatMap((hop) =>
    groupOf(
      hop,
      nodes.filter((it) => it.hop === hop),
      ids,
    ),
  );
  const ways = new Map<string, Set<PictureEdge["is"]>>();
  for (const { from, to, is } of edges) {
    const [one, other] = [ids.get(from), ids.get(to)];
    if (one === undefined || other === undefined || one === other) continue;
    const way = `${one} ${other}`;
    ways.set(way, (ways.get(way) ?? new Set()).add(is));
  }
  const attached = new Set(nodes.flatMap((it) => (it.isAttached === true ? (ids.get(it.address) ?? []) : [])));
  const arrows = [...ways].map(([way, kinds]) => {
    const arrow = ARROWS[[...kinds].sort().join()] ?? "-->";
    return `  ${way.replace(" ", ` ${way.split(" ").some((it) => attached.has(it)) ? asLine(arrow) : arrow} `)}`;
  });
  const frames = HOPS.filter((hop) => nodes.some((it) => it.hop === hop)).map(frameOf);
  return [
    ...FLOWCHART,
    '  client(("client")):::none',
    ...groups,
    ...arrows,
    ...CLASSES,
    `  class ${frames.join()} hop`,
  ];
}

/** A line without a head, to a box that something belongs to. */
function asLine(arrow: string): string {
  return arrow.replace("-->", "---").replace("==>", "===").replace("-.->", "-.-");
}

function frameOf(hop: Hop): string {
  return hop.replace("-", "");
}

/** A frame around the resources of a hop; those that do not fit are one box. */
function groupOf(hop: Hop, all: readonly PictureNode[], ids: Map<string, string>): string[] {
  if (all.length === 0) return [];
  const rank = ({ doing, isBroken }: PictureNode) =>
    isBroken ? -1 : URGENCY.includes(doing) ? URGENCY.indexOf(doing) : URGENCY.length;
  const isWhole = all.length <= MOST_OF_HOP;
  const shown = isWhole ? all : [...all].sort((one, other) => rank(one) - rank(other)).slice(0, MOST_OF_HOP - 1);
  const prefix = frameOf(hop);
  shown.forEach(({ address }, index) => ids.set(address, `${prefix}${index}`));
  const left = all.filter(({ address }) => !ids.has(address));
  left.forEach(({ address }) => ids.set(address, `${prefix}More`));
  const counts = [...LOOKS_IN_ORDER, undefined].flatMap((doing) => {
    const count = left.filter((it) =>
      doing === undefined ? LOOKS[it.doing] === undefined : it.doing === doing,
    ).length;
    return count === 0 ? [] : [`${count} ${doing === undefined ? "unchanged" : (LOOKS[doing]?.word ?? "")}`];
  });
  return [
    `  subgraph ${prefix}["${asLabel([NAMES[hop]])}"]`,
    ...shown.flatMap((node, index) => boxOf(node, `${prefix}${index}`)),
    ...(left.length > 0 ? [`    ${prefix}More["${asLabel([`and ${left.length} more`, ...counts])}"]:::none`] : []),
    "  end",
  ];
}

const LOOKS_IN_ORDER = Object.keys(LOOKS) as Doing[];

/** What Terraform appends to a `name_prefix`. */
const PREFIXED = /\d{26}$/;

function boxOf({ address, label, doing, isBroken }: PictureNode, id: string): string[] {
  const { open, close, word } = LOOKS[doing] ?? KEPT;
  const name = boxName(address);
  const own = label.replace(PREFIXED, "…");
  const lines = [
    ...name,
    ...(own === "" || name.some((it) => it.endsWith(own)) ? [] : [cut(own)]),
    ...(word === "" ? [] : [word.toUpperCase()]),
    ...(isBroken ? ["BROKEN"] : []),
  ];
  const kind = LOOKS[doing] === undefined ? "none" : doing;
  return [`    ${id}${open}${asLabel(lines)}${close}:::${kind}`, ...(isBroken ? [`    class ${id} broken`] : [])];
}

function cut(text: string): string {
  return text.length <= MAX_LABEL ? text : `${text.slice(0, MAX_LABEL - 1)}…`;
}
