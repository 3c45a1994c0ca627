import { listOfAlike, oneOfAlike } from "./alike-subnets";
import { blockPublicAccessOf, logBucketsOf, webAclsOf } from "./around";
import { balancersOf } from "./balancers";
import { goneNamesOf, recordsOf, zonesOf } from "./dns";
import { readDocument } from "./document";
import { gatewaysOf } from "./gateways";
import { defaultSubnetsOf } from "./listed-subnets";
import { listenerRulesOf, listenersOf } from "./listeners";
import { grouped } from "./lists";
import type { Balancer, SecurityGroup, Server, Topology } from "./model";
import { networkAclsOf } from "./network-acls";
import { moversOf, registrationsOf } from "./registrations";
import { routeTablesOf } from "./route-tables";
import { securityGroupsOf } from "./security-groups";
import { serversOf } from "./servers";
import type { Source } from "./source";
import { subnetsOf } from "./subnets";
import { isSymbolic, symbol } from "./symbols";
import { targetGroupsOf } from "./target-groups";
import { certificatesOf } from "./tls";
import { partsNotKnown, stoppedIn, strangersOf, unreadIn } from "./unread";
import { type Attr, known, Unknown } from "./value";
import { vpcsOf } from "./vpcs";
import { writersOf } from "./writers";

/**
 * The topology of a parsed plan, state or synthesized file.
 * @throws {UnreadableFile} for any other document
 */
export function readTopology(document: unknown): Topology {
  const source = readDocument(document);
  const [certificates, zones] = [certificatesOf(source), zonesOf(source)];
  const network = networkIn(source);
  const site = siteIn(source, network);
  const parts = { zones, certificates, ...network, ...site };
  return {
    source: source.kind,
    isPartial: source.isPartial,
    ...parts,
    records: recordsOf(source, zones, certificates),
    goneNames: goneNamesOf(document),
    movers: moversOf(source),
    logBuckets: logBucketsOf(source),
    webAcls: webAclsOf(source),
    blockPublicAccess: blockPublicAccessOf(source),
    writers: writersOf(source, document),
    unread: unreadIn(source),
    strangers: strangersOf(source),
    parts: partsNotKnown(source),
    invocations: source.format?.invocations ?? [],
    stopped: stoppedIn(source),
    byId: findersOf(parts),
  };
}

type Network = Pick<Topology, "vpcs" | "gateways" | "routeTables" | "networkAcls" | "subnets" | "securityGroups">;

function networkIn(source: Source): Network {
  const vpcs = vpcsOf(source);
  const gateways = gatewaysOf(source);
  const routeTables = routeTablesOf(source, vpcs, gateways);
  const acls = networkAclsOf(source, vpcs);
  const subnets = subnetsOf(source, vpcs, routeTables, acls);
  const subnetOf = finder(subnets, ({ id }) => id);
  return {
    vpcs,
    gateways: gateways.map((it) => ({ ...it, subnetId: oneOfAlike(it.subnetId, subnetOf, []) })),
    routeTables,
    networkAcls: acls.acls,
    subnets,
    securityGroups: securityGroupsOf(source, vpcs),
  };
}

type Site = Pick<
  Topology,
  "balancers" | "targetGroups" | "servers" | "looseListeners" | "looseRules" | "looseRegistrations"
>;

/** The load balancers with their listeners, and listeners and rules whose parent is not in the file. */
function siteIn(source: Source, network: Network): Site {
  const withDefaults = defaultGroups(network);
  const rules = listenerRulesOf(source);
  const listeners = listenersOf(source, rules);
  const balancers = balancersOf(
    source,
    grouped(listeners, ({ balancerArn }) => balancerArn),
  ).map((it) => withDefaults(it));
  const registrations = registrationsOf(source);
  const targetGroups = targetGroupsOf(source, registrations);
  const [balancerArns, listenerArns, groupArns] = [balancers, listeners, targetGroups].map(
    (all) => new Set(all.map(({ arn }) => arn)),
  );
  return {
    balancers,
    targetGroups,
    servers: serversIn(source, network, balancers).map((it) => withDefaults(it)),
    looseListeners: listeners.filter(({ balancerArn }) => balancerArns?.has(balancerArn) !== true),
    looseRules: rules.filter(({ listenerArn }) => listenerArns?.has(listenerArn) !== true),
    looseRegistrations: registrations.filter(({ targetGroupArn }) => groupArns?.has(targetGroupArn) !== true),
  };
}

