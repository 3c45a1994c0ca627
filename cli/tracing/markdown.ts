import type { Finding, PathReport, TraceReport } from "../../path/report";
import { HOPS } from "../../path/report";
import { ruleOf } from "../../path/rules/all";
import { asBlock, asCode, asRow, asSentence } from "../printing/escape";
import { firstOf } from "../printing/lists";
import { MAX_PICTURED, pictureOf } from "./trace-picture";
import {
  alike,
  assumedAlike,
  byHop,
  byKind,
  countsOf,
  idsOn,
  markOf,
  NO_PATH,
  opensOf,
  shownVerdict,
  urlsByFinding,
  wayOf,
} from "./trace-wording";

/** GitHub takes 65,536 characters in a comment; the rest is for what stands around the report. */
const LIMIT = 60_000;
/** Rows and lines that a reader can still take in. */
const MAX_LINES = 50;

export interface MarkdownOptions {
  /** What was traced, as the person named it. */
  readonly source: string;
}

/**
 * A report for a pull request: the verdict first, the path as a picture, what is wrong, and folded below it whatever
 * else there is.
 */
export function reportAsMarkdown(report: TraceReport, { source }: MarkdownOptions): string {
  const { faults, warnings, accepted } = byKind(report);
  const head = [
    `### Path: ${shownVerdict(report.verdict)}`,
    "",
    `${asCode(source)}: ${countsOf(report)}`,
    "",
    ...(report.paths.length === 0
      ? [NO_PATH]
      : [...asBlock("mermaid", pictureOf(report).join("\n")), ...unpictured(report), "", ...tableOf(report)]),
  ];
  const end = [
    ...(report.notAccepted === undefined
      ? []
      : ["", "**Not accepted**", "", ...report.notAccepted.map((it) => `- ✖ ${asSentence(it)}`)]),
    "",
    ...folded("Hop by hop", hopLines(report.paths)),
    ...folded("Left open by the file", openLines(report)),
    ...folded("Assumed", assumedLines(report)),
    asSentence(report.coverage),
    "",
  ];
  const room = LIMIT - [...head, ...end].join("\n").length;
  return [
    ...head,
    ...findingLines(
      [
        ["Faults", faults],
        ["Warnings", warnings],
        ["Accepted", accepted],
      ],
      report,
      room,
    ),
    ...end,
  ].join("\n");
}

/** One row for each path, one column for each hop. */
function tableOf({ paths, ...report }: TraceReport): string[] {
  return [
    asRow(["URL", ...HOPS.map((hop) => hop.replace("-", " "))]),
    asRow(["---", ...HOPS.map(() => "---")]),
    ...listed(
      paths,
      (path) =>
        asRow([
          asCode(path.url),
          ...path.hops.map((hop) => [shownVerdict(hop.verdict), ...idsOn(hop, { ...report, paths })].join(" ")),
        ]),
      (left) => asRow([`and ${left} more`, ...HOPS.map(() => "")]),
    ),
  ];
}

function unpictured({ paths }: TraceReport): string[] {
  return paths.length <= MAX_PICTURED
    ? []
    : ["", `The picture shows ${MAX_PICTURED} of ${paths.length} paths, the worst first.`];
}

/** What has no room for its details is told in its line; what has not even that is counted. */
function findingLines(
  sections: readonly (readonly [title: string, findings: readonly Finding[]])[],
  report: TraceReport,
  room: number,
): string[] {
  const urlsOf = urlsByFinding(report);
  let left = room;
  return sections
    .filter(([, findings]) => findings.length > 0)
    .flatMap(([title, findings]) => {
      const lines = ["", `**${title}**`, ""];
      const ordered = byHop(findings).flatMap(([, ofHop]) => alike(ofHop));
      const texts = ordered.map((group) => {
        const [finding] = group;
        if (finding === undefined) return "";
        const line = headline(
          finding,
          group.map(({ address }) => address),
        );
        const whole = [line, ...detailsOf(finding, urlsOf(group), group.length - 1)].join("\n");
        const fitting = [whole, line].find((text) => text.length + 200 < left);
        left -= (fitting?.length ?? -1) + 1;
        return fitting;
      });
      const dropped = texts.filter((text) => text === undefined).length;
      return [
        ...lines,
        ...texts.filter((text) => text !== undefined),
        ...(dropped > 0 ? [`- and ${dropped} more, for which there is no room here`] : []),
      ];
    });
}

function headline(finding: Finding, addresses: readonly string[]): string {
  const { id, hop, attribute, observed, required, share, accepted } = finding;
  const named = firstOf(addresses.map(asCode));
  const where = attribute === "" ? named : `${asCode(attribute)} of ${named}`;
  const part = share === undefined ? "" : ` (${asSentence(share)})`;
  const why = accepted === undefined ? "" : `. Accepted: ${asSentence(accepted)}`;
  return (
    `- ${markOf(finding)} **${id}** ${hop.replace("-", " ")}: ${ruleOf(id).title}${part}. ${where}: ` +
    `${asSentence(observed)}; required: ${asSentence(required)}${why}`
  );
}

/** Indented, so that it belongs to its line of the list. */
function detailsOf({ symptom, fix, docs }: Finding, urls: readonly string[], others: number): string[] {
  return [
    "<details><summary>What a person sees, and the smallest fix</summary>",
    "",
    `- Seen as: ${asSentence(symptom)}`,
    ...(urls.length > 0 ? [`- On: ${firstOf(urls.map(asCode))}`] : []),
    `- Fix: ${asSentence(fix.text)}`,
    ...(fix.props === "" ? [] : [`- Props: ${asSentence(fix.props)}`]),
    `- Rule: ${asCode(docs)}`,
    ...(fix.hcl === "" ? [] : ["", ...asBlock("hcl", fix.hcl)]),
    ...(others > 0 ? ["", `and the same of ${others === 1 ? "the other" : `the other ${others}`}`] : []),
    "",
    "</details>",
    "",
  ].map((line) => `  ${line}`.trimEnd());
}

function hopLines(paths: readonly PathReport[]): string[] {
  return listed(
    paths,
    (path) =>
      [
        `- ${asCode(path.url)} ${asSentence(wayOf(path))}: ${shownVerdict(path.verdict)}`,
        ...path.hops.map(
          ({ hop, verdict, observed }) =>
            `  - ${hop.replace("-", " ")}: ${shownVerdict(verdict)}: ${asSentence(observed)}`,
        ),
      ].join("\n"),
    (left) => `- and ${left} more paths`,
  );
}

function openLines(report: TraceReport): string[] {
  return listed(
    opensOf(report),
    ({ hop, address, attribute, why }) =>
      `- ${hop.replace("-", " ")}: ${asCode(address)}, ${asCode(attribute)}: ${asSentence(why)}`,
    (left) => `- and ${left} more`,
  );
}

function assumedLines(report: TraceReport): string[] {
  return listed(
    assumedAlike(report),
    ({ hop, addresses, text }) =>
      `- ${hop.replace("-", " ")}: ` +
      `${addresses.length === 0 ? "" : `${firstOf(addresses.map(asCode))}: `}${asSentence(text)}`,
    (left) => `- and ${left} more`,
  );
}

function folded(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>", ""];
}

/** As many as a reader can take in, and how many more there are. */
function listed<T>(items: readonly T[], line: (item: T) => string, more: (left: number) => string): string[] {
  const shown = items.slice(0, MAX_LINES).map(line);
  return items.length > MAX_LINES ? [...shown, more(items.length - MAX_LINES)] : shown;
}
