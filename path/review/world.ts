import { createHash } from "node:crypto";
import { changesOf, type Change } from "../../topology/changes";
import { isObject, listOf, objectOf, own, type Json } from "../../topology/json";
import type { Balancer, DnsRecord, Listener, ListenerRule, Registration, Server, TargetGroup, Topology } from "../../topology/model";
import { readTopology } from "../../topology/topology";
import { UnreadableFile } from "../../topology/unreadable-file";
import { known } from "../../topology/value";
import { entriesOf } from "../entries";
import type { Hop } from "../report";

/* A plan from both sides: what is there, what will be there, and what terraform does in between. */

/** Who forwards to a target group. */
export type Forwarder = Listener | ListenerRule;

export interface World {
  readonly changes: readonly Change[];
  readonly byAddress: ReadonlyMap<string, Change>;
  /** Nothing where the plan's state is empty. */
  readonly before: Topology | undefined;
  /** The state as a parsed file, so that it can be traced as one. */
  readonly prior: Json | undefined;
  readonly after: Topology;
  /** Whether every boot script that stands in the state is known in clear. */
  readonly knowsScripts: boolean;
  /** What serves today, by address. */
  readonly serving: Serving;
  /** Changes that take away a resource of this id or ARN. */
  readonly replacedById: ReadonlyMap<string, Change>;
}

/** What of the state answers requests. */
export interface Serving {
  readonly balancers: ReadonlyMap<string, Balancer>;
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly records: ReadonlyMap<string, DnsRecord>;
  /** Target groups that something forwards to. */
  readonly targetGroups: ReadonlyMap<string, TargetGroup>;
  /** By a target group's ARN. */
  readonly forwarders: ReadonlyMap<string, readonly Forwarder[]>;
  readonly registrations: ReadonlyMap<string, { readonly registration: Registration; readonly group: TargetGroup }>;
  /** Instances and Auto Scaling groups, with the groups that they are registered in. */
  readonly servers: ReadonlyMap<string, { readonly server: Server; readonly groups: readonly TargetGroup[] }>;
  /** The address of the server that a registration puts into its group, by the registration's own. */
  readonly serverOf: ReadonlyMap<string, string>;
  /** Security groups by id: those of balancers, and those of targets. */
  readonly balancerGroupIds: ReadonlySet<string>;
  readonly targetGroupIds: ReadonlySet<string>;
  readonly balancerSubnetIds: ReadonlySet<string>;
  readonly targetSubnetIds: ReadonlySet<string>;
}

/**
 * @param whole parsed output of `terraform show -json` of a plan
 * @param plan the same without what is sensitive
 * @throws {UnreadableFile} if it is none
 */
export function worldOf(whole: unknown, plan: unknown): World {
  if (!isObject(whole) || !isObject(plan) || !("resource_changes" in plan || "planned_values" in plan || isObject(plan.configuration))) throw notAPlan(plan);
  const after = readTopology(plan);
  const changes = changesOf(whole, plan);
  const scripts = new Map(after.servers.map(({ address, userData }) => [address, known(userData)]));
  const { prior, knowsScripts } = priorOf(plan, changes, scripts);
  const before = prior === undefined ? undefined : readTopology(prior);
  const replacedById = new Map<string, Change>();
  for (const change of changes) {
    if (change.isData || (change.doing !== "replace" && change.doing !== "destroy")) continue;
    for (const name of ["id", "arn"]) {
      const value = own(change.before, name);
      if (typeof value === "string" && value !== "") replacedById.set(value, change);
    }
  }
  return { changes, byAddress: new Map(changes.map((it) => [it.address, it])), before, prior, after, knowsScripts, serving: servingIn(before), replacedById };
}

function notAPlan(plan: unknown): UnreadableFile {
  const expected = "expected a plan, as `terraform show -json tfplan` writes it";
  if (!isObject(plan)) return new UnreadableFile(`${expected}; this is ${plan === null ? "null" : Array.isArray(plan) ? "a list" : `a ${typeof plan}`}.`);
  if (isObject(plan.values) || "terraform_version" in plan) return new UnreadableFile(`${expected}; this is a state, which changes nothing: plan with \`terraform plan -out=tfplan\` and show that.`);
  if (isObject(plan.resource) || isObject(plan.terraform)) return new UnreadableFile(`${expected}; this is a configuration: plan it with \`terraform plan -out=tfplan\` and show that.`);
  return new UnreadableFile(`${expected}; this is JSON of another kind.`);
}

