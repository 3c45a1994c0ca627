import type { Balancer, Topology } from "../topology/model";
import { isOfThisProject } from "../topology/origin";
import { readTopology } from "../topology/topology";
import type { Unknown } from "../topology/value";
import { entriesOf, entryOf, type Entry } from "./entries";
import { viewOf } from "./hops";
import { HOPS, worst, type Assumption, type Finding, type Hop, type HopReport, type Open, type PathReport, type TraceReport, type Verdict } from "./report";
import { routeOf, serverIndex, shownUrl } from "./route";
import { severityOf } from "./rows";
import type { PathEnd, Reporter } from "./rule";
import { RULES } from "./rules/all-rules";
import { isApplication } from "./rules/balancer-groups";
import type { TracedPath } from "./traced-path";

export interface TraceOptions {
  /** Only the path of this URL. */
  readonly url?: URL;
}

/**
 * Traces the path of a request through a parsed file: a plan or a state as `terraform show -json` writes it, or a `cdk.tf.json`. Fixes
 * name props only where the file comes from a stack of this project.
 * @throws {UnreadableFile} if it is none of them
 */
export function trace(document: unknown, options: TraceOptions = {}): TraceReport {
  const report = traceTopology(readTopology(document), options);
  return isOfThisProject(document) ? report : { ...report, findings: report.findings.map((it) => ({ ...it, fix: { ...it.fix, props: "" } })) };
}

