import { styleText } from "node:util";
import { printable } from "../../machine/text/printable";
import type { Finding, Hop, HopReport, PathReport, TraceReport, Verdict } from "../../path/report";
import { ruleOf } from "../../path/rules/all";
import { firstOf } from "../printing/lists";
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

export interface TextOptions {
  /** The file, as given on the command line. */
  readonly source: string;
  /**
   * Columns of the terminal; it is never wider than `COLUMNS`.
   * @default 100
   */
  readonly columns?: number;
  /** @default false */
  readonly hasColour?: boolean;
}

/** Longer lines are hard to read. */
export const COLUMNS = 100;
const MIN_COLUMNS = 60;
/** Longer lists are shortened; the JSON has all of them. */
const MAX_LINES = 20;
const HOP_WIDTH = "target-group".length + 2;
const VERDICT_WIDTH = "? unknown".length + 2;
const LABEL_WIDTH = "observed".length + 2;

type Format = "green" | "red" | "yellow" | "bold" | "dim";
const COLOUR: Readonly<Record<Verdict, Format>> = { ok: "green", broken: "red", unknown: "yellow" };

interface Page {
  readonly columns: number;
  readonly paint: (format: Format, text: string) => string;
}

/** The label before a text, and the indentation of the text's other lines. */
interface Head {
  readonly indent: number;
  readonly label: string;
  readonly format: Format;
  /** Of the label, including the spaces after it. */
  readonly width: number;
}