/** What is there, in the form of a state. */
function priorOf(plan: Json, changes: readonly Change[], scripts: ReadonlyMap<string, string | undefined>): Pick<World, "prior" | "knowsScripts"> {
  const values = objectOf(objectOf(plan.prior_state).values);
  const root = isObject(values.root_module) && holdsManaged(values.root_module) ? values.root_module : { resources: changes.filter(({ before }) => before !== undefined).map(asResource) };
  if (!holdsManaged(root)) return { prior: undefined, knowsScripts: true };
  let knowsScripts = true;
  const inClear = (resource: unknown): unknown => {
    const held = own(own(resource, "values"), "user_data");
    if (typeof held !== "string" || !/^[0-9a-f]{40}$/.test(held)) return resource;
    // A state keeps a hash only; where the plan's script has the same one, it is the script that runs today.
    const script = scripts.get(String(own(resource, "address")));
    const isSame = script !== undefined && createHash("sha1").update(script).digest("hex") === held;
    knowsScripts &&= isSame;
    return isSame ? { ...objectOf(resource), values: { ...objectOf(own(resource, "values")), user_data: script } } : resource;
  };
  const copied = (module: unknown): Json => ({ ...objectOf(module), resources: listOf(own(module, "resources")).map(inClear), child_modules: listOf(own(module, "child_modules")).map(copied) });
  const prior = { format_version: "1.0", terraform_version: "1", values: { root_module: copied(root) } };
  return { prior, knowsScripts };
}

function holdsManaged(module: unknown): boolean {
  return listOf(own(module, "resources")).some((it) => own(it, "mode") !== "data") || listOf(own(module, "child_modules")).some(holdsManaged);
}

function asResource({ address, type, isData, before }: Change): Json {
  return { address, type, mode: isData ? "data" : "managed", values: before };
}

function servingIn(topology: Topology | undefined): Serving {
  const balancers = new Map<string, Balancer>();
  const listeners = new Map<string, Listener>();
  const forwarders = new Map<string, Forwarder[]>();
  const note = (forwarder: Forwarder, actions: ListenerRule["actions"]): void => {
    for (const arn of actions.flatMap((it) => (it.type === "forward" ? it.targetGroups.map((group) => known(group.arn) ?? "") : []))) forwarders.set(arn, [...(forwarders.get(arn) ?? []), forwarder]);
  };
  const all = topology === undefined ? [] : [...topology.balancers.flatMap((it) => it.listeners), ...topology.looseListeners];
  for (const listener of all) {
    listeners.set(listener.address, listener);
    note(listener, listener.defaultActions);
  }
  for (const rule of [...all.flatMap(({ rules }) => rules), ...(topology?.looseRules ?? [])]) note(rule, rule.actions);
  for (const balancer of topology?.balancers ?? []) if (balancer.listeners.length > 0 || balancer.type === "classic") balancers.set(balancer.address, balancer);
  const groups = (topology?.targetGroups ?? []).filter(({ arn }) => forwarders.has(known(arn) ?? ""));
  const registrations = groups.flatMap((group) => group.registrations.map((registration) => ({ registration, group })));
  const servers = new Map<string, { server: Server; groups: TargetGroup[] }>();
  const serverOf = new Map<string, string>();
  const byAddress = new Map((topology?.servers ?? []).map((it) => [known(it.privateIp), it]));
  for (const { registration, group } of registrations) {
    const id = registration.autoScalingGroup ?? registration.targetId;
    const server = topology?.byId.server(id) ?? byAddress.get(known(id) ?? "");
    if (server === undefined) continue;
    serverOf.set(registration.address, server.address);
    const found = servers.get(server.address) ?? { server, groups: [] };
    servers.set(server.address, found);
    if (!found.groups.includes(group)) found.groups.push(group);
  }
  const idsOf = (lists: readonly { readonly items: readonly string[] }[]) => new Set(lists.flatMap(({ items }) => items));
  const [running, open] = [[...servers.values()].map(({ server }) => server), [...balancers.values()]];
  return {
    balancers, listeners, forwarders, servers, serverOf,
    records: new Map(topology === undefined ? [] : entriesOf(topology).flatMap(({ records }) => records.map((it) => [it.address, it] as const))),
    targetGroups: new Map(groups.map((it) => [it.address, it])),
    registrations: new Map(registrations.map((it) => [it.registration.address, it])),
    balancerGroupIds: idsOf(open.map((it) => it.securityGroupIds)), targetGroupIds: idsOf(running.map((it) => it.securityGroupIds)),
    balancerSubnetIds: idsOf(open.map((it) => it.subnetIds)), targetSubnetIds: idsOf(running.map((it) => it.subnetIds)),
  };
}

/** Whether a resource is gone before its successor is there, or for good. */
export function goesFirst(change: Change | undefined): boolean {
  return change !== undefined && (change.doing === "destroy" || (change.doing === "replace" && !change.isCreatedFirst));
}

/** Whether there is less of it for a while, or for good. */
export function isGone(change: Change | undefined): boolean {
  return change !== undefined && (change.doing === "destroy" || change.doing === "replace");
}

/** Whose security group it is: the balancer's, a target's, or nobody's on a path. */
export function hopOfGroup(id: unknown, { serving }: World): Hop | null {
  if (typeof id !== "string") return null;
  return serving.balancerGroupIds.has(id) ? "listener" : serving.targetGroupIds.has(id) ? "target" : null;
}
