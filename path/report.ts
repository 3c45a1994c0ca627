/* The report of a trace, for people and for programs. */

/** The hops of a request, in order. */
export const HOPS = ["dns", "tls", "listener", "target-group", "target"] as const;
export type Hop = (typeof HOPS)[number];

/** `broken` beats `unknown` beats `ok`. */
export type Verdict = "ok" | "broken" | "unknown";

/** The smallest change that resolves a finding, in three forms. */
export interface Fix {
  /** One sentence for a person. */
  readonly text: string;
  /**
   * In this project's props, such as `healthCheck: { port: 80 }`, or a note that no prop causes the finding. Empty if
   * the file does not come from a stack of this project.
   */
  readonly props: string;
  /** As Terraform's HCL: the block with the argument that changes, or the block that is missing. */
  readonly hcl: string;
  /** The same as data for programs; `hcl` is generated from it. */
  readonly edits: readonly Edit[];
}

/** One change of a configuration. */
export type Edit =
  /**
   * Sets an argument of a resource. An index in the path selects one of several blocks. `undefined` removes the
   * argument.
   */
  | { readonly set: string; readonly path: readonly (string | number)[]; readonly value: unknown }
  /** Adds a resource in the same module and with the same provider as `like`. */
  | {
      readonly add: string;
      readonly name: string;
      readonly body: Readonly<Record<string, unknown>>;
      readonly like: string;
    }
  | { readonly remove: string };

/** The result of a rule at an address. */
export interface Finding {
  /** The id of the rule that found it, such as `P33`. */
  readonly id: string;
  /** An error breaks the path; a warning does not change the verdict. */
  readonly severity: "error" | "warning";
  readonly hop: Hop;
  /** The resource, as Terraform writes it. */
  readonly address: string;
  /** Its attribute, such as `health_check.port`. */
  readonly attribute: string;
  readonly observed: string;
  readonly required: string;
  /** What a user sees, or the error code from AWS. */
  readonly symptom: string;
  /** The affected part of the requests or resources, such as "1 of 2 subnets"; absent: all. */
  readonly share?: string;
  /** The reason why it is accepted; absent: it is not. */
  readonly accepted?: string;
  readonly fix: Fix;
  /** The rule's page in this project, such as `docs/rules/P33.md`; `alb-web explain P33` prints it. */
  readonly docs: string;
}

/** An attribute on the path that cannot be determined from the file. */
export interface Open {
  readonly hop: Hop;
  readonly address: string;
  readonly attribute: string;
  /** Such as "known after apply, and var.subnets does not say". */
  readonly why: string;
}

/** Something that no file can contain and that is therefore assumed. */
export interface Assumption {
  readonly hop: Hop;
  readonly address?: string;
  readonly text: string;
}

export interface HopReport {
  readonly hop: Hop;
  readonly verdict: Verdict;
  /** Addresses of the hop's resources, such as the listeners. */
  readonly resources: readonly string[];
  /** One line that describes the hop, such as "HTTPS :443 forwards to aws_lb_target_group.web". */
  readonly observed: string;
  /** Ids and addresses of the findings on this hop of this path. */
  readonly findings: readonly { readonly id: string; readonly address: string }[];
  readonly open: readonly Open[];
}

/** The path of the requests to one URL. */
export interface PathReport {
  readonly url: string;
  readonly verdict: Verdict;
  /** The load balancer's address; absent if the name resolves to none. */
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
  /** Each finding once, even if it is on several paths. */
  readonly findings: readonly Finding[];
  readonly assumed: readonly Assumption[];
  /** One line: what was checked, what was assumed, what is not modeled. */
  readonly coverage: string;
  /** Entries of the stack's `accept` that do not match exactly one finding, a sentence each; absent: none. */
  readonly notAccepted?: readonly string[];
  /** Where the trace ran out of time, in one sentence; absent: it is complete. */
  readonly stopped?: string;
}

/** The worst of several verdicts. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  const all = new Set(verdicts);
  return all.has("broken") ? "broken" : all.has("unknown") ? "unknown" : "ok";
}

/** A key that is equal for a finding and for its entry in a path. */
export function placeOf({ id, address }: Pick<Finding, "id" | "address">): string {
  return JSON.stringify([id, address]);
}
