import type { Balancer, Topology } from "../../topology/model";
import type { Unknown } from "../../topology/value";
import type { TracedPath } from "../analysis/requests/traced-path";
import type { Assumption, Finding, Hop } from "../report";
import type { Symptom } from "./symptoms";

/* What a rule is: everything about one problem, in one file. */

export interface Rule {
  /** Stable: reports and `accept` use it. */
  readonly id: `P${string}`;
  /** The hop of its findings; a finding can name another one. */
  readonly hop: Hop;
  /** What is wrong, in a few words that can begin a sentence. */
  readonly title: string;
  /** How certain its findings are, the usual case first; it determines their severity ({@link severityOf}). */
  readonly certainty: readonly [Certainty, ...Certainty[]];
  /**
   * What its errors mean, in a few words, if not what its certainty says (path/explain/facts.ts).
   * @default that of its certainty
   */
  readonly meaning?: string;
  /**
   * For a rule whose findings can be errors or warnings: the usual severity, and when a finding has the other one.
   * @default every finding has the severity of its certainty
   */
  readonly severity?: { readonly usual: Finding["severity"]; readonly otherIf: string };
  /**
   * The only files in which it can find something: plans of existing resources, or files that Terraform has not
   * checked yet.
   * @default all files
   */
  readonly onlyIn?: "plans of changes" | "synthesized files";
  /** Why AWS or a browser behaves this way, and the consequences: two or three sentences. */
  readonly why: string;
  /** What a person sees, for any resource. */
  readonly symptom: string;
  /** The headings of docs/troubleshooting.md that link here. */
  readonly symptoms: readonly Symptom[];
  /** The page of AWS's or Terraform's documentation, or of a standard, that confirms it. */
  readonly source: string;
  /** The input that a certain finding requires. */
  readonly needs: readonly Need[];
  /** How a review treats a finding that a change causes. */
  readonly review: InReview;
  readonly check: Check;
}

/**
 * How certain a rule is. `apply`: AWS refuses it. `certain`: requests fail. `plan`: Terraform refuses it. `likely`:
 * often but not always wrong, which makes it a warning. The first one applies to a finding unless its check overrides
 * it.
 */
type Certainty = "apply" | "certain" | "plan" | "likely";

/**
 * - `whole configuration`: something is missing, but a plan with `-target` may only have omitted it. The trace of such
 *   a plan reports it as open instead of as a finding (path/trace/notes.ts).
 * - `plan`: a state does not show it, so it may have existed before the plan. The review does not attribute it to the
 *   change (path/review/hops.ts).
 * - `boot scripts`: a state of provider 5 contains only their hashes. If the review does not know the previous scripts,
 *   it treats this like `plan`.
 */
type Need = "whole configuration" | "plan" | "boot scripts";

/** Read in path/review/: hops.ts, phrases.ts for `headline`, and unanswered.ts for `hits`. */
interface InReview {
  /** The effect during and after the apply; `fails if created`: the creation waits for it and times out. */
  readonly effect: "fails" | "fails if created" | "outage" | "none";
  /**
   * When a finding is dropped because path/review/effects/ reports the same problem more precisely: always, or if its
   * record points to a name that the change destroys and they report an outage for that.
   * @default never
   */
  readonly reportedBy?: "changes" | "changes that destroy its name";
  /**
   * Which change is reported as the cause: the first that gives a server or a load balancer other security groups, if
   * there is one and the resource itself does not change.
   * @default the change of the resource itself, else of what refers to it
   */
  readonly blames?: "security groups";
  /**
   * Which rules of its security group the finding concerns. If several changes refer to the group, changes of its own
   * rules in this direction are reported first.
   * @default no preference among the changes that refer to the group
   */
  readonly direction?: "ingress" | "egress";
  /**
   * Whether a destroy causes it. It is listed before other causes, and avoiding it also avoids the other effects of the
   * same change. It is dropped if path/review/effects/ reports the loss of its resource as an outage.
   * @default false
   */
  readonly isOfDestroy?: boolean;
  /**
   * What a headline says in place of the title: what was observed, if the title covers several cases, or a clause of
   * its own, with addresses in quotes. `undefined` is the title.
   * @default the title
   */
  readonly headline?: "observed" | ((finding: Finding, quoted: (address: string) => string) => string | undefined);
  /**
   * Whether its fix consists of blocks that keep existing resources, ready to paste.
   * @default false
   */
  readonly hasBlocks?: boolean;
  /**
   * Which requests it affects, if not those of the finding's `share`: all requests that reach its `Step`
   * (path/analysis/requests/traced-path.ts), or all that its target group receives.
   * @default those of its share
   */
  readonly hits?: "every request of its step" | "every request to its group";
  /**
   * Whether it breaks its hop, or only the apply.
   * @default true
   */
  readonly breaksHop?: boolean;
}

/** What a rule checks; one of them, or several. */
export interface Check {
  /** Each path separately. */
  readonly path?: PathCheck;
  /** The targets of a path; paths with the same end, such as those of HTTP and HTTPS, share the result. */
  readonly targets?: TargetCheck;
  /**
   * The whole file once, for problems that are not on a single path, such as two listeners on one port. The findings
   * apply to each path whose load balancer is given; without one, to all.
   */
  readonly file?: FileCheck;
}

export type PathCheck = (path: TracedPath, report: Reporter) => void;
export type TargetCheck = (end: PathEnd, report: Reporter) => void;
export type FileCheck = (topology: Topology, report: FileReporter) => void;

/** The part of a path that the rules of targets check. */
export type PathEnd = Pick<TracedPath, "topology" | "balancer" | "targetGroups" | "targets">;

/** A finding as a rule reports it: the id is the rule's, and so are hop and severity unless it sets them. */
export type FindingDetails = Omit<Finding, "id" | "hop" | "severity" | "docs"> &
  Partial<Pick<Finding, "hop" | "severity">>;

/** Where a rule reports what it finds. */
export interface Reporter {
  /** A finding; reported again at the same address and attribute, it counts once. */
  finding(details: FindingDetails): void;
  /** Something on the path that the file leaves open and that this rule needs; it never counts as ok. */
  open(hop: Hop, unknown: Unknown): void;
  assume(assumption: Assumption): void;
}

export interface FileReporter extends Omit<Reporter, "finding" | "open"> {
  open(hop: Hop, unknown: Unknown, on?: readonly Balancer[]): void;
  finding(details: FindingDetails, on?: readonly Balancer[]): void;
}

/** The severity of a finding unless its check sets another. */
export function severityOf({ certainty: [first] }: Pick<Rule, "certainty">): Finding["severity"] {
  return first === "likely" ? "warning" : "error";
}
