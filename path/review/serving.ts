import { addTo, grouped } from "../../topology/lists";
import type {
  Action,
  Balancer,
  Certificate,
  DnsRecord,
  Listener,
  ListenerRule,
  Registration,
  Server,
  TargetGroup,
  Topology,
  Zone,
} from "../../topology/model";
import { known } from "../../topology/value";
import { analyse } from "../analysis/analysis";
import { ancestry } from "../analysis/names/domain-names";
import { isLost } from "../analysis/names/record-ends";
import { mayServe } from "../analysis/names/record-names";
import { registeredServer } from "../analysis/targets/registered-servers";

/* The parts of a state that serve requests, and of the plan that will, indexed for lookup. */

/** What forwards to a target group. */
export type Forwarder = Listener | ListenerRule;

/** The parts of the state that serve requests. */
export interface Serving {
  readonly balancers: ReadonlyMap<string, Balancer>;
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly rules: ReadonlyMap<string, ListenerRule>;
  /** By a listener's address. */
  readonly balancerOf: ReadonlyMap<string, Balancer>;
  readonly records: ReadonlyMap<string, DnsRecord>;
  /** Serving records by name. */
  readonly recordsNamed: ReadonlyMap<string, readonly DnsRecord[]>;
  /** Other names that resolve to a load balancer through the records of a name. */
  readonly namesOver: (fqdn: string) => readonly string[];
  /** Records that delegate to a zone with a serving name, by address. */
  readonly delegations: ReadonlyMap<string, DnsRecord>;
  /** Records that validate a certificate, by address. */
  readonly validations: ReadonlyMap<string, DnsRecord>;
  readonly certificates: ReadonlyMap<string, Certificate>;
  /** What uses a certificate, by its ARN: a listener, or an `aws_lb_listener_certificate`. */
  readonly certificateUsers: ReadonlyMap<string, readonly string[]>;
  /** Zones with a serving name, by address. */
  readonly zones: ReadonlyMap<string, Zone>;
  /** Target groups that receive requests. */
  readonly targetGroups: ReadonlyMap<string, TargetGroup>;
  /** By a target group's ARN. */
  readonly forwarders: ReadonlyMap<string, readonly Forwarder[]>;
  readonly registrations: ReadonlyMap<string, { readonly registration: Registration; readonly group: TargetGroup }>;
  /** Instances and Auto Scaling groups, with their target groups. */
  readonly servers: ReadonlyMap<string, { readonly server: Server; readonly groups: readonly TargetGroup[] }>;
  /** The address of the server that a registration registers, by the registration's address. */
  readonly serverOf: ReadonlyMap<string, string>;
  /** IDs of security groups of load balancers, and of targets. */
  readonly balancerGroupIds: ReadonlySet<string>;
  readonly targetGroupIds: ReadonlySet<string>;
  readonly balancerSubnetIds: ReadonlySet<string>;
  readonly targetSubnetIds: ReadonlySet<string>;
}

/** Empty if the plan's state is empty. */
export function servingIn(topology: Topology | undefined): Serving {
  const { balancers: all = [], looseListeners = [], looseRules = [], certificates = [], zones = [] } = topology ?? {};
  const listeners = [...all.flatMap((it) => it.listeners), ...looseListeners];
  const rules = [...listeners.flatMap((it) => it.rules), ...looseRules];
  const forwarders = forwardersIn(listeners, rules);
  const balancers = all.filter((it) => it.listeners.length > 0 || it.type === "classic");
  const groups = (topology?.targetGroups ?? []).filter(({ arn }) => forwarders.has(known(arn) ?? ""));
  const { servers, serverOf } = serversIn(groups, topology);
  const running = [...servers.values()].map(({ server }) => server);
  const records = indexed(
    topology === undefined ? [] : analyse(topology).entries.flatMap((it) => [...it.records, ...it.over]),
  );
  const servingZones = new Set([...records.values()].flatMap(({ zoneId }) => known(zoneId) ?? []));
  const uses = grouped(
    listeners.flatMap((it) => it.certificates),
    ({ arn }) => arn,
  );
  return {
    balancers: indexed(balancers),
    listeners: indexed(listeners),
    forwarders,
    servers,
    serverOf,
    records,
    rules: indexed(rules),
    balancerOf: new Map(all.flatMap((it) => it.listeners.map(({ address }) => [address, it] as const))),
    recordsNamed: grouped([...records.values()], ({ fqdn }) => fqdn),
    namesOver: topology === undefined ? () => [] : namesOver(topology, records),
    delegations: indexed(delegationsIn(topology, records)),
    validations: indexed((topology?.records ?? []).filter(({ validates }) => validates.length > 0)),
    certificates: indexed(certificates),
    certificateUsers: new Map([...uses].map(([arn, same]) => [arn, same.map(({ address }) => address)])),
    zones: indexed(zones.filter(({ id }) => servingZones.has(known(id) ?? ""))),
    targetGroups: indexed(groups),
    registrations: new Map(
      groups.flatMap((group) =>
        group.registrations.map((registration) => [registration.address, { registration, group }] as const),
      ),
    ),
    balancerGroupIds: idsOf(balancers.map((it) => it.securityGroupIds)),
    targetGroupIds: idsOf(running.map((it) => it.securityGroupIds)),
    balancerSubnetIds: idsOf(balancers.map((it) => it.subnetIds)),
    targetSubnetIds: idsOf(running.map((it) => it.subnetIds)),
  };
}

