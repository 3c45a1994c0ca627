/* What a trace answers, for people and for programs. */

/** The hops of a request, in its order. */
export const HOPS = ["dns", "tls", "listener", "target-group", "target"] as const;
export type Hop = (typeof HOPS)[number];

/** `broken` beats `unknown` beats `ok`. */
export type Verdict = "ok" | "broken" | "unknown";

/** The smallest change that ends a finding, said three ways. */
export interface Fix {
  /** One sentence for a person. */
  readonly text: string;
  /**
   * In this project's props, such as `healthCheck: { port: 80 }`; where no prop makes the finding, that is said. Empty
   * where the file does not come from a stack of this project.
   */
  readonly props: string;
  /** As Terraform's HCL: the block with the argument that changes, or the block that is missing. */
  readonly hcl: string;
  /** The same as data, so that a program can do it; `hcl` is written from it. */
  readonly edits: readonly Edit[];
}

/** One change of a configuration. */
export type Edit =
  /**
   * Sets an argument of a resource; an index in the path names one of several blocks. `undefined` takes the argument
   * away.
   */
  | { readonly set: string; readonly path: readonly (string | number)[]; readonly value: unknown }
  /** Adds a resource; `like` names one whose module and provider it shares. */
  | {
      readonly add: string;
      readonly name: string;
      readonly body: Readonly<Record<string, unknown>>;
      readonly like: string;
    }
  | { readonly remove: string };

/** What a rule found: a finding on the path, or what may be one. */
export interface Finding {
  /** The id of the rule that found it, such as `P33`. */
  readonly id: string;
  /** An error breaks the path; a warning does not touch the verdict. */
  readonly severity: "error" | "warning";
  readonly hop: Hop;
  /** The resource, as Terraform writes it. */
  readonly address: string;
  /** Its attribute, such as `health_check.port`. */
  readonly attribute: string;
  readonly observed: string;
  readonly required: string;
  /** What a person sees, or the code that AWS shows. */
  readonly symptom: string;
  /** Which part of the requests or of the resources is hit, such as "1 of 2 subnets"; absent: all. */
  readonly share?: string;
  /** Why somebody lets it pass; absent: nobody does. */
  readonly accepted?: string;
  readonly fix: Fix;
  /** The rule's page in this project, such as `docs/rules/P33.md`; `alb-web explain P33` prints it. */
  readonly docs: string;
}

/** An attribute of the path that the file leaves open. */
export interface Open {
  readonly hop: Hop;
  readonly address: string;
  readonly attribute: string;
  /** Such as "known after apply, and var.subnets does not say". */
  readonly why: string;
}

/** What no file can say, so that it is taken for granted. */
export interface Assumption {
  readonly hop: Hop;
  readonly address?: string;
  readonly text: string;
}

export interface HopReport {
  readonly hop: Hop;
  readonly verdict: Verdict;
  /** Addresses of what makes the hop, such as the listeners. */
  readonly resources: readonly string[];
  /** One line on what was seen, such as "HTTPS :443 forwards to aws_lb_target_group.web". */
  readonly observed: string;
  /** Ids of the findings on this hop of this path, with the addresses they are at. */
  readonly findings: readonly { readonly id: string; readonly address: string }[];
  readonly open: readonly Open[];
}

/** The path of the requests to one URL. */
export interface PathReport {
  readonly url: string;
  readonly verdict: Verdict;
  /** The load balancer's address; absent when the name leads to none. */
  readonly balancer?: string;
  /** Whether clients are on the internet or in the load balancer's VPC. */
  readonly from: "internet" | "vpc";
  /** Always all five, in order. */
  readonly hops: readonly HopReport[];
}

export interface TraceReport {
  readonly format_version: "1.0";
  readonly verdict: Verdict;
  readonly paths: readonly PathReport[];
  /** Each finding once, however many paths it is on. */
  readonly findings: readonly Finding[];
  readonly assumed: readonly Assumption[];
  /** One line: what was proven, what assumed, what is not modelled. */
  readonly coverage: string;
  /** What an `accept` of the stack names that is not clearly one finding, a sentence each; absent: nothing. */
  readonly notAccepted?: readonly string[];
  /** Where the trace ran out of time, in one sentence; absent: it looked at everything. */
  readonly stopped?: string;
}

/** The worst of several verdicts. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  const all = new Set(verdicts);
  return all.has("broken") ? "broken" : all.has("unknown") ? "unknown" : "ok";
}

/** Equal for a finding and where a path names it. */
export function placeOf({ id, address }: Pick<Finding, "id" | "address">): string {
  return JSON.stringify([id, address]);
}
