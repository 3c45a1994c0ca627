import type { Balancer, NetworkAcl } from "../../../topology/model";
import { askedPorts } from "../requests/asked-ports";
import type { TracedPath } from "../requests/traced-path";
import { type Decision, decide } from "./acl-decisions";
import { type AskingClients, EPHEMERAL, type Flow, passing } from "./acl-flow";
import { addressesOf, clientsOf } from "./audience";
import type { Range } from "./ipv4";

/** Those of clients' systems; only some that share an address with many others have lower ones. */
const CLIENTS_EPHEMERAL: Range = { first: 32768, last: 65535 };

/** Requests at the load balancer's subnets and the answers to them; those who are let in need their answers. */
export function clientFlows(path: TracedPath, balancer: Balancer, acl: NetworkAcl): readonly Flow[] {
  const clients = clientsOf(path.topology, balancer, path.from);
  const addresses = addressesOf(clients);
  const requests = askedPorts(path).map((port): Flow => {
    const ports = { first: port, last: port };
    return {
      acl,
      direction: "ingress",
      what: "requests of clients",
      ports,
      hop: "listener",
      packets: addresses.map((it) => ({ addresses: it, ports })),
      clients: { ...clients, addresses, ports },
    };
  });
  const decisions = requests.flatMap(({ packets }) => packets.map((it) => decide(acl.ingress, it)));
  const letIn = passing({ ...clients, addresses, ports: { first: 0, last: 65535 } }, decisions);
  const answers: Flow = {
    acl,
    direction: "egress",
    what: "answers to clients",
    ports: EPHEMERAL,
    hop: "listener",
    packets: addresses.map((it) => ({ addresses: it, ports: EPHEMERAL })),
    clients: { ...clients, addresses: letIn.length > 0 ? letIn : addresses, ports: CLIENTS_EPHEMERAL },
  };
  return [...requests, answers];
}

/** Whether answers get to clients, but only at the ports from which most systems ask. */
export function isOnlyForUsualPorts(clients: AskingClients, decisions: readonly Decision[]): boolean {
  if (clients.ports !== CLIENTS_EPHEMERAL) return false;
  const answered = passing(clients, decisions);
  const everywhere = passing({ ...clients, addresses: answered, ports: EPHEMERAL }, decisions);
  return answered.length > 0 && everywhere.length === 0;
}
