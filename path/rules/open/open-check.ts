import type { Topology } from "../../../topology/model";
import type { TracedPath } from "../../analysis/requests/traced-path";
import type { PathEnd, Reporter } from "../rule";

/** A check without a rule, for the same subjects as a rule: it only reports what a file leaves open. */
export interface OpenCheck {
  /** Such as "the rules on the file's structure". */
  readonly where: string;
  readonly path?: OpenPathCheck;
  readonly targets?: OpenTargetCheck;
  readonly file?: (topology: Topology, report: OpenReporter) => void;
}

export type OpenPathCheck = (path: TracedPath, report: OpenReporter) => void;
export type OpenTargetCheck = (end: PathEnd, report: OpenReporter) => void;

/** Without findings, which need a rule. */
export type OpenReporter = Omit<Reporter, "finding">;
