import type { Doing } from "../../topology/changes";
import type { Hop, Verdict } from "../report";

/* The report of a review, for people and for programs. */

/** The effects of an apply on requests to the site, from the least to the most severe. */
export const EFFECTS = ["none", "brief", "unknown", "outage", "fails"] as const;

/**
 * `none`: requests are not affected. `brief`: some requests fail, or all of them for seconds. `unknown`: the effect of
 * part of the plan cannot be determined. `outage`: all requests to a declared URL fail, for minutes or permanently.
 * `fails`: AWS or Terraform refuses a step, and the apply stops partway.
 */
export type Effect = (typeof EFFECTS)[number];

export interface HopChange {
  readonly hop: Hop;
  /** Null if there was no path. */
  readonly before: Verdict | null;
  /** Null if no path remains. */
  readonly after: Verdict | null;
  /** `broken` and `repaired` only if both the state and the plan can show the finding. */
  readonly change: "broken" | "repaired" | "unchanged";
}

/** Numbers of resources; replacements are counted separately, data sources not at all. */
export interface Counts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly destroy: number;
}

/** One change, and its effect on the path. */
export interface Cause {
  /** The address of the resource or action; `plan` if the cause is the plan itself. */
  readonly address: string;
  /**
   * The attribute that causes the change, such as `ami` or `health_check.path`; empty if there is none, as for a
   * tainted resource.
   */
  readonly attribute: string;
  /** Null if it is not on the path of a request, or if this cannot be determined. */
  readonly hop: Hop | null;
  readonly effect: Effect;
  /** What Terraform does, why, in which order, and what happens to requests. Values are in backticks. */
  readonly why: string;
  /** How to avoid it; empty if there is nothing to avoid. */
  readonly avoid: string;
  /** Blocks of Terraform configuration that avoid it, ready to paste; absent if there are none. */
  readonly hcl?: string;
}

/** Permissions in words, such as "port 443 from everyone (IPv4) in `aws_security_group.alb`". */
export interface SecurityChanges {
  readonly opened: readonly string[];
  readonly closed: readonly string[];
}

export interface ReviewReport {
  readonly format_version: "1.0";
  /** The most severe effect of all causes. */
  readonly effect: Effect;
  /** The headline, in one sentence. Values are in backticks. */
  readonly summary: string;
  /** All five, in the order of a request; empty if there is no path before and after. */
  readonly hops: readonly HopChange[];
  readonly counts: Counts;
  /** The most severe first, then in the order of a request. */
  readonly causes: readonly Cause[];
  readonly security: SecurityChanges;
}

export interface ChangeLine {
  readonly address: string;
  readonly doing: Doing;
  /** Whether a replacement creates the new resource before it destroys the old one. */
  readonly isCreatedFirst: boolean;
  /** Attributes that change; for a replacement, those that force it. */
  readonly attributes: readonly string[];
  /** Terraform's reason if the attributes do not show it, such as "its `count` decreases". */
  readonly reason: string;
}

/** A resource on the path, before or after or both. */
export interface PictureNode {
  readonly address: string;
  readonly hop: Hop;
  readonly doing: Doing;
  /** The resource's own name or setting, such as `www.example.com` or `HTTPS :443`; may be empty. */
  readonly label: string;
  /** Whether the plan has an error at this resource. */
  readonly isBroken: boolean;
  /** Whether it belongs to another box, as a certificate to a listener, and passes no requests on. */
  readonly isAttached?: boolean;
}

export interface PictureEdge {
  /** Addresses, or `client`. */
  readonly from: string;
  readonly to: string;
  /** `again`: a target that stays is deregistered and registered again. */
  readonly is: "kept" | "new" | "gone" | "again";
}

/** The path of the requests, in the direction of traffic. */
export interface Picture {
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

/** A report, and the rest of what a page shows. */
export interface Review {
  readonly report: ReviewReport;
  /** Causes that affect requests, without those that only result from another one: shown first on a page. */
  readonly roots: readonly Cause[];
  /** What a reviewer should check in addition, a sentence each, such as lost data. Values are in backticks. */
  readonly watch: readonly string[];
  /**
   * Why an effect `none` is not the whole result, as the headline reports it: a hop that the plan does not determine,
   * or data that is lost. Absent if there is neither, or another effect.
   */
  readonly attention?: "not verified" | "data lost";
  /** For a new site: what was checked, what was assumed and what is not modeled, in one sentence. */
  readonly coverage?: string;
  /** Blocks that the plan already has, as `aws_lb.web` without an instance key. */
  readonly blocks?: ReadonlySet<string>;
  /** All changes, in the plan's order. */
  readonly changes: readonly ChangeLine[];
  /** Names of outputs that change. */
  readonly outputs: readonly string[];
  readonly picture: Picture;
}

/** The most severe of several effects. */
export function worstEffect(effects: Iterable<Effect>): Effect {
  return EFFECTS[Math.max(0, ...[...effects].map((it) => EFFECTS.indexOf(it)))] ?? "none";
}
