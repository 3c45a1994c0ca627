import type { Balancer, Topology } from "../../topology/model";
import { isOfThisProject } from "../../topology/origin";
import { readTopology } from "../../topology/topology";
import { UnreadableFile } from "../../topology/unreadable-file";
import type { Unknown } from "../../topology/value";
import { isApplication } from "../analysis/network/balancer-groups";
import { type Entry, entriesOf, entryOf } from "../analysis/requests/entries";
import { routeOf, serverIndex, shownUrl } from "../analysis/requests/route";
import type { TracedPath } from "../analysis/requests/traced-path";
import { Deadline, LIMIT_SEC } from "../deadline";
import {
  type Assumption,
  type Finding,
  HOPS,
  type Hop,
  type HopReport,
  type Open,
  type PathReport,
  type TraceReport,
  type Verdict,
  worst,
} from "../report";
import { severityOf } from "../rows";
import { RULES } from "../rules/all-rules";
import type { Fault, FileReporter, PathEnd, Reporter } from "../rules/rule";
import { viewOf } from "./hop-views";

export interface TraceOptions {
  /** Only the path of this URL. */
  readonly url?: URL;
  /**
   * When the trace ends, which is then unknown but for what was found so far.
   * @default after ten seconds of CPU time
   */
  readonly deadline?: Deadline;
  /**
   * Only what a client meets that asks for each URL itself, without headers and a query of its own, and not what others may meet there.
   * @default false
   */
  readonly isHomeOnly?: boolean;
}

/**
 * Traces the path of a request through a parsed file: a plan or a state as `terraform show -json` writes it, or a `cdk.tf.json`. Fixes
 * name props only where the file comes from a stack of this project.
 * @throws {UnreadableFile} if it is none of them
 */
export function trace(document: unknown, { url, deadline = new Deadline() }: TraceOptions = {}): TraceReport {
  const report = traceTopology(topologyOf(document), { url, deadline });
  return isOfThisProject(document)
    ? report
    : { ...report, findings: report.findings.map((it) => ({ ...it, fix: { ...it.fix, props: "" } })) };
}

function topologyOf(document: unknown): Topology {
  try {
    return readTopology(document);
  } catch (error) {
    // No terraform writes that.
    throw error instanceof RangeError
      ? new UnreadableFile(
          "expected the output of `terraform show -json` for a plan or a state, or a cdk.tf.json; this one is nested more deeply than any of terraform's.",
        )
      : error;
  }
}

