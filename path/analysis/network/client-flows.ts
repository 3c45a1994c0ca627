import type { Balancer, NetworkAcl } from "../../../topology/model";
import { askedPorts } from "../requests/asked-ports";
import type { TracedPath } from "../requests/traced-path";
import { type Decision, decide } from "./acl-decisions";
import { type AskingClients, CLIENTS_EPHEMERAL, EPHEMERAL, type Flow, passing } from "./acl-flow";
import { addressesOf, clientsOf } from "./audience";

/** Requests at the load balancer's subnets, and the responses to the clients that are allowed. */
export function clientFlows(path: TracedPath, balancer: Balancer, acl: NetworkAcl): readonly Flow[] {
  const clients = clientsOf(path.topology, balancer, path.from);
  const addresses = addressesOf(clients);
  const requests = askedPorts(path).map((port): Flow => {
    const ports = { first: port, last: port };
    return {
      acl,
      direction: "ingress",
      what: "requests from clients",
      ports,
      hop: "listener",
      packets: addresses.map((it) => ({ addresses: it, ports })),
      clients: { ...clients, addresses, ports },
    };
  });
  const decisions = requests.flatMap(({ packets }) => packets.map((it) => decide(acl.ingress, it)));
  const letIn = passing({ ...clients, addresses, ports: { first: 0, last: 65535 } }, decisions);
  const responses: Flow = {
    acl,
    direction: "egress",
    what: "responses to clients",
    ports: EPHEMERAL,
    hop: "listener",
    packets: addresses.map((it) => ({ addresses: it, ports: EPHEMERAL })),
    clients: { ...clients, addresses: letIn.length > 0 ? letIn : addresses, ports: CLIENTS_EPHEMERAL },
  };
  return [...requests, responses];
}

/** Whether responses reach clients, but only on the ports that most clients use. */
export function isOnlyForUsualPorts(clients: AskingClients, decisions: readonly Decision[]): boolean {
  if (clients.ports !== CLIENTS_EPHEMERAL) return false;
  const answered = passing(clients, decisions);
  const everywhere = passing({ ...clients, addresses: answered, ports: EPHEMERAL }, decisions);
  return answered.length > 0 && everywhere.length === 0;
}
