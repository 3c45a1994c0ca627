import type { AclEntry, NetworkAcl, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import type { Flow } from "../analysis/network/acl-flow";
import type { Direction } from "../analysis/network/security-rules";
import type { Edit } from "../report";
import { setting } from "./fix";

/* How to allow traffic in a network ACL, with inline or separate entries, as it has them. */

export const NO_PROP_OF_ACL =
  "no prop causes this; remove the network ACL you added, or the override of the default network ACL";

/** The highest number of an entry. */
const MOST_NUMBERS = 32_766;

interface NewEntry {
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
  readonly cidr: string;
}

/** What AWS's default network ACL allows. */
export function everythingAllowed(acl: NetworkAcl, direction: Direction): readonly Edit[] {
  return newEntries(acl, direction, [{ protocol: "-1", first: 0, last: 0, cidr: "0.0.0.0/0" }]);
}

export function flowsAllowed(
  topology: Topology,
  acl: NetworkAcl,
  direction: Direction,
  flows: readonly Flow[],
): readonly Edit[] {
  const wanted = flows.map((flow) => ({ protocol: "tcp", ...flow.ports, cidr: cidrFor(topology, flow, acl) }));
  return newEntries(acl, direction, [...new Map(wanted.map((it) => [JSON.stringify(it), it])).values()]);
}

function newEntries(acl: NetworkAcl, direction: Direction, wanted: readonly NewEntry[]): readonly Edit[] {
  const entries = acl[direction];
  const isInline = acl.isDefault || [...acl.ingress, ...acl.egress].some(({ address }) => address === acl.address);
  const numbers = freeNumbers(entries, wanted.length);
  return wanted.map(({ protocol, first, last, cidr }, index): Edit => {
    const body = { protocol, cidr_block: cidr, from_port: first, to_port: last };
    if (isInline)
      return setting(acl.address, `${direction}.${entries.length + index}`, {
        rule_no: numbers[index],
        action: "allow",
        ...body,
      });
    const name = `${acl.address.replace(/^.*\./, "").replace(/\W+/g, "_")}_${direction}_${numbers[index]}`;
    return {
      add: "aws_network_acl_rule",
      name,
      like: acl.address,
      body: {
        network_acl_id: known(acl.id) ?? `\${${acl.address}.id}`,
        rule_number: numbers[index],
        egress: direction === "egress",
        rule_action: "allow",
        ...body,
      },
    };
  });
}

/** Free numbers, below the first deny entry if there is one. */
function freeNumbers(entries: readonly AclEntry[], count: number): readonly number[] {
  const taken = new Set(entries.map((it) => known(it.number)));
  const firstDeny = entries
    .filter((it) => known(it.allow) === false)
    .reduce((least, it) => Math.min(least, known(it.number) ?? 1), Infinity);
  const last = Math.max(90, lastNumber(entries));
  const above = Array.from({ length: count }, (_, index) => last + 10 * (index + 1));
  if (firstDeny === Infinity) return above;
  const below = Array.from({ length: Math.min(firstDeny, MOST_NUMBERS) - 1 }, (_, index) => index + 1).filter(
    (it) => !taken.has(it),
  );
  return above.map((number, index) => below[index] ?? number);
}

export function lastNumber(entries: readonly AclEntry[]): number {
  return entries.reduce((most, it) => Math.max(most, known(it.number) ?? 0), 0);
}

/** All addresses for clients; for the load balancer and its targets the VPC, if it has one range. */
function cidrFor({ byId }: Topology, { clients, packets }: Flow, { vpcId }: NetworkAcl): string {
  const cidrs = byId.vpc(vpcId)?.cidrs.items ?? [];
  const [cidr] = cidrs;
  return clients !== undefined || cidr === undefined || cidrs.length !== 1 || packets.length === 0 ? "0.0.0.0/0" : cidr;
}
