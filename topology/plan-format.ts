import { isObject, type Json, listOf, objectOf, own, textOf } from "./json";
import { shortened, throwIfTooLong } from "./limits";

/*
 * What a plan's JSON states about itself: whether it is complete, what it defers, which actions it invokes, and which
 * parts are not read.
 */

/** An action that terraform 1.14 or newer invokes while it applies. */
export interface Invocation {
  /** As Terraform writes it, such as `action.aws_ec2_stop_instance.web`. */
  readonly address: string;
  /** Such as `aws_ec2_stop_instance`. */
  readonly type: string;
  /** The known part of its configuration. */
  readonly values: Json;
  /** Terraform's `config_unknown`: `true` for every value that is known only after apply. */
  readonly unknown: Json;
  /** The resource whose change triggers it; absent if a person invokes it. */
  readonly trigger?: string;
}

/** A change or an action that Terraform defers to a later plan. */
export interface Deferral {
  readonly address: string;
  /** The address of a resource or an action. */
  readonly type: string;
  /** Terraform's word for why, such as `instance_count_unknown`. */
  readonly reason: string;
  readonly isAction: boolean;
}

export interface PlanFormat {
  readonly isErrored: boolean;
  /** Not of the whole configuration, as with `-target`. */
  readonly isPartial: boolean;
  /** A format version that is not recognized. */
  readonly newVersion: string | undefined;
  /** Names of the plan's parts that are not recognized and not empty. */
  readonly unknownParts: readonly string[];
  readonly invocations: readonly Invocation[];
  readonly deferrals: readonly Deferral[];
}

/** The parts of a plan that Terraform 1.0 to 1.15 and OpenTofu 1.6 to 1.12 write. */
const PARTS = new Set([
  "format_version",
  "terraform_version",
  "variables",
  "planned_values",
  "resource_drift",
  "resource_changes",
  "output_changes",
  "prior_state",
  "configuration",
  // Terraform 1.2 and 1.3 have `condition_results` instead of `checks`; the first one is a common key for comments in
  // JSON.
  "//",
  "relevant_attributes",
  "condition_results",
  "checks",
  "timestamp",
  "errored",
  "applyable",
  "complete",
  "deferred_changes",
  "deferred_action_invocations",
  "action_invocations",
]);

/** Terraform 1.0 writes 0.1 and 0.2; an incompatible change increases the major version. */
const VERSION = /^[01](\.|$)/;

export function formatOf(plan: Json): PlanFormat {
  const version = textOf(plan.format_version);
  return {
    isErrored: plan.errored === true,
    isPartial: plan.complete === false,
    newVersion: version === undefined || VERSION.test(version) ? undefined : shortened(version),
    unknownParts: Object.keys(plan)
      .filter((name) => !PARTS.has(name) && holdsAnything(plan[name]))
      .map(shortened),
    invocations: listOf(plan.action_invocations).map(invocationOf),
    deferrals: [
      ...listOf(plan.deferred_changes).map((it) => deferralOf(it, own(it, "resource_change"), false)),
      ...listOf(plan.deferred_action_invocations).map((it) => deferralOf(it, own(it, "action_invocation"), true)),
    ],
  };
}

/** Whether a plan covers less than the configuration would create. */
export function isPartial(plan: Json): boolean {
  return plan.complete === false || plan.errored === true || listOf(plan.deferred_changes).length > 0;
}

function holdsAnything(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return Array.isArray(value) ? value.length > 0 : !isObject(value) || Object.keys(value).length > 0;
}

function invocationOf(item: unknown): Invocation {
  const trigger = textOf(own(own(item, "lifecycle_action_trigger"), "triggering_resource_address"));
  return {
    address: addressOf(item),
    type: shortened(textOf(own(item, "type")) ?? ""),
    values: objectOf(own(item, "config_values")),
    unknown: objectOf(own(item, "config_unknown")),
    ...(trigger !== undefined && { trigger: shortened(trigger) }),
  };
}

function deferralOf(item: unknown, held: unknown, isAction: boolean): Deferral {
  return {
    address: addressOf(held),
    type: shortened(textOf(own(held, "type")) ?? ""),
    reason: shortened(textOf(own(item, "reason")) ?? "unknown"),
    isAction,
  };
}

/** Incomplete information still counts. */
function addressOf(item: unknown): string {
  const address = textOf(own(item, "address")) ?? "";
  throwIfTooLong(address);
  return address === "" ? "plan" : address;
}