function serversIn(
  source: Source,
  { vpcs, subnets, securityGroups }: Network,
  balancers: readonly Balancer[],
): Server[] {
  const names = idsByName(securityGroups);
  const subnetOf = finder(subnets, ({ id }) => id);
  const defaults = defaultSubnetsOf(source, vpcs);
  return serversOf(source).map((it) => ({
    ...it,
    subnetIds: listOfAlike(placesOf(it, defaults.get(it.region)), subnetOf, balancers),
    securityGroupIds: { ...it.securityGroupIds, items: it.securityGroupIds.items.map((id) => names.get(id) ?? id) },
  }));
}

function findersOf({
  zones,
  certificates,
  balancers,
  targetGroups,
  servers,
  vpcs,
  subnets,
  routeTables,
  gateways,
  securityGroups,
}: Network & Site & Pick<Topology, "zones" | "certificates">): Topology["byId"] {
  return {
    zone: finder(zones, ({ id }) => id),
    certificate: finder(certificates, ({ arn }) => arn),
    balancer: finder(balancers, ({ arn }) => arn),
    targetGroup: finder(targetGroups, ({ arn }) => arn),
    server: finder(servers, ({ id }) => id),
    vpc: finder(vpcs, ({ id }) => id),
    subnet: finder(subnets, ({ id }) => id),
    routeTable: finder(routeTables, ({ id }) => id),
    gateway: finder(gateways, ({ id }) => id),
    securityGroup: finder(securityGroups, ({ id }) => id),
  };
}

/** AWS launches an instance without a subnet in one of the default subnets. */
function placesOf(
  { subnetIds, address, kind, hasSecurityGroups }: Server,
  defaults: readonly string[] | undefined,
): Server["subnetIds"] {
  // A launch template, which also leaves the groups open, may set one.
  const isNowhere =
    kind === "instance" &&
    subnetIds.items.length === 0 &&
    subnetIds.open === undefined &&
    !(hasSecurityGroups instanceof Unknown);
  return isNowhere && defaults !== undefined
    ? { items: [], open: new Unknown(address, "subnet_id", "AWS chooses the subnet", defaults) }
    : subnetIds;
}

type Grouped = Pick<Balancer, "securityGroupIds" | "hasSecurityGroups" | "subnetIds">;

/**
 * AWS assigns a load balancer or an instance without a security group the default group of its VPC; a state shows it.
 */
function defaultGroups({ subnets, securityGroups }: Network): <T extends Grouped>(part: T) => T {
  const vpcIdOf = new Map(subnets.map(({ id, vpcId }) => [id, vpcId]));
  const byVpc = new Map(securityGroups.filter(({ isDefault }) => isDefault).map(({ vpcId, id }) => [vpcId, id]));
  return (part) => {
    const group = known(byVpc.get(vpcIdOf.get(part.subnetIds.items[0])));
    return group === undefined ? part : withDefaultGroup(part, group);
  };
}

function withDefaultGroup<T extends Grouped>(part: T, group: string): T {
  const isNone = part.hasSecurityGroups === false;
  const isOnlyDefault =
    part.hasSecurityGroups === true &&
    part.securityGroupIds.items.length === 1 &&
    part.securityGroupIds.items[0] === group &&
    part.securityGroupIds.open === undefined;
  return isNone
    ? { ...part, securityGroupIds: { items: [group] } }
    : isOnlyDefault && !isSymbolic(group)
      ? { ...part, hasSecurityGroups: false }
      : part;
}

/**
 * In the default VPC an instance can refer to its groups by name; if two groups have the same name, it is unknown which
 * is meant.
 */
function idsByName(groups: readonly SecurityGroup[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string | undefined>();
  for (const group of groups) {
    if (group.isDefault) continue;
    const id = known(group.id);
    for (const name of [known(group.name), symbol(group.address, "name")])
      if (name !== undefined) ids.set(name, ids.has(name) ? undefined : id);
  }
  return new Map([...ids].flatMap(([name, id]) => (id === undefined ? [] : [[name, id] as const])));
}

function finder<T>(parts: readonly T[], idOf: (part: T) => Attr<string>): (id: Attr<string>) => T | undefined {
  const byId = new Map<string, T>();
  for (const part of parts) {
    const id = known(idOf(part));
    // A resource comes before a data source of the same object.
    if (id !== undefined && !byId.has(id)) byId.set(id, part);
  }
  return (id) => (typeof id === "string" ? byId.get(id) : undefined);
}
