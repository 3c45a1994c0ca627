import type { Balancer, Topology } from "../../topology/model";
import type { Unknown } from "../../topology/value";
import type { TracedPath } from "../analysis/requests/traced-path";
import type { Assumption, Finding, Hop } from "../report";
import type { Symptom } from "./symptoms";

/* What a rule is: all that is known of one problem, in one file. */

export interface Rule {
  /** Stable, as reports and `accept` name it. */
  readonly id: `P${string}`;
  /** Where on the path it is found; a finding can name another hop. */
  readonly hop: Hop;
  /** What is wrong, in a few words that begin a sentence. */
  readonly title: string;
  /** How sure its findings are, the usual case first: it makes them errors or warnings ({@link severityOf}). */
  readonly certainty: readonly [Certainty, ...Certainty[]];
  /** Why AWS or a browser behaves so, and what comes of it: two or three sentences. */
  readonly why: string;
  /** What a person sees, whatever the resource. */
  readonly symptom: string;
  /** The headings of docs/troubleshooting.md that lead here. */
  readonly symptoms: readonly Symptom[];
  /** The page of AWS's documentation, of Terraform's or of a standard that says so. */
  readonly source: string;
  /** What must have been read for a finding to be certain. */
  readonly needs: readonly Need[];
  /** How a finding counts that a change brings. */
  readonly review: InReview;
  readonly check: Check;
}

/**
 * How sure a rule is: `apply`, AWS refuses it; `certain`, requests fail; `plan`, terraform itself refuses it; `likely`,
 * often but not always wrong, which makes it a warning. The first is what a finding is unless the check knows better.
 */
type Certainty = "apply" | "certain" | "plan" | "likely";

/**
 * - `whole configuration`: something is missing, and a plan of some targets may only have left it out; the trace of
 *   such a plan then reports what is open in place of a finding (path/trace/notes.ts)
 * - `plan`: no state tells of it, so that what is new in a plan may have been there before; the review does not count
 *   it as brought by the change (path/review/hops.ts)
 * - `boot scripts`: a state of provider 5 holds their hashes only; the review treats it like `plan` where it does not
 *   know the scripts from before
 */
type Need = "whole configuration" | "plan" | "boot scripts";

/** Read in path/review/: hops.ts, and unanswered.ts for `hits`. */
interface InReview {
  /** What it does while the change is applied and after; `fails if created`: the creation waits for it in vain. */
  readonly effect: "fails" | "fails if created" | "outage" | "none";
  /**
   * When a finding is dropped, as the rules of changes (path/review/effects/) tell of the same more exactly: always, or
   * where its record leads to a name that the change destroys and they call that an outage.
   * @default never
   */
  readonly toldBy?: "changes" | "changes that destroy its name";
  /**
   * Which change is named as the one that brings it: the first by which a server or a load balancer takes other
   * security groups, where there is one and the resource itself does not change.
   * @default that of the resource itself, else of what names it
   */
  readonly blames?: "security groups";
  /**
   * Which rules of its security group the finding is about. Of several changes that name the group, those of its own
   * rules in this direction are blamed first.
   * @default all that name the group are alike
   */
  readonly direction?: "ingress" | "egress";
  /**
   * Whether a destroy brings it. It is listed before other causes, and avoiding it avoids what else the same change
   * brings; it is dropped where the rules of changes call the loss of its resource an outage.
   * @default false
   */
  readonly isOfDestroy?: boolean;
  /**
   * Whether its fix is blocks that keep what stands, ready to paste.
   * @default false
   */
  readonly hasBlocks?: boolean;
  /**
   * Which requests meet it, where that is not what a finding's `share` says: all that come to its `Step`
   * (path/analysis/requests/traced-path.ts), or all that its target group gets.
   * @default those of its share
   */
  readonly hits?: "every request of its step" | "every request to its group";
  /**
   * Whether it breaks its hop, or nothing but the apply.
   * @default true
   */
  readonly breaksHop?: boolean;
}

/** What a rule looks at; one of them, or several. */
export interface Check {
  /** Each path for itself. */
  readonly path?: PathCheck;
  /** The targets of a path; paths that end alike, such as those of HTTP and HTTPS, share the answer. */
  readonly targets?: TargetCheck;
  /**
   * The file once, for what is on no single path, such as two listeners on one port. The findings count on each path
   * whose load balancer is named; without one, on all.
   */
  readonly file?: FileCheck;
}

export type PathCheck = (path: TracedPath, report: Reporter) => void;
export type TargetCheck = (end: PathEnd, report: Reporter) => void;
export type FileCheck = (topology: Topology, report: FileReporter) => void;

/** What of a path its targets' rules look at. */
export type PathEnd = Pick<TracedPath, "topology" | "balancer" | "targetGroups" | "targets">;

/** A finding as a rule tells it: the id is the rule's, and so are hop and severity unless it says otherwise. */
export type FindingDetails = Omit<Finding, "id" | "hop" | "severity" | "docs"> &
  Partial<Pick<Finding, "hop" | "severity">>;

/** What a rule tells of what it sees. */
export interface Reporter {
  /** A finding. Told again at the same address and attribute it counts once. */
  finding(details: FindingDetails): void;
  /** Something on the path that the file leaves open and this rule needed to know; it never counts as ok. */
  open(hop: Hop, unknown: Unknown): void;
  assume(assumption: Assumption): void;
}

export interface FileReporter extends Omit<Reporter, "finding" | "open"> {
  open(hop: Hop, unknown: Unknown, on?: readonly Balancer[]): void;
  finding(details: FindingDetails, on?: readonly Balancer[]): void;
}

/** What a finding is unless its check knows better. */
export function severityOf({ certainty: [first] }: Pick<Rule, "certainty">): Finding["severity"] {
  return first === "likely" ? "warning" : "error";
}
