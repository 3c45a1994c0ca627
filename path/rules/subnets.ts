import type { Balancer, Subnet, Topology } from "../../topology/model";
import { type Attr, isUnknown, known, Unknown } from "../../topology/value";
import { isApplication } from "../analysis/network/balancer-groups";
import { covers, rangesOf } from "../analysis/network/ipv4";
import { networkIndex } from "../analysis/network/network-index";
import { plain } from "../analysis/network/reachability";
import { isPublic } from "../analysis/network/ways-out";
import { fix, setting } from "../fixes/fix";
import { freeRange, nameFrom, prefixOf } from "../fixes/free-ranges";
import { BY_NO_PROP } from "../fixes/wording";
import type { Edit } from "../report";
import type { FileCheck, PathCheck, Reporter } from "./rule";
import type { Rules } from "./subjects";

/** AWS wants so many free addresses in each subnet of a balancer, and keeps five of each subnet for itself. */
const FREE_ADDRESSES = 8;
const KEPT_BY_AWS = 5;
const SMALLEST_PREFIX = 27;
/** For so many faults a free block is looked for, as each look costs as much as the VPC has subnets. */
const MAX_BLOCKS = 20;

/** P41: too few subnets; P42: two in one zone. */
const zones: PathCheck = ({ balancer, topology }, report) => {
  if (balancer === undefined || !isApplication(balancer)) return;
  const { items, open } = balancer.subnetIds;
  const subnets = items.map((id) => ({ id, subnet: topology.byId.subnet(id) }));
  // A symbol that is no subnet of the file may be a whole list of them.
  const isOpen =
    open !== undefined ||
    balancer.isData ||
    subnets.some(({ id, subnet }) => subnet === undefined && id.startsWith("${"));
  for (const { id, subnet } of subnets) {
    if (subnet === undefined)
      report.open(
        "listener",
        new Unknown(balancer.address, "subnets", `the file does not say which zone ${plain(id)} is in`),
      );
  }
  if (balancer.isData && items.length === 0)
    report.open("listener", new Unknown(balancer.address, "subnets", "only read here"));
  const zonesSeen = new Map<string, Subnet>();
  const unsure: Unknown[] = [];
  for (const { subnet } of subnets) {
    if (subnet === undefined) continue;
    const zone = known(subnet.zone);
    if (zone === undefined) {
      unsure.push(
        isUnknown(subnet.zone) ? subnet.zone : new Unknown(subnet.address, "availability_zone", "AWS chooses a zone"),
      );
      continue;
    }
    const first = zonesSeen.get(zone);
    if (first !== undefined) return sameZone(topology, balancer, first, subnet, report);
    zonesSeen.set(zone, subnet);
  }
  if (items.length < 2 && !isOpen) return tooFew(topology, balancer, report);
  if (items.length > 1) for (const why of unsure) report.open("listener", why);
  const [one, ...others] = zonesSeen.keys();
  const unlike = others.find((zone) => one !== undefined && kindOfZone(zone) !== kindOfZone(one));
  const subnet = unlike === undefined ? undefined : zonesSeen.get(unlike);
  if (subnet !== undefined)
    report.open(
      "listener",
      new Unknown(
        subnet.address,
        "availability_zone",
        `the file does not say whether ${zoneInWords(subnet)} and ${plain(one ?? "")} are one zone`,
      ),
    );
};

/** Zones of one kind are different if their texts are; a list's index, a name and an id can be one zone. */
export function kindOfZone(zone: string): string {
  const [, list = ""] = /^\$\{(.*)(?:\.\d+|\[\d+\])\}$/.exec(zone) ?? [];
  if (list !== "") return list;
  return zone.startsWith("${") ? zone : /^[a-z]+\d-az\d+$/.test(zone) ? "id" : "name";
}

function zoneInWords({ zone }: Subnet): string {
  return plain(known(zone) ?? "an unknown zone").replace(/\.(\d+)$/, "[$1]");
}

function tooFew(topology: Topology, balancer: Balancer, report: Reporter): void {
  const [id] = balancer.subnetIds.items;
  const only = topology.byId.subnet(id);
  report.fault({
    id: "P41",
    hop: "listener",
    address: balancer.address,
    attribute: "subnets",
    observed: id === undefined ? "no subnet" : `one subnet, ${only?.address ?? plain(id)}`,
    required: "at least two subnets, each in another zone",
    symptom: "ValidationError at apply: at least two subnets in two different Availability Zones must be specified",
    fix: fix(
      "Give the balancer a second subnet in another zone.",
      "`network: { zones: 2 }` makes two; no prop takes one away: remove the override",
      only === undefined ? [] : secondSubnet(topology, balancer, only),
    ),
  });
}

