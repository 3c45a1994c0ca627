import type {
  Action,
  Balancer,
  Condition,
  Listener,
  Registration,
  Server,
  TargetGroup,
  Topology,
} from "../../../topology/model";
import { NOT_KNOWN } from "../../../topology/unread";
import { type Attr, isUnknown, known, Unknown } from "../../../topology/value";
import { actionsOf } from "../../fixes/listener-repairs";
import type { Entry } from "./entries";
import { rulesFor } from "./rules-by-host";
import { holds } from "./simulated-request";
import type { Outcome, Step, Target, TracedPath } from "./traced-path";
import { matches } from "./wildcards";

/* From a way in to the targets: listeners, rules, redirects, groups. */

/** The whole way of a request that comes in here. */
export function routeOf(entry: Entry, topology: Topology, servers: ServerIndex): TracedPath {
  const { balancer, scheme, port, host, path } = entry;
  const steps = balancer === undefined ? [] : stepsOf(entry, balancer);
  const targetGroups = groupsOf(steps, balancer, topology);
  const name = host === "" || host.startsWith("${") ? "balancer.invalid" : host;
  const url = urlOf(scheme, name, port, path);
  return {
    topology,
    url,
    host,
    isOwnName: entry.isOwnName,
    port,
    scheme,
    hasPath: entry.hasPath,
    from: entry.from,
    records: entry.records,
    over: entry.over,
    ...(balancer !== undefined && { balancer }),
    steps,
    targetGroups,
    targets: servers.targetsOf(targetGroups, topology),
  };
}

/** A name, or a port, that a URL cannot hold stands for itself in the report only. */
function urlOf(scheme: Entry["scheme"], name: string, port: number, path: string): URL {
  const texts = [
    `${scheme}://${name}:${port}${path}`,
    `${scheme}://name.invalid:${port}${path}`,
    `${scheme}://name.invalid/`,
  ];
  return new URL(texts.find((text) => URL.canParse(text)) ?? `${scheme}://name.invalid/`);
}

/** How the report names the URL. */
export function shownUrl({ scheme, host, port, path, hasPath, balancer }: Entry): string {
  const name = host === "" ? `dns_name of ${balancer?.address}` : host.replace(/^\$\{(.*)\.dns_name\}$/, "$1.dns_name");
  const isUsual = (scheme === "http" && port === 80) || (scheme === "https" && port === 443);
  return `${scheme}://${name}${isUsual ? "" : `:${port}`}${hasPath ? path : "/"}`;
}

/** Listeners on a port; of several the first, as AWS has only one. */
export function listenerOn({ listeners }: Balancer, port: number): Listener | undefined {
  return listeners.find((it) => known(it.port) === port);
}

