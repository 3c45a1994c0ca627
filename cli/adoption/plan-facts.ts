import { doingOf } from "../../topology/changes";
import { namesKey, type Planned, type Values } from "./model";

/** The parts of `terraform show -json` of a plan that adopt reads. */
export interface PlanJson {
  readonly resource_changes?: readonly ResourceChange[];
  readonly prior_state?: { readonly values?: { readonly root_module?: StateModule } };
}

interface ResourceChange {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  /** The key of an object that is deleted after its replacement was created. */
  readonly deposed?: string;
  readonly action_reason?: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before?: Values | null;
    readonly after?: Values | null;
    readonly after_unknown?: unknown;
    readonly importing?: { readonly id?: string };
  };
}

interface StateModule {
  readonly resources?: readonly { readonly address: string; readonly mode: string; readonly values?: Values }[];
  readonly child_modules?: readonly StateModule[];
}

export interface PlanFacts {
  /** Addresses that the plan would create. */
  readonly wanted: readonly Planned[];
  /** Addresses that exist or are about to be adopted, with their planned values. */
  readonly standing: readonly Planned[];
  /** Ids in the state, including deposed objects. */
  readonly knownIds: ReadonlySet<string>;
  /** The addresses that are about to be adopted and that terraform would replace. */
  readonly replaced: readonly string[];
  /** Tainted resources of an interrupted deploy that terraform cannot replace. */
  readonly interrupted: readonly { readonly address: string; readonly id: string }[];
}

/**
 * Types with unique names: a replacement cannot be created before the interrupted resource is deleted.
 */
const ONE_OF_A_NAME = new Set(["aws_lb", "aws_lb_target_group", "aws_security_group", "aws_route53_record"]);

/** Reads a plan. */
export function planFacts(plan: PlanJson): PlanFacts {
  const changes = (plan.resource_changes ?? []).filter(
    ({ mode, deposed }) => mode === "managed" && deposed === undefined,
  );
  // A resource that is forgotten and created again is in the state, so nothing can be imported to its address.
  const isNew = (it: ResourceChange) => doingOf({ ...it }) === "create" && it.change.before == null;
  return {
    wanted: changes.filter(isNew).map(plannedOf),
    standing: changes.filter((it) => !isNew(it) && it.change.after != null).map(plannedOf),
    // The prior state of the plan includes what is about to be adopted.
    knownIds: new Set(resourcesIn(plan.prior_state?.values?.root_module).map(({ values }) => String(values?.id))),
    replaced: changes
      .filter((it) => it.change.importing !== undefined && ["replace", "destroy"].includes(doingOf({ ...it })))
      .map(({ address }) => address),
    interrupted: changes
      .filter(isHalfDone)
      .map(({ address, change: { before } }) => ({ address, id: String(before?.id) })),
  };
}

function isHalfDone({ type, action_reason, change: { actions, before, after } }: ResourceChange): boolean {
  const isInTheWay = actions[0] === "create" && ONE_OF_A_NAME.has(type) && before?.name === after?.name;
  // A protected resource cannot be deleted in any order.
  return action_reason === "replace_because_tainted" && (isInTheWay || before?.enable_deletion_protection === true);
}

function plannedOf({ address, type, change: { after, after_unknown } }: ResourceChange): Planned {
  return {
    address,
    type,
    values: { ...after, ...derived(type, after ?? {}) },
    unknown: new Set(
      Object.entries(after_unknown ?? {}).flatMap(([name, unknown]) => (isUnknown(unknown) ? [name] : [])),
    ),
  };
}

/** A certificate's names are in two attributes; the second may be unknown if there is only one name. */
function derived(type: string, { domain_name, subject_alternative_names }: Values): Values {
  if (type !== "aws_acm_certificate") return {};
  return {
    names: namesKey(
      [domain_name, ...(Array.isArray(subject_alternative_names) ? subject_alternative_names : [])].map(String),
    ),
  };
}

/** A list or a block counts as unknown if any part of it is unknown. */
function isUnknown(value: unknown): boolean {
  return value === true || (typeof value === "object" && value !== null && Object.values(value).some(isUnknown));
}

function resourcesIn(module: StateModule | undefined): { readonly values?: Values }[] {
  if (module === undefined) return [];
  return [
    ...(module.resources ?? []).filter(({ mode }) => mode === "managed"),
    ...(module.child_modules ?? []).flatMap(resourcesIn),
  ];
}
