import type { Balancer, Listener, ListenerRule, Topology } from "../../topology/model";
import { isUnknown, known, Unknown } from "../../topology/value";
import { chainsOf } from "../analysis/names/record-chains";
import { recordsOf } from "../analysis/names/record-targets";
import {
  destination,
  listenerAt,
  type Met,
  met,
  type Redirect,
  type Request,
  urlOf,
} from "../analysis/requests/simulated-request";
import type { TracedPath } from "../analysis/requests/traced-path";
import { fix, setting } from "../fixes/fix";
import { forward, likelyGroup, missingListener, pathOf } from "../fixes/listener-repairs";
import { BY_NO_PROP } from "../fixes/wording";
import type { Edit, Finding } from "../report";
import type { FileReporter, Reporter } from "./rule";
import type { Rules } from "./subjects";

/* Redirects that lead nowhere, to themselves, or in a circle. */

/** Browsers give up at twenty. */
const MAX_REDIRECTS = 20;
/** A path that grows at each redirect is a circle too. */
const MAX_PATH = 4_096;
/** More rules than this are not tried one by one. */
const MAX_CANDIDATES = 50;

export const redirectRules: Rules = { path: [followed], file: [toItself] };

/** A redirect that changes nothing: AWS refuses it. */
function toItself(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers) {
    for (const listener of balancer.listeners) {
      for (const { address, action, rule } of redirectsOf(listener)) {
        if (!changesNothing(listener, action, rule)) continue;
        report.fault(
          {
            id: "P23",
            hop: "listener",
            address,
            attribute: action.attribute,
            observed: `${shownListener(listener)} redirects to its own protocol, host, port and path`,
            required: "a redirect that changes the protocol, the host, the port or the path",
            symptom: "the apply fails: InvalidLoadBalancerAction, the redirect creates a loop",
            fix: wayOut(topology, balancer, listener, address, action),
          },
          [balancer],
        );
      }
    }
  }
}

function changesNothing(
  listener: Listener,
  { protocol, host, port, path, query }: Redirect,
  rule: ListenerRule | undefined,
): boolean {
  const asks = rule?.conditions.some(({ kind }) => kind === "query-string" || kind === "unknown") ?? false;
  const isSame = (part: unknown, placeholder: string, own: unknown) =>
    part === undefined || part === placeholder || (own !== undefined && String(part).toUpperCase() === own);
  return (
    isSame(protocol, "#{protocol}", known(listener.protocol)) &&
    isSame(port, "#{port}", known(listener.port)?.toString()) &&
    isSame(host, "#{host}", undefined) &&
    isSame(path, "/#{path}", undefined) &&
    (isSame(query, "#{query}", undefined) || (!asks && !isUnknown(query)))
  );
}

function redirectsOf(listener: Listener): { address: string; action: Redirect; rule?: ListenerRule }[] {
  const all = [
    { address: listener.address, actions: listener.defaultActions },
    ...listener.rules.map((rule) => ({ address: rule.address, actions: rule.actions, rule })),
  ];
  return all.flatMap(({ actions, ...of }) =>
    actions.flatMap((action) => (action.type === "redirect" ? [{ ...of, action }] : [])),
  );
}

/** Follows the redirects that requests of this path can meet. */
function followed(path: TracedPath, report: Reporter): void {
  const { balancer, topology } = path;
  if (balancer === undefined || path.steps.length === 0) return;
  for (const start of requestsOf(path)) walk(topology, balancer, start, report);
}

