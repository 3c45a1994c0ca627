import type { Finding, PathReport, TraceReport } from "../../path/report";
import { HOPS } from "../../path/report";
import { ruleOf } from "../../path/rules/all";
import { asBlock, asCode, asRow, asSentence, asTable } from "../printing/escape";
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
  pageCommand,
  shownVerdict,
  urlsByFinding,
  wayOf,
} from "./trace-wording";

/** GitHub allows 65,536 characters in a comment; the rest is for the text around the report. */
const LIMIT = 60_000;
/** The maximum number of rows and lines in a list. */
const MAX_LINES = 50;

export interface MarkdownOptions {
  /** The file, as given on the command line. */
  readonly source: string;
}

/** A report for a pull request: the verdict, the path as a picture, the findings, and everything else folded below. */
export function reportAsMarkdown(report: TraceReport, { source }: MarkdownOptions): string {
  const { errors, warnings, accepted } = byKind(report);
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
    ...folded("Cannot be determined from the file", openLines(report)),
    ...folded("Assumptions", assumedLines(report)),
    asSentence(report.coverage),
    "",
  ];
  const room = LIMIT - [...head, ...end].join("\n").length;
  return [
    ...head,
    ...findingLines(
      [
        ["Errors", errors],
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
    ...asTable(["URL", ...HOPS.map((hop) => hop.replace("-", " "))], []),
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

/** A finding whose details do not fit has one line; findings that do not fit at all are counted. */
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
        ...(dropped > 0 ? [`- and ${dropped} more, omitted for length`] : []),
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

/** Indented, so that they belong to their list item. */
function detailsOf({ id, symptom, fix }: Finding, urls: readonly string[], others: number): string[] {
  return [
    "<details><summary>Symptom and fix</summary>",
    "",
    `- Symptom: ${asSentence(symptom)}`,
    ...(urls.length > 0 ? [`- On: ${firstOf(urls.map(asCode))}`] : []),
    `- Fix: ${asSentence(fix.text)}`,
    ...(fix.props === "" ? [] : [`- Props: ${asSentence(fix.props)}`]),
    `- Rule: ${asCode(pageCommand(id))}`,
    ...(fix.hcl === "" ? [] : ["", ...asBlock("hcl", fix.hcl)]),
    ...(others > 0 ? ["", `The same for ${others === 1 ? "the other one" : `the other ${others}`}.`] : []),
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

/** The first items, and the number of the others. */
function listed<T>(items: readonly T[], line: (item: T) => string, more: (left: number) => string): string[] {
  const shown = items.slice(0, MAX_LINES).map(line);
  return items.length > MAX_LINES ? [...shown, more(items.length - MAX_LINES)] : shown;
}
