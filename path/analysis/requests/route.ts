import type { Action, Balancer, Listener, TargetGroup, Topology } from "../../../topology/model";
import { isSymbolic } from "../../../topology/symbols";
import { isUnknown, known } from "../../../topology/value";
import { once } from "../once";
import { targetsOf } from "../targets/registered-servers";
import { isApplication } from "./balancer-types";
import type { Entry } from "./entries";
import { outcomesOf } from "./listener-answers";
import { actionsOf, listenerAt } from "./listeners";
import { destinationOf, type Redirect, type Request } from "./redirects";
import type { Step, TracedPath } from "./traced-path";

/* From an entry point to the targets: listeners, rules, redirects, target groups. */

/** The whole path of a request from this entry point. */
export function routeOf(entry: Entry, topology: Topology): TracedPath {
  const { balancer, scheme, port, host, path } = entry;
  const steps = balancer === undefined ? [] : stepsOf(entry, balancer, topology);
  const targetGroups = groupsOf(steps, balancer, topology);
  const name = host === "" || isSymbolic(host) ? "balancer.invalid" : host;
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
    targets: targetsOf(targetGroups, topology),
  };
}

/** If a URL cannot contain the name or port, a placeholder is used; the report shows the original. */
function urlOf(scheme: Entry["scheme"], name: string, port: number, path: string): URL {
  const texts = [
    `${scheme}://${name}:${port}${path}`,
    `${scheme}://name.invalid:${port}${path}`,
    `${scheme}://name.invalid/`,
  ];
  return new URL(texts.find((text) => URL.canParse(text)) ?? `${scheme}://name.invalid/`);
}

/** A request that may reach a listener. */
interface Pending {
  readonly request: Request;
  readonly hasPath: boolean;
  readonly redirectedBy?: Step["redirectedBy"];
}

/**
 * The listener that clients connect to, and those that its redirects with this name may point to. Other names have
 * paths of their own. A listener with another protocol is checked too, so that all findings are reported at once.
 */
function stepsOf(entry: Entry, balancer: Balancer, topology: Topology): Step[] {
  const steps: Step[] = [];
  const seen = new Set<Listener>();
  const { scheme, host, port, path, hasPath } = entry;
  const pending: Pending[] = [{ request: { scheme, host, port, path, query: "" }, hasPath }];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { request, redirectedBy } = next;
    const listener = listenerAt(balancer, request, topology);
    if (listener === undefined || isUnknown(listener) || seen.has(listener)) continue;
    seen.add(listener);
    const outcomes = [...outcomesOf(listener, { ...entry, path: request.path, hasPath: next.hasPath })];
    steps.push({ listener, outcomes, ...(redirectedBy !== undefined && { redirectedBy }) });
    for (const { actions, address } of outcomes)
      for (const action of actions) {
        const to = action.type === "redirect" ? redirected(action, next) : undefined;
        if (to !== undefined) pending.push({ ...to, redirectedBy: { address, attribute: action.attribute } });
      }
  }
  return steps;
}

/** The next request after a redirect at the same name; `undefined` if it goes to another name or an unknown port. */
function redirected(redirect: Redirect, { request, hasPath }: Pending): Pending | undefined {
  const { scheme, host, port, path } = destinationOf(redirect, request);
  // An unknown name may be this one.
  if (isUnknown(port) || (!isUnknown(host) && host !== request.host)) return undefined;
  return {
    request: {
      ...request,
      port,
      ...(!isUnknown(scheme) && { scheme }),
      ...(!isUnknown(path) && { path }),
    },
    hasPath: hasPath || known(redirect.path)?.includes("#{path}") === false,
  };
}

/** All target groups that a load balancer's listeners forward to, used for each path that reaches none. */
const forwardedByAll = once((topology: Topology) =>
  once((balancer: Balancer): readonly TargetGroup[] => forwardedBy(balancer.listeners.flatMap(actionsOf), topology)),
);

function groupsOf(steps: readonly Step[], balancer: Balancer | undefined, topology: Topology): readonly TargetGroup[] {
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
  // No request gets this far. The target groups that it would reach once the listeners exist are checked all the same,
  // so that all findings are reported at once.
  const all = forwardedByAll(topology)(balancer);
  if (all.length > 0) return all;
  const isOnly = topology.balancers.filter(isApplication).length === 1;
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
