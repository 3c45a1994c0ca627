import type { NetworkAcl } from "../../../topology/model";
import type { Unknown } from "../../../topology/value";
import type { Hop } from "../../report";
import type { HealthReaders } from "../targets/health-readers";
import type { Decision, Packets } from "./acl-decisions";
import { type Clients, canBeClients } from "./audience";
import { overlaps, type Range, without } from "./ipv4";
import type { Direction } from "./security-rules";

/* Packets that have to pass a network ACL. An ACL knows no connections: answers need an entry too. */

/** Ports from which AWS lets its own connections begin, and to which the answers go. */
export const EPHEMERAL: Range = { first: 1024, last: 65535 };

/** So many ports of the ephemeral ones do not count. */
const FEW = 64;

export interface Flow {
  readonly acl: NetworkAcl;
  readonly direction: Direction;
  /** Such as "answers of the targets". */
  readonly what: string;
  readonly ports: Range;
  readonly hop: Hop;
  readonly packets: readonly Packets[];
  /** Who sends or gets them, if these are clients: absent between the load balancer and its targets. */
  readonly clients?: AskingClients;
  /** Why it is not known which packets these are. */
  readonly vague?: Unknown;
  /** Of health checks to a port to which no requests go: what looks at the targets' health. */
  readonly health?: readonly HealthReaders[];
}

export interface AskingClients extends Clients {
  readonly addresses: readonly Range[];
  /** The ports that they must be able to ask, or at least to get answers at. */
  readonly ports: Range;
}

/** Some clients that are kept out are a choice; all are a finding. Nothing else may be kept out. */
export function isBlocked({ clients, ports }: Flow, decisions: readonly Decision[]): boolean {
  if (clients !== undefined) return passing(clients, decisions).length === 0;
  // Of the ports that answers go to, those of remote desktops and the like are denied on purpose, and one connection of
  // thousands meets them.
  return decisions.some(({ denied }) =>
    denied.some((it) => ports !== EPHEMERAL || it.by === undefined || it.ports.last - it.ports.first >= FEW),
  );
}

/** Addresses of clients of which no packet to or from these ports is denied. */
export function passing(clients: AskingClients, decisions: readonly Decision[]): readonly Range[] {
  const denied = decisions
    .flatMap((it) => it.denied)
    .filter((it) => overlaps(it.ports, clients.ports))
    .map((it) => it.addresses);
  return clients.addresses.flatMap((it) => without(it, denied)).filter((it) => canBeClients(it, clients));
}

/** Where it is not known which packets there are, only what stops all of them is certain. */
export function isCertain({ packets, vague }: Flow, decisions: readonly Decision[]): boolean {
  return (
    vague === undefined ||
    packets.every(({ addresses, ports }, index) => {
      const denied = decisions[index]?.denied ?? [];
      const [addressesDenied, portsDenied] = [denied.map((it) => it.addresses), denied.map((it) => it.ports)];
      return without(addresses, addressesDenied).length === 0 && without(ports, portsDenied).length === 0;
    })
  );
}