function sameZone(topology: Topology, balancer: Balancer, first: Subnet, second: Subnet, report: Reporter): void {
  const other = candidates(topology, balancer, second)[0];
  const zone = freeZone(topology, balancer, second);
  const ids = balancer.subnetIds.items.map((id) =>
    topology.byId.subnet(id) === second ? (known(other?.id) ?? id) : id,
  );
  const edits =
    other !== undefined
      ? [setting(balancer.address, "subnets", ids)]
      : zone !== undefined
        ? [setting(second.address, "availability_zone", zone)]
        : [];
  report.fault({
    id: "P42",
    hop: "listener",
    address: balancer.address,
    attribute: "subnets",
    observed: `${first.address} and ${second.address} are both in ${zoneInWords(first)}`,
    required: "each subnet in another zone",
    symptom:
      "InvalidConfigurationRequest at apply: a load balancer cannot be attached to multiple subnets in the " +
      "same Availability Zone",
    fix: fix(
      other === undefined
        ? `Put ${second.address} into another zone.`
        : `Let the balancer have ${other.address} instead of ${second.address}.`,
      "`network: { zones }` puts each subnet into its own zone; no prop makes two of one: remove the override",
      edits,
    ),
  });
}

/** Subnets of the same VPC in zones that the balancer is not in, as public as it needs them. */
function candidates(topology: Topology, balancer: Balancer, beside: Subnet): readonly Subnet[] {
  const used = new Set(balancer.subnetIds.items.map((id) => known(topology.byId.subnet(id)?.zone)));
  const isInside = known(balancer.isInternal) === true;
  return networkIndex(topology)
    .subnetsOf(beside.vpcId)
    .filter((it) => {
      const zone = known(it.zone);
      return (
        zone !== undefined &&
        !used.has(zone) &&
        known(it.id) !== undefined &&
        (isInside || isPublic(topology, it)) &&
        (prefixOf(it.cidr) ?? 0) <= SMALLEST_PREFIX
      );
    });
}

function secondSubnet(topology: Topology, balancer: Balancer, only: Subnet): readonly Edit[] {
  const ids = balancer.subnetIds.items;
  const [other] = candidates(topology, balancer, only);
  const id = known(other?.id);
  if (id !== undefined) return [setting(balancer.address, "subnets", [...ids, id])];
  const vpc = topology.byId.vpc(only.vpcId);
  const cidr =
    vpc === undefined ? undefined : freeRange(topology, vpc, Math.min(prefixOf(only.cidr) ?? 24, SMALLEST_PREFIX));
  const zone = freeZone(topology, balancer, only);
  if (cidr === undefined || zone === undefined) return [];
  const name = `${nameFrom(only.address)}_second`;
  const table = known(only.routeTable);
  return [
    {
      add: "aws_subnet",
      name,
      body: { vpc_id: known(only.vpcId), cidr_block: cidr, availability_zone: zone },
      like: only.address,
    },
    ...(only.isAssociated && table !== undefined
      ? [
          {
            add: "aws_route_table_association",
            name,
            body: { subnet_id: `\${aws_subnet.${name}.id}`, route_table_id: known(table.id) },
            like: only.address,
          },
        ]
      : []),
    setting(balancer.address, "subnets", [...ids, `\${aws_subnet.${name}.id}`]),
  ];
}

/** A zone that the balancer is not in: that of another subnet, or the next letter or index. */
function freeZone(topology: Topology, balancer: Balancer, beside: Subnet): string | undefined {
  const used = new Set(balancer.subnetIds.items.map((id) => known(topology.byId.subnet(id)?.zone)));
  const other = networkIndex(topology)
    .subnetsOf(beside.vpcId)
    .map(({ zone }) => known(zone))
    .find((zone) => zone !== undefined && !used.has(zone));
  const zone = known(beside.zone) ?? "";
  const next = [0, 1, 2].map((index) =>
    zone.replace(/([a-z])$/, "abc"[index] ?? "a").replace(/\.\d+\}$/, `.${index}}`),
  );
  return (other ?? next.find((it) => !used.has(it)))?.replace(/\.(\d+)\}$/, "[$1]}");
}