function forwardersIn(listeners: readonly Listener[], rules: readonly ListenerRule[]): Serving["forwarders"] {
  const found = new Map<string, Forwarder[]>();
  const note = (forwarder: Forwarder, actions: readonly Action[]): void => {
    for (const action of actions)
      if (action.type === "forward")
        for (const { arn } of action.targetGroups) addTo(found, known(arn) ?? "", forwarder);
  };
  for (const listener of listeners) note(listener, listener.defaultActions);
  for (const rule of rules) note(rule, rule.actions);
  return found;
}

function serversIn(
  groups: readonly TargetGroup[],
  topology: Topology | undefined,
): Pick<Serving, "servers" | "serverOf"> {
  const servers = new Map<string, { server: Server; groups: TargetGroup[] }>();
  const serverOf = new Map<string, string>();
  for (const group of groups) {
    for (const registration of group.registrations) {
      const server = topology === undefined ? undefined : registeredServer(registration, topology);
      if (server === undefined) continue;
      serverOf.set(registration.address, server.address);
      const found = servers.get(server.address) ?? { server, groups: [] };
      servers.set(server.address, found);
      if (!found.groups.includes(group)) found.groups.push(group);
    }
  }
  return { servers, serverOf };
}

function idsOf(lists: readonly { readonly items: readonly string[] }[]): ReadonlySet<string> {
  return new Set(lists.flatMap(({ items }) => items));
}

/** Results are cached, as many records can have one name. */
function namesOver(topology: Topology, serving: ReadonlyMap<string, DnsRecord>): Serving["namesOver"] {
  const chains = analyse(topology).chains;
  const made = new Map<string, readonly string[]>();
  const led = (fqdn: string): string[] => {
    const found = new Set([fqdn]);
    for (const name of found) {
      for (const { address, fqdn: its } of chains.leadingOver(name)) {
        if (found.size >= MOST_NAMES) break;
        if (serving.has(address)) found.add(known(its) ?? address);
      }
    }
    return [...found].slice(1);
  };
  return (fqdn) => {
    const names = made.get(fqdn) ?? led(fqdn);
    made.set(fqdn, names);
    return names;
  };
}

/** The limit for one name, as there can be thousands. */
const MOST_NAMES = 100;

function delegationsIn(topology: Topology | undefined, serving: ReadonlyMap<string, DnsRecord>): DnsRecord[] {
  const names = new Set([...serving.values()].flatMap(({ fqdn }) => ancestry(known(fqdn) ?? "")));
  return (topology?.records ?? []).filter(
    ({ type, fqdn, zoneId }) =>
      known(type)?.toUpperCase() === "NS" &&
      names.has(known(fqdn) ?? "") &&
      known(topology?.byId.zone(zoneId)?.name) !== known(fqdn),
  );
}

/** The parts of the plan that will serve requests. */
export interface Later {
  readonly balancers: ReadonlyMap<string, Balancer>;
  /** The default actions of a listener or the actions of a listener rule, by its address. */
  readonly actions: ReadonlyMap<string, readonly Action[]>;
  /** The records that will resolve a name: its own, or those of a wildcard. */
  readonly answering: (fqdn: string) => readonly DnsRecord[];
  /** Addresses of records that will resolve to a load balancer of the plan. */
  readonly leading: ReadonlySet<string>;
  /** Addresses of records that will resolve to nothing. */
  readonly lost: ReadonlySet<string>;
}

export function laterIn(topology: Topology): Later {
  const { balancers, looseListeners, looseRules, records } = topology;
  const listeners = [...balancers.flatMap((it) => it.listeners), ...looseListeners];
  const rules = [...listeners.flatMap((it) => it.rules), ...looseRules];
  const { balancerOf } = analyse(topology).records;
  return {
    balancers: indexed(balancers),
    leading: new Set(records.filter((it) => balancerOf(it) !== undefined).map(({ address }) => address)),
    lost: new Set(records.filter((it) => mayServe(it) && isLost(it, topology)).map(({ address }) => address)),
    actions: new Map([
      ...listeners.map((it) => [it.address, it.defaultActions] as const),
      ...rules.map((it) => [it.address, it.actions] as const),
    ]),
    answering: analyse(topology).chains.answering,
  };
}

function indexed<T extends { readonly address: string }>(parts: readonly T[]): Map<string, T> {
  return new Map(parts.map((it) => [it.address, it]));
}
