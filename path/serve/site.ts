import type { Balancer, Listener, TargetGroup, Topology } from "../../topology/model";
import { isUnknown, known } from "../../topology/value";
import { analyse } from "../analysis/analysis";
import { mayBeApplication } from "../analysis/requests/balancer-types";
import type { Entry } from "../analysis/requests/entries";
import { actionsOf, forwardedTo, listenerAt, protocolOf } from "../analysis/requests/listeners";
import { routeOf } from "../analysis/requests/route";
import type { TraceReport } from "../report";
import { traceTopology } from "../trace/trace";
import { protocolIn } from "./arguments";
import type { Cause } from "./decisions";
import { dnsNameOf } from "./dns-balancers";
import { type Membership, membershipsOf } from "./members";
import { notModeledIn } from "./not-modeled";
import { type Refusals, type Reported, refusalsIn } from "./refusals";

/* What a file contains that can be served: URLs, the listeners behind them, and the targets. */

export interface Site {
  readonly topology: Topology;
  readonly report: TraceReport;
  readonly paths: readonly (Reported & { readonly entry: Entry })[];
  readonly refusals: Refusals;
  readonly doors: readonly ServedDoor[];
  readonly urls: readonly ServedUrl[];
  /** Of all target groups in the file. */
  readonly members: ReadonlyMap<TargetGroup, readonly Membership[]>;
  /** The target groups that a listener forwards to. */
  readonly used: ReadonlySet<TargetGroup>;
  /** What is not modeled or not known, one sentence each. */
  readonly notModeled: readonly string[];
}

/** Where clients connect: a port of a load balancer, with or without a listener. */
export interface ServedDoor {
  readonly balancer: Balancer;
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS";
  readonly listener?: Listener;
  /** Why nothing responds there. */
  readonly refused?: Cause;
}

export interface ServedUrl {
  readonly url: URL;
  readonly door: ServedDoor;
  /** Whether the name is the load balancer's own. */
  readonly isOwnName: boolean;
  readonly entry?: Entry;
}

export function siteOf(topology: Topology): Site {
  const report = traceTopology(topology);
  const { entries } = analyse(topology);
  const paths = entries.flatMap((entry, index): (Reported & { entry: Entry })[] => {
    const its = report.paths[index];
    return its === undefined ? [] : [{ entry, path: routeOf(entry, topology), report: its }];
  });
  const refusals = refusalsIn(paths, report);
  const balancers = topology.balancers.filter(mayBeApplication);
  const doors = doorsOf(balancers, refusals);
  const urls = urlsOf(
    paths.map(({ entry }) => entry),
    balancers,
    doors,
    topology,
  );
  const used = new Set(groupsBehind(balancers, topology));
  const members = membershipsOf(topology, [
    ...new Set([...used, ...topology.targetGroups.filter(({ isData }) => !isData)]),
  ]);
  return {
    topology,
    report,
    paths,
    refusals,
    doors: [...doors.values()],
    urls,
    members,
    used,
    notModeled: notModeledIn(topology, balancers, report),
  };
}

type Doors = Map<string, ServedDoor>;

function keyOf(balancer: Balancer, port: number): string {
  return `${balancer.address} ${port}`;
}

/** AWS allows one listener for each port; of two, the first is created. */
function doorsOf(balancers: readonly Balancer[], { listeners: refused }: Refusals): Doors {
  const doors: Doors = new Map();
  for (const balancer of balancers)
    for (const listener of balancer.listeners) {
      const port = known(listener.port);
      if (port === undefined || !isPort(port) || doors.has(keyOf(balancer, port))) continue;
      const cause = refused.get(listener);
      doors.set(keyOf(balancer, port), {
        balancer,
        port,
        protocol: protocolOfListener(listener),
        listener,
        ...(cause !== undefined && { refused: cause }),
      });
    }
  return doors;
}

/** Terraform accepts no other port, but a file can be written by anything. */
function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function protocolOfListener({ protocol, certificates }: Listener): "HTTP" | "HTTPS" {
  if (isUnknown(protocol)) return certificates.length > 0 ? "HTTPS" : "HTTP";
  return protocolIn(protocol);
}

/** The URLs of the file; a door without a listener is added where a URL needs it. */
function urlsOf(
  entries: readonly Entry[],
  balancers: readonly Balancer[],
  doors: Doors,
  topology: Topology,
): readonly ServedUrl[] {
  const named = entries.flatMap((entry): ServedUrl[] => {
    const { balancer, port, scheme } = entry;
    if (balancer === undefined) return [];
    const host = entry.isOwnName || entry.host === "" ? dnsNameOf(balancer, topology) : entry.host;
    const text = `${scheme}://${host}:${port}${entry.path}`;
    if (!URL.canParse(text)) return [];
    return [{ url: new URL(text), door: doorAt(balancer, entry, doors, topology), isOwnName: entry.isOwnName, entry }];
  });
  const withOwn = new Set(named.filter(({ isOwnName }) => isOwnName).map(({ door }) => door.balancer));
  const own = balancers
    .filter((it) => !withOwn.has(it))
    .flatMap((balancer) =>
      [...doors.values()]
        .filter((door) => door.balancer === balancer && door.protocol === "HTTP")
        .map((door): ServedUrl => {
          const url = new URL(`http://${dnsNameOf(balancer, topology)}:${door.port}/`);
          return { url, door, isOwnName: true };
        }),
    );
  return [...named, ...own];
}

function doorAt(balancer: Balancer, entry: Entry, doors: Doors, topology: Topology): ServedDoor {
  const { port, scheme } = entry;
  const found = doors.get(keyOf(balancer, port));
  if (found !== undefined) return found;
  const listener = listenerAt(balancer, { scheme, port }, topology);
  const text = isUnknown(listener)
    ? `${listener.address}: ${listener.attribute} is not known: ${listener.why}`
    : `${balancer.address} has no listener on port ${port}`;
  const door: ServedDoor = {
    balancer,
    port,
    protocol: protocolOf({ scheme }),
    refused: { hop: "listener", address: balancer.address, text },
  };
  doors.set(keyOf(balancer, port), door);
  return door;
}

/** All target groups that a listener forwards to. */
export function groupsBehind(balancers: readonly Balancer[], { byId }: Topology): readonly TargetGroup[] {
  const arns = balancers.flatMap(({ listeners }) => listeners.flatMap((it) => forwardedTo(actionsOf(it))));
  return [...new Set(arns.flatMap((arn) => byId.targetGroup(arn) ?? []))];
}
