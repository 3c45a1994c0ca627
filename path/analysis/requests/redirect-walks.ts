import type { Balancer, Listener, Topology } from "../../../topology/model";
import { isUnknown, type Unknown } from "../../../topology/value";
import { chainsOf } from "../names/record-chains";
import { recordsOf } from "../names/record-targets";
import { once } from "../once";
import { type Met, met } from "./listener-answers";
import { listenerAt, protocolOf } from "./listeners";
import { changesNothing, nextRequest, type Redirect, type Request } from "./redirects";
import type { TracedPath } from "./traced-path";

/*
 * The redirects that a plain client follows. A path's steps are all listeners that some request may reach at its own
 * name. Here one request is followed, also to other names if the file says that they point to the same load balancer.
 */

/** A redirect, and the request that it redirected. */
export interface Visit {
  readonly request: Request;
  readonly listener: Listener;
  readonly met: Met;
  readonly redirect: Redirect;
}

export type End =
  /** No redirect responds, or the response cannot be determined from the file. */
  | { readonly kind: "no redirect" }
  /** The destination, or the listener there, is unknown. */
  | { readonly kind: "open"; readonly unknown: Unknown }
  /** The destination is a name that does not point to the load balancer in this file. */
  | { readonly kind: "elsewhere"; readonly next: Request; readonly from: Visit }
  /** There is no listener there, or it uses another protocol. */
  | { readonly kind: "closed"; readonly next: Request; readonly from: Visit; readonly there: Listener | undefined }
  /** The destination was requested before, or the redirects never end. */
  | { readonly kind: "circle"; readonly next: Request; readonly visits: readonly Visit[] };

/** Browsers stop at twenty. */
const MAX_REDIRECTS = 20;
/** A path that grows with each redirect is a loop too. */
const MAX_PATH = 4_096;
/** The most path patterns that are tried one by one. */
const MAX_CANDIDATES = 50;

/** The ends of the redirects that requests on a path can follow. */
export const redirectEnds = once((path: TracedPath): readonly End[] => {
  const { balancer, topology } = path;
  if (balancer === undefined || path.steps.length === 0) return [];
  return requestsOf(path).map((start) => endOf(topology, balancer, start));
});

/** The URL's own request; if any path may be requested, one for each kind that redirects distinguish. */
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
  // The second represents all paths that no rule contains.
  return [
    ...new Set([
      "/",
      "/any-other-page",
      ...patterns.slice(0, MAX_CANDIDATES).map((it) => it.replaceAll("*", "x").replaceAll("?", "x")),
    ]),
  ].map(request);
}

function endOf(topology: Topology, balancer: Balancer, start: Request): End {
  const visits: Visit[] = [];
  for (let request = start; ; ) {
    const from = visitOf(topology, balancer, request);
    if (from === undefined) return { kind: "no redirect" };
    visits.push(from);
    const next = nextRequest(from.redirect, request);
    if (isUnknown(next)) return { kind: "open", unknown: next };
    if (!leadsHere(topology, balancer, next.host, request.host)) return { kind: "elsewhere", next, from };
    const there = listenerAt(balancer, next, topology);
    if (isUnknown(there)) return { kind: "open", unknown: there };
    if (there === undefined || (!isUnknown(there.protocol) && there.protocol !== protocolOf(next)))
      return { kind: "closed", next, from, there };
    const first = visits.findIndex((it) => isSame(it.request, next));
    if (first >= 0 || visits.length >= MAX_REDIRECTS || next.path.length > MAX_PATH)
      return { kind: "circle", next, visits: visits.slice(Math.max(first, 0)) };
    request = next;
  }
}

/** The redirect for a request; `undefined` for any other action, or for a redirect that AWS refuses to create. */
function visitOf(topology: Topology, balancer: Balancer, request: Request): Visit | undefined {
  const listener = listenerAt(balancer, request, topology);
  if (listener === undefined || isUnknown(listener)) return undefined;
  const found = met(listener, request);
  if (found?.action.type !== "redirect" || changesNothing(listener, found.action, found.rule)) return undefined;
  return { request, listener, met: found, redirect: found.action };
}

function isSame(a: Request, b: Request): boolean {
  return a.scheme === b.scheme && a.host === b.host && a.port === b.port && a.path === b.path && a.query === b.query;
}

/** A redirect to another host is followed only if the file says that the host points back here. */
function leadsHere(topology: Topology, balancer: Balancer, host: string, from: string): boolean {
  return (
    host === from ||
    chainsOf(topology)
      .answering(host)
      .some((record) => recordsOf(topology).leadsTo(record, balancer))
  );
}
