import type { Registration, Server, TargetGroup, Topology } from "../../../topology/model";
import { type Attr, isUnknown, known } from "../../../topology/value";
import { once } from "../once";
import type { Target } from "../requests/traced-path";

/* What is registered in target groups, and which server it is. */

const serversByPrivateIp = once(
  (topology: Topology): ReadonlyMap<string, Server> =>
    new Map(
      topology.servers.flatMap((server) => {
        const ip = known(server.privateIp);
        return ip === undefined ? [] : [[ip, server] as const];
      }),
    ),
);

/** The server of a registration: by its id, its Auto Scaling group, or its private address. */
export function registeredServer({ autoScalingGroup, targetId }: Registration, topology: Topology): Server | undefined {
  return topology.byId.server(autoScalingGroup ?? targetId) ?? serversByPrivateIp(topology).get(known(targetId) ?? "");
}

/** The targets of groups: the same list for the same groups, so that its results are computed once. */
export function targetsOf(targetGroups: readonly TargetGroup[], topology: Topology): readonly Target[] {
  const lists = listsOf(topology);
  const key = JSON.stringify(targetGroups.map(({ address }) => address));
  const found = lists.get(key) ?? targetGroups.flatMap((group) => targetsIn(group, topology));
  lists.set(key, found);
  return found;
}

const listsOf = once((_: Topology) => new Map<string, readonly Target[]>());

function targetsIn(targetGroup: TargetGroup, topology: Topology): Target[] {
  const { byId } = topology;
  return targetGroup.registrations.map((registration): Target => {
    const server = registeredServer(registration, topology);
    const port = registration.port ?? targetGroup.port;
    return {
      targetGroup,
      registration,
      ...(server !== undefined && { server }),
      port,
      healthPort: healthPortOf(targetGroup, port),
      subnets: server?.subnetIds.items.flatMap((id) => byId.subnet(id) ?? []) ?? [],
    };
  });
}

function healthPortOf({ healthCheck }: TargetGroup, traffic: Attr<number>): Attr<number> {
  const { port } = healthCheck;
  if (isUnknown(port)) return port;
  return port === undefined || port === "traffic-port" ? traffic : Number(port);
}