/** The URL's own request; where any path may be asked for, one of each kind that a redirect can tell apart. */
function requestsOf(path: TracedPath): Request[] {
  const { scheme, host, port } = path;
  const request = (name: string): Request => ({ scheme, host, port, path: name, query: "" });
  if (path.hasPath) return [request(path.url.pathname)];
  const patterns = path.steps
    .flatMap(({ outcomes }) => outcomes)
    .filter(({ actions }) => actions.some(({ type }) => type === "redirect"))
    .flatMap(({ rule }) => rule?.conditions ?? [])
    .filter(({ kind }) => kind === "path-pattern")
    .flatMap(({ values }) => values.items);
  // The second stands for all paths that no rule names.
  return [
    ...new Set([
      "/",
      "/any-other-page",
      ...patterns.slice(0, MAX_CANDIDATES).map((it) => it.replaceAll("*", "x").replaceAll("?", "x")),
    ]),
  ].map(request);
}

interface Visit {
  readonly request: Request;
  readonly listener: Listener;
  readonly met: Met;
  readonly redirect: Redirect;
}

function walk(topology: Topology, balancer: Balancer, start: Request, report: Reporter): void {
  const visits: Visit[] = [];
  for (let request = start; ; ) {
    const listener = listenerAt(balancer, request.port, request.scheme === "https" ? "HTTPS" : "HTTP", []);
    if (listener === undefined || isUnknown(listener)) return;
    const found = met(listener, request);
    if (found?.action.type !== "redirect" || changesNothing(listener, found.action, found.rule)) return;
    const visit = { request, listener, met: found, redirect: found.action };
    visits.push(visit);
    const next = destination(found.action, request);
    if (isUnknown(next)) return report.open("listener", next);
    if (!leadsHere(topology, balancer, next.host, request.host))
      return report.assume({
        hop: "listener",
        address: found.address,
        text: `${urlOf(next)}, to which ${shownListener(listener)} redirects, answers`,
      });
    if (!arrives(topology, balancer, visit, next, report)) return;
    const first = visits.findIndex((it) => urlOf(it.request) === urlOf(next));
    if (first >= 0 || visits.length >= MAX_REDIRECTS || next.path.length > MAX_PATH)
      return circle(topology, balancer, visits.slice(Math.max(first, 0)), next, report);
    request = next;
  }
}

/** A redirect to another host is followed only if the file says that it leads back. */
function leadsHere(topology: Topology, balancer: Balancer, host: string, from: string): boolean {
  return (
    host === from ||
    chainsOf(topology)
      .answering(host)
      .some((record) => recordsOf(topology).leadsTo(record, balancer))
  );
}

/** Whether something listens where a redirect leads. */
function arrives(
  topology: Topology,
  balancer: Balancer,
  { request, listener, met: { address }, redirect }: Visit,
  next: Request,
  report: Reporter,
): boolean {
  const protocol = next.scheme === "https" ? "HTTPS" : "HTTP";
  const there = listenerAt(balancer, next.port, protocol, topology.looseListeners);
  if (isUnknown(there)) {
    report.open("listener", there);
    return false;
  }
  if (there !== undefined && (isUnknown(there.protocol) || there.protocol === protocol)) return true;
  if (there === undefined && balancer.isData) {
    report.open(
      "listener",
      new Unknown(
        balancer.address,
        "listeners",
        "the balancer is only read here, and its listeners may be made elsewhere",
      ),
    );
    return false;
  }
  const attribute = `${redirect.attribute}.${there === undefined ? "port" : "protocol"}`;
  report.fault({
    id: "P22",
    hop: "listener",
    address,
    attribute,
    observed:
      `${shownListener(listener)} redirects ${urlOf(request)} to ${urlOf(next)}, where ` +
      `${there === undefined ? "nothing listens" : `${shownListener(there)} speaks ${known(there.protocol)}`}`,
    required: `an ${protocol} listener on port ${next.port} of ${balancer.address}, or a redirect to a port that has one`,
    symptom:
      there === undefined
        ? `a redirect to ${urlOf(next)}, then ERR_CONNECTION_TIMED_OUT or ERR_CONNECTION_REFUSED`
        : protocol === "HTTPS"
          ? "a redirect, then ERR_SSL_PROTOCOL_ERROR"
          : "a redirect, then 400 Bad Request: a plain HTTP request was sent to an HTTPS port",
    fix: toAListener(topology, balancer, listener, address, redirect, next),
  });
  return false;
}

