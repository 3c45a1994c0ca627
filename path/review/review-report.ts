import type { Doing } from "../../topology/changes";
import type { Hop, Verdict } from "../report";

/* What a review of a plan answers, for people and for programs. */

/** What the requests to the site notice of an apply; a later one is worse. */
export const EFFECTS = ["none", "brief", "unknown", "outage", "fails"] as const;

/**
 * `none`: no request notices. `brief`: some requests fail, or all of them for seconds. `unknown`: the plan holds
 * something whose effect cannot be determined. `outage`: nobody is answered at some declared address, for minutes or
 * for good. `fails`: AWS or terraform refuses a step, so that the apply ends half done.
 */
export type Effect = (typeof EFFECTS)[number];

export interface HopChange {
  readonly hop: Hop;
  /** Null where there was no path. */
  readonly before: Verdict | null;
  /** Null where no path is left. */
  readonly after: Verdict | null;
  /** Said only where the reader of the state and that of the plan can both see what is wrong. */
  readonly change: "broken" | "repaired" | "unchanged";
}

/** How many resources are touched; those that are replaced stand apart, and data sources do not count. */
export interface Counts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly destroy: number;
}

/** One change, and what it does to the path. */
export interface Cause {
  /** The resource or action, as Terraform writes it; `plan` for what the plan says of itself. */
  readonly address: string;
  /**
   * The attribute that makes Terraform do it, such as `ami` or `health_check.path`; empty where none does, as for a
   * tainted resource.
   */
  readonly attribute: string;
  /** Null for what is not on the path of a request, or of which nobody knows whether it is. */
  readonly hop: Hop | null;
  readonly effect: Effect;
  /** Why, in which order, and what traffic does meanwhile. Values stand between backticks. */
  readonly why: string;
  /** How to avoid it; empty where there is nothing to avoid. */
  readonly avoid: string;
  /** Blocks of Terraform's language that avoid it, ready to paste; absent where there are none. */
  readonly hcl?: string;
}

/**
 * Permissions in words, such as "443 opened to everyone (IPv4) by aws_security_group.alb". Values stand between
 * backticks.
 */
export interface SecurityChanges {
  readonly opened: readonly string[];
  readonly closed: readonly string[];
}

export interface ReviewReport {
  readonly format_version: "1.0";
  /** The worst of all causes. */
  readonly effect: Effect;
  /** The verdict in one sentence. Values stand between backticks. */
  readonly summary: string;
  /** All five, in the order of a request; empty where the plan has no path before and after. */
  readonly hops: readonly HopChange[];
  readonly counts: Counts;
  /** The worst first, and within that in the order of a request. */
  readonly causes: readonly Cause[];
  readonly security: SecurityChanges;
}

export interface ChangeLine {
  readonly address: string;
  readonly doing: Doing;
  /** Of a replacement: whether the new one is there before the old one goes. */
  readonly isCreatedFirst: boolean;
  /** Attributes that change; of a replacement those that force it. */
  readonly attributes: readonly string[];
  /** Why terraform does it, where the attributes do not say: "its count is smaller now". */
  readonly reason: string;
}

/** A resource on the path, before or after or both. */
export interface PictureNode {
  readonly address: string;
  readonly hop: Hop;
  readonly doing: Doing;
  /** The load balancer's name to a person, or the URL's: a second line below the address; may be empty. */
  readonly label: string;
  /** Whether a error of the planned state is at this hop of it. */
  readonly isBroken: boolean;
}

export interface PictureEdge {
  /** Addresses, or `client`. */
  readonly from: string;
  readonly to: string;
  readonly is: "kept" | "new" | "gone";
}

/** The path of the requests, in the direction of traffic. */
export interface Picture {
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

/** A report, and what else a page shows of the same plan. */
export interface Review {
  readonly report: ReviewReport;
  /** Of the causes that a request notices, those that do not only follow another one: what a page tells first. */
  readonly roots: readonly Cause[];
  /**
   * What a reviewer should look at beside the causes, a sentence each: data that is lost, what is left open. Values
   * stand between backticks.
   */
  readonly watch: readonly string[];
  /** Everything that is not left as it is, in the plan's order. */
  readonly changes: readonly ChangeLine[];
  /** Names of outputs that change. */
  readonly outputs: readonly string[];
  readonly picture: Picture;
}

/** The worst of several effects. */
export function worstEffect(effects: Iterable<Effect>): Effect {
  return EFFECTS[Math.max(0, ...[...effects].map((it) => EFFECTS.indexOf(it)))] ?? "none";
}
