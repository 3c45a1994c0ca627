import type { Balancer, Topology } from "../../topology/model";
import type { Unknown } from "../../topology/value";
import type { TracedPath } from "../analysis/requests/traced-path";
import type { Assumption, Finding, Hop } from "../report";

/** A finding as a rule tells it; without a severity it has its row's. */
export type Fault = Omit<Finding, "severity"> & Partial<Pick<Finding, "severity">>;

/** What a rule tells of what it sees. */
export interface Reporter {
  /** A fault. Told again at the same address and attribute it counts once. */
  fault(finding: Fault): void;
  /** Something on the path that the file leaves open and this rule needed to know; it never counts as ok. */
  open(hop: Hop, unknown: Unknown): void;
  assume(assumption: Assumption): void;
}

/** Looks at each path for itself. */
export type PathRule = (path: TracedPath, report: Reporter) => void;

/** What of a path its targets' rules look at; paths that end alike, such as those of HTTP and HTTPS, share the answer. */
export type PathEnd = Pick<TracedPath, "topology" | "balancer" | "targetGroups" | "targets">;

export type TargetRule = (end: PathEnd, report: Reporter) => void;

/**
 * Looks at the file once, for what is on no single path, such as two listeners on one port. The faults count on each path whose balancer
 * is named; without one, on all.
 */
export type FileRule = (topology: Topology, report: FileReporter) => void;

export interface FileReporter extends Omit<Reporter, "fault" | "open"> {
  open(hop: Hop, unknown: Unknown, on?: readonly Balancer[]): void;
  fault(finding: Fault, on?: readonly Balancer[]): void;
}

/** The rules of one subject. */
export interface Rules {
  readonly path: readonly PathRule[];
  readonly targets?: readonly TargetRule[];
  readonly file: readonly FileRule[];
}
