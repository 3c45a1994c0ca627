import type { Balancer, Topology } from "../../topology/model";
import { isOfThisProject } from "../../topology/origin";
import { readTopology } from "../../topology/topology";
import { UnreadableFile } from "../../topology/unreadable-file";
import { analyse } from "../analysis/analysis";
import { mayBeApplication } from "../analysis/requests/balancer-types";
import { type Entry, entriesAt } from "../analysis/requests/entries";
import { routeOf } from "../analysis/requests/route";
import { shownUrl } from "../analysis/requests/shown";
import type { TracedPath } from "../analysis/requests/traced-path";
import { Deadline, LIMIT_SEC } from "../deadline";
import {
  HOPS,
  type Hop,
  type HopReport,
  type Open,
  type PathReport,
  type TraceReport,
  type Verdict,
  worst,
} from "../report";
import type { PathEnd } from "../rules/rule";
import { FILE_CHECKS, PATH_CHECKS, TARGET_CHECKS } from "./checks";
import { viewOf } from "./hop-views";
import { type Note, Notebook, noteTaker, PathNotes } from "./notes";

export interface TraceOptions {
  /** Only the path of this URL. */
  readonly url?: URL;
  /**
   * When the trace ends; the rest is then unknown.
   * @default after ten seconds of CPU time
   */
  readonly deadline?: Deadline;
  /**
   * Only what a client gets that requests each URL itself, without headers or a query of its own, and not what other
   * clients may get.
   * @default false
   */
  readonly asksPlainly?: boolean;
}

/**
 * Traces the path of a request through a parsed file: a plan or a state as `terraform show -json` writes it, or a
 * `cdk.tf.json`. Fixes include props only if the file comes from a stack of this project.
 * @throws {UnreadableFile} for any other document
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
    // Terraform never writes such a file.
    throw error instanceof RangeError
      ? new UnreadableFile(
          "expected the output of `terraform show -json` for a plan or a state, or a cdk.tf.json; this file is " +
            "nested more deeply than any that Terraform writes.",
        )
      : error;
  }
}

/** The same for a topology that was already read. */
export function traceTopology(
  topology: Topology,
  { url, deadline = new Deadline(), asksPlainly = false }: TraceOptions = {},
): TraceReport {
  const declared = url === undefined ? analyse(topology).entries : entriesAt(url, topology);
  const entries = asksPlainly ? declared.map((it): Entry => ({ ...it, hasPath: true, isPlain: true })) : declared;
  const notebook = new Notebook();
  const { findings, assumed } = notebook;
  const work: Work = { notebook, deadline, everywhere: notesOfFile(topology, notebook, deadline) };
  const paths = entries.map((entry) =>
    deadline.isOver() ? untraced(entry) : pathReport(entry, routeOf(entry, topology), work),
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

/** What all paths of one trace share. */
interface Work {
  readonly notebook: Notebook;
  readonly deadline: Deadline;
  /** What the checks of the file reported. */
  readonly everywhere: readonly Note[];
}

function notesOfFile(topology: Topology, notebook: Notebook, deadline: Deadline): Note[] {
  const notes: Note[] = [];
  const run = noteTaker<Topology>(topology, deadline, (note) => {
    // A finding counts even if none of its load balancers is on a path.
    if (note.kind === "finding") notebook.finding(note.finding);
    if (note.kind === "assumption") notebook.assume(note.assumption);
    notes.push(note);
  });
  deadline.run(() => {
    for (const check of FILE_CHECKS) {
      deadline.enter(`in ${check.where}`);
      run(check, topology);
    }
  });
  return notes;
}

function pathReport(entry: Entry, path: TracedPath, { notebook, deadline, everywhere }: Work): PathReport {
  const { balancer, topology } = path;
  const notes = new PathNotes(notebook);
  for (const note of everywhere)
    if (note.on === undefined || (balancer !== undefined && note.on.includes(balancer))) notes.add(note);
  const run = noteTaker<TracedPath>(topology, deadline, (note) => notes.add(note));
  const url = shownUrl(entry);
  deadline.run(() => {
    for (const check of PATH_CHECKS) {
      deadline.enter(`in ${check.where} of ${url}`);
      run(check, path);
    }
    for (const note of notesOfTargets(path, url, deadline)) {
      deadline.check();
      notes.add(note);
    }
  });
  if (deadline.stopped !== undefined) for (const hop of HOPS) notes.leaveOpen(unchecked(hop, entry));
  const hops = HOPS.map((hop) => hopReport(hop, path, notes));
  return {
    url,
    verdict: worst(hops.map(({ verdict }) => verdict)),
    from: path.from,
    hops,
    ...(balancer !== undefined && { balancer: balancer.address }),
  };
}

/** A path for which no time was left. */
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
    why: `not fully checked: the trace stopped after ${LIMIT_SEC} seconds of CPU time`,
  };
}

const noted = new WeakMap<PathEnd["targets"], Map<Balancer | undefined, readonly Note[]>>();

/** What the rules of targets report, once for all paths that end there. */
function notesOfTargets(end: PathEnd, url: string, deadline: Deadline): readonly Note[] {
  const byBalancer = noted.get(end.targets) ?? new Map<Balancer | undefined, readonly Note[]>();
  noted.set(end.targets, byBalancer);
  const known = byBalancer.get(end.balancer);
  if (known !== undefined) return known;
  const notes: Note[] = [];
  const run = noteTaker<PathEnd>(end.topology, deadline, (note) => notes.push(note));
  for (const check of TARGET_CHECKS) {
    deadline.enter(`in ${check.where} of ${url}`);
    run(check, end);
  }
  byBalancer.set(end.balancer, notes);
  return notes;
}

function hopReport(hop: Hop, path: TracedPath, notes: PathNotes): HopReport {
  const here = [...notes.findings].filter((it) => it.hop === hop);
  const open = [...notes.open.values()].filter((it) => it.hop === hop);
  // A target group without known registrations, or an unknown target group, has no targets that could be ok.
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

function coverageOf(
  { balancers, source }: Topology,
  paths: readonly PathReport[],
  assumptions: number,
  { stopped }: Deadline,
): string {
  const hops = paths.flatMap((path) => path.hops);
  const determined = hops.filter(({ verdict }) => verdict !== "unknown").length;
  const others = balancers.filter((it) => !mayBeApplication(it)).length;
  const notModeled = [
    "the behavior of the targets' applications",
    "quotas",
    "IPv6 beyond the load balancer",
    ...(others > 0
      ? [others === 1 ? "1 load balancer of another type" : `${others} load balancers of other types`]
      : []),
  ];
  return (
    `${stopped === undefined ? "" : `${stopped} `}Determined from the ` +
    `${source === "synthesized" ? "synthesized file" : source}: ${determined} of ${hops.length} hops; assumed: ` +
    `${assumptions === 0 ? "nothing" : `${assumptions} ${assumptions === 1 ? "fact" : "facts"} not in any file`}` +
    `; not modeled: ${notModeled.join(", ")}.`
  );
}
