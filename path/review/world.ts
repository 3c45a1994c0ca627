import { createHash } from "node:crypto";
import { type Change, changesOf } from "../../topology/changes";
import { isObject, type Json, listOf, objectOf, own } from "../../topology/json";
import type { Topology } from "../../topology/model";
import { formatOf, type PlanFormat } from "../../topology/plan-format";
import { ShownElsewhere } from "../../topology/shown-elsewhere";
import { readTopology } from "../../topology/topology";
import { UnreadableFile } from "../../topology/unreadable-file";
import { known } from "../../topology/value";
import { stoppedBy } from "../analysis/writers/invoked-actions";
import type { Hop } from "../report";
import { type Later, laterIn, type Serving, servingIn } from "./serving";
import { stoppedByState } from "./stopped";

/* A plan from both sides: the state, the planned result, and what Terraform does in between. */

export interface World {
  readonly changes: readonly Change[];
  readonly byAddress: ReadonlyMap<string, Change>;
  /** Undefined if the plan's state is empty. */
  readonly before: Topology | undefined;
  /** The state as a parsed file, so that it can be traced. */
  readonly prior: Json | undefined;
  readonly after: Topology;
  /** Whether the user data of every instance in the state is known as plain text. */
  readonly knowsScripts: boolean;
  readonly serving: Serving;
  readonly later: Later;
  /** All resources that change, without data sources. */
  readonly moving: readonly Change[];
  /** Types of the resources that the plan creates. */
  readonly created: ReadonlySet<string>;
  /** The plan's format and completeness. */
  readonly format: PlanFormat;
  /** IDs of instances that it stops. */
  readonly stopped: ReadonlySet<string>;
  /** Changes that replace or destroy the resource with this ID or ARN. */
  readonly replacedById: ReadonlyMap<string, Change>;
  /** A resource's own values in the state, without those that other resources added. */
  standing(change: Change): Json;
}

/**
 * @param whole parsed output of `terraform show -json` of a plan
 * @param given the same without sensitive values
 * @throws {UnreadableFile} if it is not a plan
 */
export function worldOf(whole: unknown, given: unknown): World {
  if (
    !isObject(whole) ||
    !isObject(given) ||
    !("resource_changes" in given || "planned_values" in given || isObject(given.configuration))
  )
    throw notAPlan(given);
  // A plan without its configuration still shows what changes; more of it is unknown.
  const plan = isObject(given.configuration) ? given : { ...given, configuration: {} };
  const after = readTopology(plan);
  const changes = changesOf(whole, plan);
  const scripts = new Map(after.servers.map(({ address, userData }) => [address, known(userData)]));
  const { prior, knowsScripts } = priorOf(plan, changes, scripts);
  const before = prior === undefined ? undefined : readTopology(prior);
  // Only a few rules need it.
  let shown: ShownElsewhere | undefined;
  const standing = ({ type, before = {} }: Change): Json =>
    (shown ??= ShownElsewhere.ofPlan(listOf(plan.resource_changes))).in(type, before, before, () => false);
  const moving = changes.filter(({ doing, isData }) => !isData && doing !== "none" && doing !== "read");
  const format = formatOf(plan);
  return {
    format,
    stopped: new Set([...stoppedBy(format.invocations), ...stoppedByState(changes)]),
    changes,
    byAddress: new Map(changes.map((it) => [it.address, it])),
    before,
    prior,
    after,
    knowsScripts,
    serving: servingIn(before),
    later: laterIn(after),
    moving,
    created: new Set(moving.filter(({ doing }) => doing === "create").map(({ type }) => type)),
    replacedById: goneById(changes),
    standing,
  };
}

function goneById(changes: readonly Change[]): World["replacedById"] {
  const found = new Map<string, Change>();
  for (const change of changes) {
    if (change.isData || !isGone(change)) continue;
    for (const name of ["id", "arn"]) {
      const value = own(change.before, name);
      if (typeof value === "string" && value !== "") found.set(value, change);
    }
  }
  return found;
}