function toAListener(
  topology: Topology,
  balancer: Balancer,
  from: Listener,
  address: string,
  redirect: Redirect,
  next: Request,
): Finding["fix"] {
  // Whoever redirects mostly wants HTTPS.
  const other =
    balancer.listeners.find((it) => it !== from && it.protocol === "HTTPS" && known(it.port) !== undefined) ??
    balancer.listeners.find(
      (it) => it !== from && it.protocol === next.scheme.toUpperCase() && known(it.port) !== undefined,
    );
  if (other !== undefined)
    return fix(
      `Redirect to port ${known(other.port)}, where ${other.address} speaks ${known(other.protocol)}.`,
      BY_NO_PROP,
      [to(address, redirect, other)],
    );
  const missing = missingListener(topology, balancer, next);
  return fix(
    `Add an ${next.scheme.toUpperCase()} listener on port ${next.port}.`,
    BY_NO_PROP,
    missing === undefined ? [] : [missing],
  );
}

/** The redirect with another listener's port and protocol. */
function to(address: string, redirect: Redirect, { port, protocol }: Listener): Edit {
  const kept = { host: known(redirect.host), path: known(redirect.path), query: known(redirect.query) };
  const changed = Object.entries(kept).filter(
    ([name, value]) => value !== undefined && value !== `#{${name}}` && value !== "/#{path}",
  );
  return setting(address, pathOf(redirect.attribute), {
    port: String(known(port)),
    protocol: known(protocol),
    status_code: known(redirect.statusCode) ?? "HTTP_301",
    ...Object.fromEntries(changed),
  });
}

/** Told of one redirect of the circle, the same one wherever a request enters it. */
function circle(
  topology: Topology,
  balancer: Balancer,
  visits: readonly Visit[],
  next: Request,
  report: Reporter,
): void {
  const rank = ({ listener, met: { address } }: Visit) => `${listener.protocol === "HTTPS" ? 0 : 1} ${address}`;
  const [worst] = [...visits].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  if (worst === undefined) return;
  const urls = visits.map(({ request }) => urlOf(request));
  report.fault({
    id: "P24",
    hop: "listener",
    address: worst.met.address,
    attribute: worst.redirect.attribute,
    observed: `${[...urls.slice(0, 3), ...(urls.length > 3 ? ["…"] : []), urlOf({ ...next, path: next.path.slice(0, 60) })].join(" -> ")}`,
    required: "redirects that end at a listener or rule which forwards",
    symptom: "ERR_TOO_MANY_REDIRECTS",
    share: worst.met.rule === undefined ? undefined : `requests that ${worst.met.address} matches`,
    fix: wayOut(topology, balancer, worst.listener, worst.met.address, worst.redirect),
  });
}

/** A plain listener redirects to HTTPS if there is such a listener; any other forwards. */
function wayOut(
  topology: Topology,
  balancer: Balancer,
  listener: Listener,
  address: string,
  redirect: Redirect,
): Finding["fix"] {
  const https = balancer.listeners.find(
    (it) => it !== listener && it.protocol === "HTTPS" && known(it.port) !== undefined,
  );
  if (listener.protocol === "HTTP" && https !== undefined)
    return fix(`Redirect to ${https.address}.`, BY_NO_PROP, [to(address, redirect, https)]);
  const group = likelyGroup(topology, balancer);
  const edits: Edit[] =
    group === undefined
      ? []
      : [setting(address, address === listener.address ? "default_action" : "action", forward(group))];
  return fix(`Let ${address} forward to ${group?.address ?? "a target group"}.`, BY_NO_PROP, edits);
}

function shownListener(listener: Listener): string {
  return `${listener.address} (${known(listener.protocol) ?? "HTTP"} :${known(listener.port) ?? "?"})`;
}