/** The same for what was read already. */
export function traceTopology(
  topology: Topology,
  { url, deadline = new Deadline(), isHomeOnly = false }: TraceOptions = {},
): TraceReport {
  const declared = url === undefined ? entriesOf(topology) : [entryOf(url, topology)];
  const entries = isHomeOnly ? declared.map((it): Entry => ({ ...it, hasPath: true, isPlain: true })) : declared;
  const servers = serverIndex();
  const work: Work = { findings: new Map(), assumed: new Map(), deadline };
  const { findings, assumed } = work;
  const everywhere = fileNotes(topology, work);
  const paths = entries.map((entry) =>
    deadline.isOver() ? untraced(entry) : pathReport(entry, routeOf(entry, topology, servers), everywhere, work),
  );
  const errors = [...findings.values()].some(({ severity }) => severity === "error");
  const hasBalancer = entries.some(({ balancer }) => balancer !== undefined);
  const verdicts: Verdict[] = [
    ...paths.map(({ verdict }) => verdict),
    ...(errors ? ["broken" as const] : []),
    ...(hasBalancer && deadline.stopped === undefined ? [] : ["unknown" as const]),
  ];
  const all = [...findings.values()].sort(
    (a, b) => HOPS.indexOf(a.hop) - HOPS.indexOf(b.hop) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
  return {
    format_version: "1.0",
    verdict: worst(verdicts),
    paths,
    findings: all,
    assumed: [...assumed.values()],
    coverage: coverageOf(topology, paths, assumed.size, deadline),
    ...(deadline.stopped !== undefined && { stopped: deadline.stopped }),
  };
}

const PATH_RULES = RULES.flatMap(({ path, subject }) => path.map((rule) => ({ rule, subject })));
const TARGET_RULES = RULES.flatMap(({ targets = [], subject }) => targets.map((rule) => ({ rule, subject })));
const FILE_RULES = RULES.flatMap(({ file, subject }) => file.map((rule) => ({ rule, subject })));

/** Faults that something is missing, which a plan of some targets cannot be sure of. */
const MISSING = new Set([
  "P15",
  "P21",
  "P22",
  "P26",
  "P30",
  "P32",
  "P33",
  "P34",
  "P44",
  "P45",
  "P48",
  "P49",
  "P62",
  "P63",
  "P64",
]);
const notWhole = ({ hop, address, attribute }: Pick<Finding, "hop" | "address" | "attribute">): Open => ({
  hop,
  address,
  attribute,
  why: "the plan is not of the whole configuration, and what is missing here may be there",
});

/** What all rules of one trace write to. */
interface Work {
  readonly findings: Map<string, Finding>;
  readonly assumed: Map<string, Assumption>;
  readonly deadline: Deadline;
}

/** What was told of one path, or of the whole file; each by its key, once. */
interface Notes {
  readonly findings: Set<Finding>;
  readonly open: Map<string, Open>;
}

interface FileNote {
  readonly finding?: Finding;
  readonly open?: Open;
  /** Absent: on every path. */
  readonly on?: readonly Balancer[];
}

function fileNotes(topology: Topology, { findings, assumed, deadline }: Work): FileNote[] {
  const notes: FileNote[] = [];
  const report = inTime(deadline, {
    fault: (told: Fault, on?: readonly Balancer[]) =>
      notes.push(
        topology.isPartial === true && MISSING.has(told.id)
          ? { open: notWhole(told), on }
          : { finding: kept(told, findings), on },
      ),
    open: (hop, unknown, on?: readonly Balancer[]) => notes.push({ open: openOf(hop, unknown), on }),
    assume: (assumption) => assumed.set(keyOf(assumption), assumption),
  });
  deadline.run(() => {
    for (const { rule, subject } of FILE_RULES) {
      deadline.enter(`in the rules on ${subject}`);
      rule(topology, report);
    }
  });
  return notes;
}

/** The same reporter, which ends the rule once the time is up. */
function inTime(deadline: Deadline, { fault, open, assume }: FileReporter): FileReporter {
  return {
    fault: (told, on) => (deadline.check(), fault(told, on)),
    open: (hop, unknown, on) => (deadline.check(), open(hop, unknown, on)),
    assume: (assumption) => (deadline.check(), assume(assumption)),
  };
}

function pathReport(
  entry: Entry,
  path: TracedPath,
  everywhere: readonly FileNote[],
  { findings, assumed, deadline }: Work,
): PathReport {
  const { balancer } = path;
  const notes: Notes = { findings: new Set(), open: new Map() };
  const leaveOpen = (open: Open) => notes.open.set(`${open.hop} ${open.address} ${open.attribute}`, open);
  for (const { finding, open, on } of everywhere) {
    if (on !== undefined && (balancer === undefined || !on.includes(balancer))) continue;
    if (finding !== undefined) notes.findings.add(finding);
    if (open !== undefined) leaveOpen(open);
  }
  const report = inTime(deadline, {
    fault: (told) =>
      path.topology.isPartial === true && MISSING.has(told.id)
        ? leaveOpen(notWhole(told))
        : notes.findings.add(kept(told, findings)),
    open: (hop, unknown) => leaveOpen(openOf(hop, unknown)),
    assume: (assumption) => assumed.set(keyOf(assumption), assumption),
  });
  const url = shownUrl(entry);
  deadline.run(() => {
    for (const { rule, subject } of PATH_RULES) {
      deadline.enter(`in the rules on ${subject} of ${url}`);
      rule(path, report);
    }
    for (const say of toldOfTargets(path, url, deadline)) say(report);
  });
  if (deadline.stopped !== undefined) for (const hop of HOPS) leaveOpen(unchecked(hop, entry));
  const hops = HOPS.map((hop) => hopReport(hop, path, notes));
  return {
    url,
    verdict: worst(hops.map(({ verdict }) => verdict)),
    from: path.from,
    hops,
    ...(balancer !== undefined && { balancer: balancer.address }),
  };
}

/** A path that there was no time for. */
function untraced(entry: Entry): PathReport {
  const hops = HOPS.map(
    (hop): HopReport => ({
      hop,
      verdict: "unknown",
      resources: [],
      observed: "not checked",
      findings: [],
      open: [unchecked(hop, entry)],
    }),
  );
  return {
    url: shownUrl(entry),
    verdict: "unknown",
    from: entry.from,
    hops,
    ...(entry.balancer !== undefined && { balancer: entry.balancer.address }),
  };
}

function unchecked(hop: Hop, entry: Entry): Open {
  return {
    hop,
    address: entry.balancer?.address ?? shownUrl(entry),
    attribute: "path",
    why: `not checked to the end, as the trace stopped after ${LIMIT_SEC} seconds of CPU time`,
  };
}

type Told = (report: Reporter) => void;

const told = new WeakMap<PathEnd["targets"], Map<Balancer | undefined, readonly Told[]>>();

/** What the rules of targets say, asked once for all paths that end there. */
function toldOfTargets(end: PathEnd, url: string, deadline: Deadline): readonly Told[] {
  const byBalancer = told.get(end.targets) ?? new Map<Balancer | undefined, readonly Told[]>();
  told.set(end.targets, byBalancer);
  const known = byBalancer.get(end.balancer);
  if (known !== undefined) return known;
  const said: Told[] = [];
  const listener = inTime(deadline, {
    fault: (finding) => said.push((report) => report.fault(finding)),
    open: (hop, unknown) => said.push((report) => report.open(hop, unknown)),
    assume: (assumption) => said.push((report) => report.assume(assumption)),
  });
  for (const { rule, subject } of TARGET_RULES) {
    deadline.enter(`in the rules on ${subject} of ${url}`);
    rule(end, listener);
  }
  byBalancer.set(end.balancer, said);
  return said;
}

function hopReport(hop: Hop, path: TracedPath, notes: Notes): HopReport {
  const here = [...notes.findings].filter((it) => it.hop === hop);
  const open = [...notes.open.values()].filter((it) => it.hop === hop);
  // A group in which nothing is seen to register, or of which nobody knows which it is, has no targets that could be called well.
  const isReached =
    hop === "dns" ||
    (path.balancer !== undefined && !(hop === "target" && path.targets.length === 0 && isForwarded(path)));
  const verdict: Verdict = here.some(({ severity }) => severity === "error")
    ? "broken"
    : open.length > 0 || !isReached
      ? "unknown"
      : "ok";
  return { hop, verdict, ...viewOf(hop, path), findings: here.map(({ id, address }) => ({ id, address })), open };
}

function isForwarded({ steps }: TracedPath): boolean {
  return steps.some(({ outcomes }) => outcomes.some(({ actions }) => actions.some(({ type }) => type === "forward")));
}

/** Each fault once, the first time it is told. */
function kept(told: Fault, findings: Map<string, Finding>): Finding {
  const finding: Finding = { ...told, severity: told.severity ?? severityOf(told.id) };
  const key = findingKey(finding);
  const known = findings.get(key);
  if (known !== undefined) return known;
  findings.set(key, finding);
  return finding;
}

/** What breaks one path can be no more than a warning on another. */
function findingKey({ id, address, attribute, severity }: Finding): string {
  return JSON.stringify([id, address, attribute, severity]);
}

function openOf(hop: Hop, { address, attribute, why }: Unknown): Open {
  return { hop, address, attribute, why };
}

function keyOf({ hop, address, text }: Assumption): string {
  return JSON.stringify([hop, address, text]);
}

function coverageOf(
  { balancers, source }: Topology,
  paths: readonly PathReport[],
  assumptions: number,
  { stopped }: Deadline,
): string {
  const hops = paths.flatMap((path) => path.hops);
  const proven = hops.filter(({ verdict }) => verdict !== "unknown").length;
  const others = balancers.filter((it) => !isApplication(it)).length;
  const notModelled = [
    "what the targets' programs do",
    "quotas",
    "IPv6 beyond the balancer",
    ...(others > 0 ? [`${others} balancers that are not application load balancers`] : []),
  ];
  return `${stopped === undefined ? "" : `${stopped} `}Proven from the ${source === "synthesized" ? "synthesized file" : source}: ${proven} of ${hops.length} hops; assumed: ${assumptions === 0 ? "nothing" : `${assumptions} ${assumptions === 1 ? "thing" : "things"} that no file says`}; not modelled: ${notModelled.join(", ")}.`;
}