/** P43: a subnet with less than 32 addresses, or one that the file itself fills. */
const sizes: PathCheck = ({ balancer, topology }, report) => {
  if (balancer === undefined || !isApplication(balancer)) return;
  for (const id of balancer.subnetIds.items) {
    const subnet = topology.byId.subnet(id);
    const prefix = prefixOf(subnet?.cidr);
    if (subnet === undefined || prefix === undefined) {
      if (isUnknown(subnet?.cidr))
        report.assume({ hop: "listener", address: subnet.address, text: `${subnet.address} is a /27 or larger` });
      continue;
    }
    const vpc = topology.byId.vpc(subnet.vpcId);
    const members = networkIndex(topology).membersOf(subnet.id);
    const free = 2 ** (32 - prefix) - KEPT_BY_AWS - members;
    const isTooSmall = prefix > SMALLEST_PREFIX;
    if (!isTooSmall && free >= FREE_ADDRESSES) continue;
    const larger =
      vpc === undefined
        ? undefined
        : freeRange(topology, vpc, Math.min(SMALLEST_PREFIX, prefix) - (isTooSmall ? 0 : 1), subnet);
    report.fault({
      id: "P43",
      hop: "listener",
      address: subnet.address,
      attribute: "cidr_block",
      severity: isTooSmall ? "error" : "warning",
      observed: isTooSmall
        ? `${known(subnet.cidr)}, a /${prefix}`
        : `${known(subnet.cidr)} with ${members} members of this file, so that ${Math.max(free, 0)} addresses are free`,
      required: isTooSmall ? `a /${SMALLEST_PREFIX} or larger` : `${FREE_ADDRESSES} free addresses`,
      symptom: isTooSmall
        ? "InvalidSubnet at apply: not enough IP space available"
        : "the balancer cannot grow; InvalidSubnet when it is made",
      share: `1 of ${balancer.subnetIds.items.length} subnets`,
      fix: fix(
        `Give ${subnet.address} a larger block.`,
        "`network: { cidr }` takes /16 to /23, which makes every subnet large enough: remove the override",
        larger === undefined ? [] : [setting(subnet.address, "cidr_block", larger)],
      ),
    });
  }
};

/** P46, in each VPC in which a balancer is. */
const ranges: FileCheck = (topology, report) => {
  const balancersOf = new Map<string, Balancer[]>();
  for (const balancer of topology.balancers) {
    const vpcs = new Set(balancer.subnetIds.items.map((id) => known(topology.byId.subnet(id)?.vpcId)));
    for (const vpc of vpcs) if (vpc !== undefined) balancersOf.set(vpc, [...(balancersOf.get(vpc) ?? []), balancer]);
  }
  const used = new Set(topology.balancers.flatMap(({ subnetIds }) => subnetIds.items));
  let told = 0;
  for (const [vpcId, balancers] of balancersOf) {
    const vpc = topology.byId.vpc(vpcId);
    const placed = networkIndex(topology)
      .subnetsOf(vpcId)
      .flatMap((subnet) => rangesOf(known(subnet.cidr) ?? "").map((range) => ({ subnet, range })));
    const inside =
      vpc === undefined || vpc.isData || vpc.cidrs.open !== undefined ? [] : vpc.cidrs.items.flatMap(rangesOf);
    const tell = (subnet: Subnet, observed: string, required: string, symptom: string) =>
      report.fault(
        {
          id: "P46",
          hop: "target",
          address: subnet.address,
          attribute: "cidr_block",
          observed,
          required,
          symptom,
          fix: fix(
            `Give ${subnet.address} a block of its own in its VPC.`,
            BY_NO_PROP,
            told++ < MAX_BLOCKS ? newBlock(topology, subnet) : [],
          ),
        },
        balancers,
      );
    for (const { subnet, range } of placed) {
      if (inside.length > 0 && !subnet.isData && !covers(inside, range)) {
        tell(
          subnet,
          `${known(subnet.cidr)}, while ${vpc?.address} has ${vpc?.cidrs.items.join(" and ")}`,
          "a block within its VPC",
          "InvalidSubnet.Range at apply: the CIDR is invalid",
        );
      }
    }
    // In the order of their addresses, each meets the one that reaches furthest of those before it.
    const sorted = [...placed].sort((a, b) => a.range.first - b.range.first || a.range.last - b.range.last);
    let furthest = sorted[0];
    for (const next of sorted.slice(1)) {
      if (furthest !== undefined && next.range.first <= furthest.range.last && !isSame(furthest.subnet, next.subnet)) {
        const [first, second] = later(used, furthest.subnet, next.subnet);
        tell(
          second,
          `${known(second.cidr)} overlaps ${known(first.cidr)} of ${first.address}`,
          "a block that no other subnet has",
          "InvalidSubnet.Conflict at apply: the CIDR conflicts with another subnet",
        );
      }
      if (furthest === undefined || next.range.last > furthest.range.last) furthest = next;
    }
  }
};

/** One subnet can be in a file as a resource and as a data source. */
function isSame(a: Subnet, b: Subnet): boolean {
  return a === b || a.isData || b.isData;
}

/** The one that no balancer has moves more easily. */
function later(used: ReadonlySet<string>, a: Subnet, b: Subnet): readonly [Subnet, Subnet] {
  return used.has(known(b.id) ?? "") ? [b, a] : [a, b];
}

function newBlock(topology: Topology, subnet: Subnet): readonly Edit[] {
  const vpc = topology.byId.vpc(subnet.vpcId as Attr<string>);
  const cidr = vpc === undefined ? undefined : freeRange(topology, vpc, prefixOf(subnet.cidr) ?? 24, subnet);
  return cidr === undefined ? [] : [setting(subnet.address, "cidr_block", cidr)];
}

export const subnetRules: Rules = { path: [zones, sizes], file: [ranges] };
