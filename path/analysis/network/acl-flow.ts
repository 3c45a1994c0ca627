import type { NetworkAcl } from "../../../topology/model";
import type { Unknown } from "../../../topology/value";
import type { Hop } from "../../report";
import type { HealthReaders } from "../targets/health-readers";
import type { Decision, Packets } from "./acl-decisions";
import { type Clients, canBeClients } from "./audience";
import { overlaps, type Range, without } from "./ipv4";
import type { Direction } from "./security-rules";

/* Packets that a network ACL must allow. A network ACL is stateless: responses need an entry too. */

/** The source ports of AWS's own connections, to which responses go. */
export const EPHEMERAL: Range = { first: 1024, last: 65535 };

/** The ephemeral ports of most clients; only some behind a shared address use lower ones. */
export const CLIENTS_EPHEMERAL: Range = { first: 32768, last: 65535 };

/** The number of denied ephemeral ports to ignore. */
const FEW = 64;

export interface Flow {
  readonly acl: NetworkAcl;
  readonly direction: Direction;
  /** Such as "responses from the targets". */
  readonly what: string;
  readonly ports: Range;
  readonly hop: Hop;
  readonly packets: readonly Packets[];
  /** The clients that send or receive them; absent between the load balancer and its targets. */
  readonly clients?: AskingClients;
  /** Why the packets are not known exactly. */
  readonly vague?: Unknown;
  /** For health checks to a port without requests: what uses the targets' health. */
  readonly health?: readonly HealthReaders[];
}

export interface AskingClients extends Clients {
  readonly addresses: readonly Range[];
  /** The ports that they must be able to reach or, at least, receive responses on. */
  readonly ports: Range;
}

/** Blocking some clients is a choice; blocking all is a finding. Nothing else may be blocked. */
export function isBlocked({ clients, ports }: Flow, decisions: readonly Decision[]): boolean {
  if (clients !== undefined) return passing(clients, decisions).length === 0;
  // A few ephemeral ports, such as that of remote desktops, are denied on purpose, and one connection in thousands uses
  // them.
  return decisions.some(({ denied }) =>
    denied.some((it) => ports !== EPHEMERAL || it.by === undefined || it.ports.last - it.ports.first >= FEW),
  );
}

/** Addresses of clients that have no denied packet to or from these ports. */
export function passing(clients: AskingClients, decisions: readonly Decision[]): readonly Range[] {
  const denied = decisions
    .flatMap((it) => it.denied)
    .filter((it) => overlaps(it.ports, clients.ports))
    .map((it) => it.addresses);
  return clients.addresses.flatMap((it) => without(it, denied)).filter((it) => canBeClients(it, clients));
}

/** If the packets are not known exactly, only a decision that denies all of them is certain. */
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