/** A report for a terminal. */
export function reportAsText(
  report: TraceReport,
  { source, columns = COLUMNS, hasColour = false }: TextOptions,
): string {
  const page: Page = {
    columns: Math.max(MIN_COLUMNS, Math.min(columns, COLUMNS)),
    paint: hasColour ? (format, text) => styleText(format, text, { validateStream: false }) : (_, text) => text,
  };
  const { errors, warnings, accepted } = byKind(report);
  const parts = [
    verdictLine(page, report.verdict, `${source}: ${countsOf(report)}`),
    ...(report.paths.length === 0 ? [wrapped(NO_PATH, page.columns)] : pathParts(page, report)),
    ...findingParts(page, "Errors", errors, report),
    ...findingParts(page, "Warnings", warnings, report),
    ...findingParts(page, "Accepted", accepted, report),
    ...(report.notAccepted === undefined
      ? []
      : [
          [
            page.paint("bold", "Not accepted"),
            "",
            ...report.notAccepted.flatMap((it) => row(page, { indent: 0, label: "✖", format: "red", width: 2 }, it)),
          ],
        ]),
    listPart(
      page,
      "Cannot be determined from the file",
      opensOf(report).map(({ hop, address, attribute, why }) => ({ hop, text: `${address}, ${attribute}: ${why}` })),
    ),
    listPart(
      page,
      "Assumptions",
      assumedAlike(report).map(({ hop, addresses, text }) => ({
        hop,
        text: addresses.length === 0 ? text : `${firstOf(addresses)}: ${text}`,
      })),
    ),
    wrapped(report.coverage, page.columns),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** If there are many paths, those that are ok come first, in one line each. */
function pathParts(page: Page, report: TraceReport): string[][] {
  const isShort = (path: PathReport) => report.paths.length > MAX_LINES && path.verdict === "ok";
  const whole = report.paths.filter((path) => !isShort(path)).map((path) => pathLines(page, path, report));
  return [report.paths.filter(isShort).flatMap((path) => headOf(page, path)), ...whole];
}

function headOf(page: Page, path: PathReport): string[] {
  return verdictLine(page, path.verdict, `${path.url} ${wayOf(path)}`);
}

function pathLines(page: Page, path: PathReport, report: TraceReport): string[] {
  return [...headOf(page, path), ...path.hops.flatMap((hop) => hopLines(page, hop, idsOn(hop, report)))];
}

function hopLines(page: Page, { hop, verdict, observed }: HopReport, ids: readonly string[]): string[] {
  const indent = 2 + HOP_WIDTH + VERDICT_WIDTH;
  const [first = "", ...others] = wrapped(
    `${observed}${ids.length === 0 ? "" : ` [${ids.join(", ")}]`}`,
    page.columns - indent,
  );
  const mark = page.paint(COLOUR[verdict], shownVerdict(verdict));
  return [
    `  ${hop.padEnd(HOP_WIDTH)}${mark}${" ".repeat(VERDICT_WIDTH - shownVerdict(verdict).length)}${first}`,
    ...others.map((line) => `${" ".repeat(indent)}${line}`),
  ];
}

function verdictLine(page: Page, verdict: Verdict, text: string): string[] {
  return row(page, { indent: 0, label: shownVerdict(verdict), format: COLOUR[verdict], width: VERDICT_WIDTH }, text);
}

/** By hop, in the order of the request. */
function findingParts(page: Page, title: string, findings: readonly Finding[], report: TraceReport): string[][] {
  const urlsOf = urlsByFinding(report);
  const blocks = byHop(findings).flatMap(([hop, ofHop]) =>
    alike(ofHop).map((group) => findingLines(page, group, urlsOf(group), hop)),
  );
  const [first = [], ...others] = blocks;
  return blocks.length === 0 ? [] : [[page.paint("bold", title), "", ...first], ...others];
}

/** @param urls the paths that it is on; empty if it is on all */
function findingLines(page: Page, group: readonly Finding[], urls: readonly string[], hop: string): string[] {
  const [finding] = group;
  if (finding === undefined) return [];
  const { id, attribute, observed, required, symptom, share, accepted, fix } = finding;
  const mark = markOf(finding);
  const addresses = firstOf(group.map(({ address }) => address));
  const labelled = (label: string, text: string) =>
    text === "" ? [] : row(page, { indent: 2, label, format: "dim", width: LABEL_WIDTH }, text);
  return [
    ...row(
      page,
      { indent: 0, label: `${mark} ${id}`, format: mark === "✖" ? "red" : "yellow", width: 7 },
      `${hop}: ${ruleOf(id).title}`,
    ),
    ...labelled("accepted", accepted ?? ""),
    ...labelled("at", attribute === "" ? addresses : `${addresses}: ${attribute}`),
    ...labelled("observed", observed),
    ...labelled("required", required),
    ...labelled("symptom", symptom),
    ...labelled("affects", share ?? ""),
    ...labelled("on", firstOf(urls)),
    ...labelled("fix", fix.text),
    ...labelled("props", fix.props),
    ...hclLines(page, fix.hcl),
    ...labelled("docs", pageCommand(id)),
    ...labelled(
      "",
      group.length > 1 ? `the same for ${group.length === 2 ? "the other one" : `the other ${group.length - 1}`}` : "",
    ),
  ];
}

/** Ready to paste, so not wrapped. */
function hclLines(page: Page, hcl: string): string[] {
  if (hcl === "") return [];
  const [first = "", ...others] = hcl.split("\n").map(printable);
  return [
    `  ${page.paint("dim", "hcl")}${" ".repeat(LABEL_WIDTH - "hcl".length)}${first}`,
    ...others.map((line) => (line === "" ? "" : `${" ".repeat(2 + LABEL_WIDTH)}${line}`)),
  ];
}

function listPart(page: Page, title: string, items: readonly { readonly hop: Hop; readonly text: string }[]): string[] {
  if (items.length === 0) return [];
  const ordered = byHop(items).flatMap(([, ofHop]) => ofHop);
  const rows = ordered
    .slice(0, MAX_LINES)
    .flatMap(({ hop, text }) => row(page, { indent: 2, label: hop, format: "dim", width: HOP_WIDTH }, text));
  return [
    page.paint("bold", title),
    ...rows,
    ...(items.length > MAX_LINES ? [`  and ${items.length - MAX_LINES} more, listed by --format json`] : []),
  ];
}

function row(page: Page, { indent, label, format, width }: Head, text: string): string[] {
  const [first = "", ...others] = wrapped(text, page.columns - indent - width);
  return [
    `${" ".repeat(indent)}${page.paint(format, label)}${" ".repeat(Math.max(1, width - label.length))}${first}`,
    ...others.map((line) => `${" ".repeat(indent + width)}${line}`),
  ];
}

/** Lines of at most this many characters, broken between words; a longer word gets its own line. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of printable(text).split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
