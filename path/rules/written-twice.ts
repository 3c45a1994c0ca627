import type { NetworkAcl, SecurityGroup, SecurityRule, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import { changeOf, isMade } from "../analysis/writers/coming";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import type { FileReporter } from "./rule";

/* P70 to P73: what AWS has only once in a VPC, a table, a group or an ACL, written by two resources of one file. */

const users = new WeakMap<Topology, ReadonlySet<string>>();

/** Whose security group it is, to say at which hop it is missed. */
export function hopOfGroup(id: unknown, topology: Topology): "listener" | "target" {
  const found =
    users.get(topology) ?? new Set(topology.balancers.flatMap(({ securityGroupIds }) => securityGroupIds.items));
  users.set(topology, found);
  return typeof id === "string" && found.has(id) ? "listener" : "target";
}

/** P70 */
export function oneGroupOfAName(topology: Topology, report: FileReporter): void {
  if (topology.source === "state") return;
  const names = new Map<string, SecurityGroup>();
  for (const group of topology.securityGroups) {
    const [name, vpc] = [known(group.name), known(group.vpcId)];
    if (
      group.isData ||
      group.isDefault ||
      name === undefined ||
      name === "" ||
      name.includes("${") ||
      vpc === undefined
    )
      continue;
    const key = JSON.stringify([vpc, name]);
    const other = names.get(key);
    names.set(key, other ?? group);
    const refused = other === undefined ? undefined : [group, other].find(({ address }) => isMade(topology, address));
    if (refused === undefined || other === undefined) continue;
    report.fault({
      id: "P70",
      hop: hopOfGroup(known(refused.id), topology),
      address: refused.address,
      attribute: "name",
      observed: `${(refused === group ? other : group).address} is called ${name} too, in the same VPC`,
      required: "a name of its own for each security group of a VPC",
      symptom: "InvalidGroup.Duplicate at apply",
      fix: fix("Give it another name, or `name_prefix` in place of `name`.", BY_NO_PROP, [
        setting(refused.address, "name", `${name}-2`),
      ]),
    });
  }
}

/** P71 */
export function oneRouteToADestination(topology: Topology, report: FileReporter): void {
  if (topology.source === "state") return;
  for (const table of topology.routeTables) {
    // What a table shows without blocks of its own is computed; one that is only read has what stands.
    const routes = table.routes.filter(
      ({ address, attribute }) =>
        address !== table.address ||
        (attribute.startsWith("route") && (table.isData || topology.writers.isInline(address, "route"))),
    );
    twice(
      routes,
      ({ destination }) => plain(known(destination)),
      (route, other) => {
        const refused =
          [route, other]
            .filter(({ address }) => address !== table.address)
            .find(({ address }) => isMade(topology, address)) ?? (isMade(topology, table.address) ? route : undefined);
        // A replaced route is the one that the data source has read.
        if (
          refused === undefined ||
          (table.isData &&
            [route, other].some(({ address }) => address === table.address) &&
            changeOf(topology, refused.address)?.doing === "replace")
        )
          return;
        const kept = refused === route ? other : route;
        report.fault({
          id: "P71",
          hop: "listener",
          address: refused.address,
          attribute: refused.attribute,
          observed: `${kept.address} has a route of ${table.address} to ${known(route.destination) ?? ""} too`,
          required: "one route to a destination in a table",
          symptom: "RouteAlreadyExists at apply",
          fix: fix(
            `Keep one of the two routes to ${known(route.destination) ?? "the destination"}.`,
            BY_NO_PROP,
            refused.address === table.address
              ? [setting(table.address, refused.attribute.split(".")[0] ?? "route", undefined)]
              : [{ remove: refused.address }],
          ),
        });
      },
    );
  }
}

/** P72 */
export function onePermissionOnce(topology: Topology, report: FileReporter): void {
  if (topology.source === "state") return;
  for (const group of topology.securityGroups) {
    if (group.standalone.length < 2) continue;
    for (const direction of ["ingress", "egress"] as const) {
      const all = group[direction]
        .filter(({ address, attribute }) => attribute === "" && address !== group.address)
        .flatMap((rule) => permissionsOf(rule).map((key) => ({ key, address: rule.address })));
      const told = new Set<string>();
      twice(
        all,
        ({ key }) => key,
        (one, other) => {
          const refused =
            one.address === other.address ? undefined : [one, other].find(({ address }) => isMade(topology, address));
          if (refused === undefined || told.has(refused.address)) return;
          told.add(refused.address);
          report.fault({
            id: "P72",
            hop: hopOfGroup(known(group.id), topology),
            address: refused.address,
            attribute: "security_group_id",
            observed: `${(refused === one ? other : one).address} adds the same rule to ${group.address}`,
            required: "one resource for a rule",
            symptom: "InvalidPermission.Duplicate at apply",
            fix: fix("Keep one of the two rules.", BY_NO_PROP, [{ remove: refused.address }]),
          });
        },
      );
    }
  }
}

/** Each source that is known, with its ports; what is left open is compared with nothing. */
function permissionsOf({
  protocol,
  fromPort,
  toPort,
  cidrs,
  ipv6Cidrs,
  groupIds,
  prefixListIds,
}: SecurityRule): string[] {
  const [name, from, to] = [known(protocol), known(fromPort), known(toPort)];
  if (name === undefined || (name !== "-1" && (from === undefined || to === undefined))) return [];
  const ports = name === "-1" ? [] : [from, to];
  return [cidrs, ipv6Cidrs, groupIds, prefixListIds].flatMap(({ items }, kind) =>
    items.filter((it) => it !== "").map((it) => JSON.stringify([name, ...ports, kind, plain(it)])),
  );
}

/** P73 */
export function oneEntryOfANumber(topology: Topology, report: FileReporter): void {
  if (topology.source === "state") return;
  for (const acl of topology.networkAcls) {
    for (const direction of ["ingress", "egress"] as const) {
      const entries = acl[direction].filter(
        ({ address }) => address !== acl.address || topology.writers.isInline(address, direction),
      );
      twice(
        entries,
        ({ number }) => known(number)?.toString(),
        (entry, other) => reportEntry(entry, other, acl, direction, topology, report),
      );
    }
  }
}

type Entry = NetworkAcl["ingress"][number];

function reportEntry(
  entry: Entry,
  other: Entry,
  acl: NetworkAcl,
  direction: string,
  topology: Topology,
  report: FileReporter,
): void {
  const refused =
    [entry, other].filter(({ address }) => address !== acl.address).find(({ address }) => isMade(topology, address)) ??
    (isMade(topology, acl.address) ? entry : undefined);
  if (refused === undefined) return;
  const kept = refused === entry ? other : entry;
  const taken = new Set([...acl.ingress, ...acl.egress].map(({ number }) => known(number)));
  let free = known(entry.number) ?? 100;
  while (taken.has(free)) free += 1;
  report.fault({
    id: "P73",
    hop: "target",
    address: refused.address,
    attribute: refused.attribute,
    observed: `${kept.address} has ${direction} entry ${known(entry.number) ?? ""} of ${acl.address} too`,
    required: "a number of its own for each entry of a direction",
    symptom: "NetworkAclEntryAlreadyExists at apply",
    fix: fix("Give it another number.", BY_NO_PROP, [setting(refused.address, refused.attribute, free)]),
  });
}

/** Tells of each item whose key an earlier one has. */
function twice<T>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
  tell: (item: T, earlier: T) => void,
): void {
  const seen = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, item);
    else tell(item, earlier);
  }
}

function plain(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text.toLowerCase();
}