function stepsOf(entry: Entry, balancer: Balancer): Step[] {
  const steps: Step[] = [];
  const seen = new Set<Listener>();
  const pending: {
    listener: Listener | undefined;
    redirectedBy?: Step["redirectedBy"];
    path: string;
    hasPath: boolean;
  }[] = [{ listener: listenerOn(balancer, entry.port), path: entry.path, hasPath: entry.hasPath }];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { listener, redirectedBy, path, hasPath } = next;
    if (listener === undefined || seen.has(listener)) continue;
    seen.add(listener);
    const outcomes = outcomesOf(listener, { ...entry, path, hasPath });
    steps.push({ listener, outcomes, ...(redirectedBy !== undefined && { redirectedBy }) });
    for (const outcome of outcomes) {
      for (const action of outcome.actions) {
        const port = action.type === "redirect" ? redirectedPort(action, listener, entry.host) : undefined;
        if (action.type !== "redirect" || port === undefined) continue;
        const to = known(action.path) ?? "/#{path}";
        const target = to.replace("#{path}", path.replace(/^\//, ""));
        pending.push({
          listener: listenerOn(balancer, port),
          redirectedBy: { address: outcome.address, attribute: action.attribute },
          path: target,
          hasPath: hasPath || !to.includes("#{path}"),
        });
      }
    }
  }
  return steps;
}

/** The port that a redirect of this host leads to on the same balancer; nothing if it leads to another host. */
export function redirectedPort(
  { protocol, host, port }: Extract<Action, { type: "redirect" }>,
  from: Listener,
  asked: string,
): number | undefined {
  const name = known(host) ?? "#{host}";
  if (name !== "#{host}" && name.toLowerCase() !== asked) return undefined;
  const to = known(port);
  if (to === undefined) return undefined;
  if (to !== "#{port}") return Number(to);
  return known(protocol) === undefined ? undefined : known(from.port);
}

/** What of a request the rules of a listener look at. */
type Asked = Pick<Entry, "host" | "path" | "hasPath" | "isOwnName" | "isPlain">;

function outcomesOf(listener: Listener, request: Asked): Outcome[] {
  const outcomes: Outcome[] = [];
  // By the balancer's own name anybody may ask for any host.
  for (const rule of request.isOwnName ? listener.rules : rulesFor(listener, request.host)) {
    const matched = rule.conditions.map((condition) => matchOf(condition, request, rule.address));
    if (matched.includes("never")) continue;
    const open = matched.find((it) => it instanceof Unknown) as Unknown | undefined;
    const match = open ?? (matched.includes("some") ? "some" : "always");
    outcomes.push({ rule, match, actions: rule.actions, address: rule.address });
    if (match === "always") return outcomes;
  }
  return [
    ...outcomes,
    { match: outcomes.length === 0 ? "always" : "some", actions: listener.defaultActions, address: listener.address },
  ];
}

function matchOf({ kind, values }: Condition, request: Asked, address: string): "always" | "some" | "never" | Unknown {
  // What such a client meets, the simulation of one request says too.
  const plain = request.isPlain === true ? holds({ kind, values }, request) : undefined;
  if (plain !== undefined) return plain ? "always" : "never";
  const fallback =
    values.open === undefined
      ? "never"
      : values.open.why.endsWith(NOT_KNOWN)
        ? values.open
        : new Unknown(address, `condition.${kind}`, values.open.why);
  if (kind === "host-header") {
    if (request.isOwnName) return "some";
    return values.items.some((it) => matches(it.toLowerCase(), request.host)) ? "always" : fallback;
  }
  if (kind === "path-pattern") {
    if (values.items.some((it) => it === "*" || it === "/*")) return "always";
    if (!request.hasPath) return "some";
    return values.items.some((it) => matches(it, request.path)) ? "always" : fallback;
  }
  if (kind === "source-ip" && values.items.includes("0.0.0.0/0") && values.items.includes("::/0")) return "always";
  return kind === "unknown" ? (fallback === "never" ? "some" : fallback) : "some";
}

/** All groups that a balancer's listeners forward to, asked for by each path that comes to none. */
const declared = new WeakMap<Balancer, readonly TargetGroup[]>();

function groupsOf(steps: readonly Step[], balancer: Balancer | undefined, topology: Topology): TargetGroup[] {
  const outcomes = steps.flatMap((step) => step.outcomes);
  const reached = forwardedBy(
    outcomes.flatMap(({ actions }) => actions),
    topology,
  );
  if (reached.length > 0 || balancer === undefined) return reached;
  const isLost =
    steps.length === 0 ||
    outcomes.some(({ actions }) =>
      actions.some((action) => action.type === "redirect" && known(action.host) === "#{host}"),
    );
  if (!isLost) return [];
  // No request comes so far; where it would, once the listeners stand, is looked at all the same, so that all faults
  // are named at once.
  const all = declared.get(balancer) ?? forwardedBy(balancer.listeners.flatMap(actionsOf), topology);
  declared.set(balancer, all);
  if (all.length > 0) return [...all];
  const isOnly = topology.balancers.filter(({ type }) => known(type) === "application").length === 1;
  return isOnly ? topology.targetGroups.filter(({ isData }) => !isData) : [];
}

function forwardedBy(actions: readonly Action[], { byId }: Topology): TargetGroup[] {
  const arns = actions.flatMap((action) => {
    if (action.type !== "forward") return [];
    const hasWeights = action.targetGroups.some(({ weight }) => (known(weight) ?? 1) > 0);
    return action.targetGroups.filter(({ weight }) => !hasWeights || known(weight) !== 0).map(({ arn }) => arn);
  });
  return [...new Set(arns.flatMap((arn) => byId.targetGroup(arn) ?? []))];
}

const byPrivateIp = new WeakMap<Topology, ReadonlyMap<string, Server>>();

/** The server that a registration names by its id, as an Auto Scaling group, or by its private address. */
export function registeredServer({ autoScalingGroup, targetId }: Registration, topology: Topology): Server | undefined {
  const found = topology.byId.server(autoScalingGroup ?? targetId);
  if (found !== undefined || typeof targetId !== "string") return found;
  const servers =
    byPrivateIp.get(topology) ??
    new Map(
      topology.servers.flatMap((server) =>
        typeof server.privateIp === "string" ? [[server.privateIp, server] as const] : [],
      ),
    );
  byPrivateIp.set(topology, servers);
  return servers.get(targetId);
}

/** The targets of groups: the same list for the same groups. */
export interface ServerIndex {
  readonly targetsOf: (groups: readonly TargetGroup[], topology: Topology) => readonly Target[];
}

export function serverIndex(): ServerIndex {
  const lists = new Map<string, readonly Target[]>();
  return {
    targetsOf: (groups, topology) => {
      const key = JSON.stringify(groups.map(({ address }) => address));
      const found = lists.get(key) ?? groups.flatMap((group) => targetsOf(group, topology));
      lists.set(key, found);
      return found;
    },
  };
}

function targetsOf(targetGroup: TargetGroup, topology: Topology): Target[] {
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
