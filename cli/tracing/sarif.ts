import type { Log, ReportingDescriptor, Result } from "sarif";
import { version } from "../../package.json";
import { rulePage } from "../../path/explain/rule-page";
import { type Finding, type Open, placeOf, type TraceReport } from "../../path/report";
import { ruleOf } from "../../path/rules/all";
import { severityOf } from "../../path/rules/rule";
import type { BlockPlace } from "./blocks-in-source";

/*
 * A trace as SARIF 2.1.0 for GitHub code scanning and editors. Unknown attributes are notifications of the run: they
 * are not findings, but must not be taken for ok.
 */

/**
 * @param placeOfBlock the place of a resource's block in the configuration; undefined if it is not known
 */
export function reportAsSarif(
  report: TraceReport,
  placeOfBlock: (address: string) => BlockPlace | undefined = () => undefined,
): Log {
  const ids = [...new Set(report.findings.map(({ id }) => id))].sort();
  return {
    version: "2.1.0",
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    runs: [
      {
        tool: { driver: { name: "alb-web trace", version, rules: ids.map(descriptorOf) } },
        invocations: [
          { executionSuccessful: report.stopped === undefined, toolExecutionNotifications: notificationsOf(report) },
        ],
        results: report.findings.map((it) => resultOf(it, ids.indexOf(it.id), placeOfBlock(it.address))),
        properties: { verdict: report.verdict, coverage: report.coverage },
      },
    ],
  };
}

function descriptorOf(id: string): ReportingDescriptor {
  const rule = ruleOf(id);
  return {
    id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.why },
    help: { text: `${rule.why} ${rule.symptom}`, markdown: rulePage(id) },
    helpUri: rule.source,
    defaultConfiguration: { level: severityOf(rule) },
    properties: { tags: [rule.hop] },
  };
}

function resultOf(finding: Finding, ruleIndex: number, place: BlockPlace | undefined): Result {
  const { id, severity, address, attribute, observed, required, symptom, accepted } = finding;
  return {
    ruleId: id,
    ruleIndex,
    level: severity,
    message: { text: `${address}, ${attribute}: ${observed}; required: ${required}. Symptom: ${symptom}` },
    // Identifies a finding when lines move.
    partialFingerprints: { "finding/v1": placeOf(finding) },
    locations: place === undefined ? [] : [locationOf(address, place)],
    ...(accepted !== undefined && { suppressions: [{ kind: "external" as const, justification: accepted }] }),
  };
}

function locationOf(address: string, { file, line }: BlockPlace): NonNullable<Result["locations"]>[number] {
  return {
    physicalLocation: { artifactLocation: { uri: file }, region: { startLine: line } },
    logicalLocations: [{ fullyQualifiedName: address, kind: "resource" }],
  };
}

type Notification = { readonly level: "warning"; readonly message: { readonly text: string } };

function notificationsOf({ verdict, paths, stopped }: TraceReport): Notification[] {
  const open = new Map<string, Open>();
  for (const it of paths.flatMap(({ hops }) => hops.flatMap((hop) => hop.open)))
    open.set(`${it.address} ${it.attribute}`, it);
  return [
    ...(stopped === undefined ? [] : [stopped]),
    ...(verdict === "unknown"
      ? ["The verdict is unknown: it cannot be determined from this file whether a request reaches a target."]
      : []),
    ...[...open.values()].map(({ address, attribute, why }) => `Unknown: ${attribute} of ${address} (${why})`),
  ].map((text) => ({ level: "warning", message: { text } }));
}