function notAPlan(plan: unknown): UnreadableFile {
  const expected = "expected a plan from `terraform show -json tfplan`";
  if (!isObject(plan))
    return new UnreadableFile(
      `${expected}; this is ${plan === null ? "null" : Array.isArray(plan) ? "a list" : `a ${typeof plan}`}.`,
    );
  if (isObject(plan.values) || "terraform_version" in plan)
    return new UnreadableFile(
      `${expected}; this is a state. Run \`terraform plan -out=tfplan\` and use the JSON of that plan.`,
    );
  if (isObject(plan.resource) || isObject(plan.terraform))
    return new UnreadableFile(
      `${expected}; this is a configuration. Run \`terraform plan -out=tfplan\` and use the JSON of that plan.`,
    );
  return new UnreadableFile(`${expected}; this JSON is not a plan.`);
}

/** The current resources, in the form of a state. */
function priorOf(
  plan: Json,
  changes: readonly Change[],
  scripts: ReadonlyMap<string, string | undefined>,
): Pick<World, "prior" | "knowsScripts"> {
  const values = objectOf(objectOf(plan.prior_state).values);
  const root =
    isObject(values.root_module) && holdsManaged(values.root_module)
      ? values.root_module
      : { resources: changes.filter(({ before }) => before !== undefined).map(asResource) };
  if (!holdsManaged(root)) return { prior: undefined, knowsScripts: true };
  let knowsScripts = true;
  const inClear = (resource: unknown): unknown => {
    const held = own(own(resource, "values"), "user_data");
    if (typeof held !== "string" || !/^[0-9a-f]{40}$/.test(held)) return resource;
    // A state only has a hash; if the plan's user data has the same hash, it is the current one.
    const script = scripts.get(String(own(resource, "address")));
    const isSame = script !== undefined && createHash("sha1").update(script).digest("hex") === held;
    knowsScripts &&= isSame;
    return isSame
      ? { ...objectOf(resource), values: { ...objectOf(own(resource, "values")), user_data: script } }
      : resource;
  };
  const copied = (module: unknown): Json => ({
    ...objectOf(module),
    resources: listOf(own(module, "resources")).map(inClear),
    child_modules: listOf(own(module, "child_modules")).map(copied),
  });
  const prior = { format_version: "1.0", terraform_version: "1", values: { root_module: copied(root) } };
  return { prior, knowsScripts };
}

function holdsManaged(module: unknown): boolean {
  return (
    listOf(own(module, "resources")).some((it) => own(it, "mode") !== "data") ||
    listOf(own(module, "child_modules")).some(holdsManaged)
  );
}

function asResource({ address, type, isData, before }: Change): Json {
  return { address, type, mode: isData ? "data" : "managed", values: before };
}

/** Whether a resource is destroyed before its replacement exists, or without one. */
export function goesFirst(change: Change | undefined): boolean {
  return change !== undefined && (change.doing === "destroy" || (change.doing === "replace" && !change.isCreatedFirst));
}

/** Whether a resource is replaced or destroyed. */
export function isGone(change: Change | undefined): boolean {
  return change !== undefined && (change.doing === "destroy" || change.doing === "replace");
}

/** The hop of a security group: that of a load balancer, of a target, or null. */
export function hopOfGroup(id: unknown, { serving }: World): Hop | null {
  if (typeof id !== "string") return null;
  return serving.balancerGroupIds.has(id) ? "listener" : serving.targetGroupIds.has(id) ? "target" : null;
}

/** The hop of subnets: that of a load balancer if one uses them, else that of a target, else null. */
export function hopOfSubnets(isOne: (id: string) => boolean, { serving }: World): Hop | null {
  if ([...serving.balancerSubnetIds].some(isOne)) return "listener";
  return [...serving.targetSubnetIds].some(isOne) ? "target" : null;
}