/** The same for what was read already. */
export function traceTopology(topology: Topology, { url }: TraceOptions = {}): TraceReport {
  const entries = url === undefined ? entriesOf(topology) : [entryOf(url, topology)];
  const servers = serverIndex(topology);
  const findings = new Map<string, Finding>();
  const assumed = new Map<string, Assumption>();
  const everywhere = fileNotes(topology, findings, assumed);
  const paths = entries.map((entry) => pathReport(entry, routeOf(entry, topology, servers), everywhere, findings, assumed));
  const errors = [...findings.values()].some(({ severity }) => severity === "error");
  const hasBalancer = entries.some(({ balancer }) => balancer !== undefined);
  const verdicts: Verdict[] = [...paths.map(({ verdict }) => verdict), ...(errors ? ["broken" as const] : []), ...(hasBalancer ? [] : ["unknown" as const])];
  const all = [...findings.values()].sort((a, b) => HOPS.indexOf(a.hop) - HOPS.indexOf(b.hop) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return { format_version: "1.0", verdict: worst(verdicts), paths, findings: all, assumed: [...assumed.values()], coverage: coverageOf(topology, paths, assumed.size) };
}

const PATH_RULES = RULES.flatMap(({ path }) => path);
const TARGET_RULES = RULES.flatMap(({ targets = [] }) => targets);
const FILE_RULES = RULES.flatMap(({ file }) => file);

/** Faults that something is missing, which a plan of some targets cannot be sure of. */
const MISSING = new Set(["P15", "P21", "P22", "P26", "P30", "P32", "P33", "P34", "P44", "P45", "P48", "P49", "P62", "P63", "P64"]);
const notWhole = ({ hop, address, attribute }: Pick<Finding, "hop" | "address" | "attribute">): Open => ({ hop, address, attribute, why: "the plan is not of the whole configuration, and what is missing here may be there" });

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

function fileNotes(topology: Topology, findings: Map<string, Finding>, assumed: Map<string, Assumption>): FileNote[] {
  const notes: FileNote[] = [];
  for (const rule of FILE_RULES) {
    rule(topology, {
      fault: (told, on) => notes.push(topology.isPartial === true && MISSING.has(told.id) ? { open: notWhole(told), on } : { finding: kept(told, findings), on }),
      open: (hop, unknown) => notes.push({ open: openOf(hop, unknown) }),
      assume: (assumption) => assumed.set(keyOf(assumption), assumption),
    });
  }
  return notes;
}

function pathReport(entry: Entry, path: TracedPath, everywhere: readonly FileNote[], findings: Map<string, Finding>, assumed: Map<string, Assumption>): PathReport {
  const { balancer } = path;
  const notes: Notes = { findings: new Set(), open: new Map() };
  const leaveOpen = (open: Open) => notes.open.set(`${open.hop} ${open.address} ${open.attribute}`, open);
  for (const { finding, open, on } of everywhere) {
    if (on !== undefined && (balancer === undefined || !on.includes(balancer))) continue;
    if (finding !== undefined) notes.findings.add(finding);
    if (open !== undefined) leaveOpen(open);
  }
  const report: Reporter = {
    fault: (told) => (path.topology.isPartial === true && MISSING.has(told.id) ? leaveOpen(notWhole(told)) : notes.findings.add(kept(told, findings))),
    open: (hop, unknown) => leaveOpen(openOf(hop, unknown)),
    assume: (assumption) => assumed.set(keyOf(assumption), assumption),
  };
  for (const rule of PATH_RULES) rule(path, report);
  for (const say of toldOfTargets(path)) say(report);
  const hops = HOPS.map((hop) => hopReport(hop, path, notes));
  return { url: shownUrl(entry), verdict: worst(hops.map(({ verdict }) => verdict)), from: path.from, hops, ...(balancer !== undefined && { balancer: balancer.address }) };
}

type Told = (report: Reporter) => void;

const told = new WeakMap<PathEnd["targets"], Map<Balancer | undefined, readonly Told[]>>();

/** What the rules of targets say, asked once for all paths that end there. */
function toldOfTargets(end: PathEnd): readonly Told[] {
  const byBalancer = told.get(end.targets) ?? new Map<Balancer | undefined, readonly Told[]>();
  told.set(end.targets, byBalancer);
  const known = byBalancer.get(end.balancer);
  if (known !== undefined) return known;
  const said: Told[] = [];
  const listener: Reporter = {
    fault: (finding) => said.push((report) => report.fault(finding)),
    open: (hop, unknown) => said.push((report) => report.open(hop, unknown)),
    assume: (assumption) => said.push((report) => report.assume(assumption)),
  };
  for (const rule of TARGET_RULES) rule(end, listener);
  byBalancer.set(end.balancer, said);
  return said;
}

function hopReport(hop: Hop, path: TracedPath, notes: Notes): HopReport {
  const here = [...notes.findings].filter((it) => it.hop === hop);
  const open = [...notes.open.values()].filter((it) => it.hop === hop);
  // A group in which nothing is seen to register, or of which nobody knows which it is, has no targets that could be called well.
  const isReached = hop === "dns" || (path.balancer !== undefined && !(hop === "target" && path.targets.length === 0 && isForwarded(path)));
  const verdict: Verdict = here.some(({ severity }) => severity === "error") ? "broken" : open.length > 0 || !isReached ? "unknown" : "ok";
  return { hop, verdict, ...viewOf(hop, path), findings: here.map(({ id, address }) => ({ id, address })), open };
}

function isForwarded({ steps }: TracedPath): boolean {
  return steps.some(({ outcomes }) => outcomes.some(({ actions }) => actions.some(({ type }) => type === "forward")));
}

/** Each fault once, the first time it is told. */
function kept(told: Parameters<Reporter["fault"]>[0], findings: Map<string, Finding>): Finding {
  const finding: Finding = { ...told, severity: told.severity ?? severityOf(told.id) };
  const key = findingKey(finding);
  const known = findings.get(key);
  if (known !== undefined) return known;
  findings.set(key, finding);
  return finding;
}

function findingKey({ id, address, attribute }: Finding): string {
  return JSON.stringify([id, address, attribute]);
}

function openOf(hop: Hop, { address, attribute, why }: Unknown): Open {
  return { hop, address, attribute, why };
}

function keyOf({ hop, address, text }: Assumption): string {
  return JSON.stringify([hop, address, text]);
}

function coverageOf({ balancers, source }: Topology, paths: readonly PathReport[], assumptions: number): string {
  const hops = paths.flatMap((path) => path.hops);
  const proven = hops.filter(({ verdict }) => verdict !== "unknown").length;
  const others = balancers.filter((it) => !isApplication(it)).length;
  const notModelled = ["what the targets' programs do", "quotas", "IPv6 beyond the balancer", ...(others > 0 ? [`${others} balancers that are not application load balancers`] : [])];
  return `Proven from the ${source === "synthesized" ? "synthesized file" : source}: ${proven} of ${hops.length} hops; assumed: ${assumptions === 0 ? "nothing" : `${assumptions} ${assumptions === 1 ? "thing" : "things"} that no file says`}; not modelled: ${notModelled.join(", ")}.`;
}
