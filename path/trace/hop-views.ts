import type { Action, Topology } from "../../topology/model";
import { type Attr, known, Unknown } from "../../topology/value";
import { listedOn } from "../analysis/certificates/picked-certificates";
import { isResolved } from "../analysis/names/record-names";
import type { TracedPath } from "../analysis/requests/traced-path";
import type { Hop } from "../report";

/* The parts of each hop of a path, in words. */

export interface HopView {
  readonly resources: readonly string[];
  readonly observed: string;
}

export function viewOf(hop: Hop, path: TracedPath): HopView {
  return VIEWS[hop](path);
}

/** The most intermediate records to show. */
const MOST_SHOWN = 3;

const VIEWS: Readonly<Record<Hop, (path: TracedPath) => HopView>> = {
  dns: ({ records, over, isOwnName, balancer, host }) => {
    if (isOwnName) return { resources: [], observed: "the load balancer's own name, assigned by AWS" };
    if (records.length === 0) return { resources: [], observed: `no record for ${host} in the file` };
    const what = records
      .map(({ type, alias }) => `${shown(type)} ${alias === undefined ? "record" : "alias"}`)
      .join(" and ");
    const way =
      over.length === 0
        ? ""
        : ` via ${over
            .slice(0, MOST_SHOWN)
            .map(({ address }) => address)
            .join(", ")}${over.length > MOST_SHOWN ? ` and ${over.length - MOST_SHOWN} more` : ""}`;
    return {
      resources: [...records, ...over].map(({ address }) => address),
      observed:
        `${what}${way} ` +
        `${balancer === undefined ? `to a load balancer that ${elsewhere(records)}` : `to ${balancer.address}`}`,
    };
  },
  tls: (path) => {
    const { steps, scheme } = path;
    if (steps.length === 0 && scheme === "https") return { resources: [], observed: "not reached" };
    const secure = steps.map(({ listener }) => listener).filter(({ protocol }) => known(protocol) === "HTTPS");
    if (secure.length === 0) return { resources: [], observed: "no TLS: plain HTTP" };
    const { uses, more } = listedOn(path, secure);
    const names = [...new Set(uses.map(({ use, certificate }) => certificate?.address ?? shown(use.arn)))];
    return {
      resources: [...new Set(uses.map(({ use }) => use.address))],
      observed: names.length === 0 ? "no certificate" : `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
    };
  },
  listener: ({ steps, port, balancer, topology }) => {
    if (balancer === undefined) return { resources: [], observed: "not reached" };
    if (steps.length === 0)
      return { resources: [balancer.address], observed: `nothing listens on port ${port} of ${balancer.address}` };
    return {
      resources: steps.map(({ listener }) => listener.address),
      observed: steps
        .map(
          ({ listener, outcomes }) =>
            `${shown(listener.protocol)} :${shown(listener.port)} ` +
            `${unique(outcomes.map(({ actions }) => doing(actions, topology))).join(" or ")}`,
        )
        .join(", then "),
    };
  },
  "target-group": ({ targetGroups }) => ({
    resources: targetGroups.map(({ address }) => address),
    observed:
      targetGroups.length === 0
        ? "none on this path"
        : targetGroups
            .map(
              ({ address, protocol, port, healthCheck }) =>
                `${address} ${shown(protocol)} :${shown(port)}, health check ${shown(healthCheck.path)} on ` +
                `${shown(healthCheck.port)}`,
            )
            .join("; "),
  }),
  target: ({ targets, targetGroups }) => ({
    resources: [...new Set(targets.map(({ server, registration }) => server?.address ?? registration.address))],
    observed:
      targets.length === 0
        ? targetGroups.length === 0
          ? "none on this path"
          : "no registered targets"
        : unique(
            targets.map(
              ({ server, registration, port }) => `${server?.address ?? registration.address} :${shown(port)}`,
            ),
          ).join(", "),
  }),
};

function elsewhere(records: TracedPath["records"]): string {
  return records.every(isResolved) ? "is not in the file" : "cannot be resolved from the file";
}

/** Several rules may forward to one target group, and one server may be in several. */
function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

function doing(actions: readonly Action[], { byId }: Topology): string {
  const last = actions.at(-1);
  if (last === undefined) return "does nothing";
  if (last.type === "forward")
    return `forwards to ${last.targetGroups.map(({ arn }) => byId.targetGroup(arn)?.address ?? shown(arn)).join(", ")}`;
  if (last.type === "redirect") return `redirects to ${shown(last.protocol)} :${shown(last.port)}`;
  return last.type === "fixed-response"
    ? `returns a fixed ${shown(last.statusCode)} response`
    : last.type === "authenticate"
      ? "authenticates the client"
      : last.why;
}

/** A value for a person; symbols without their braces and their `.arn`. */
function shown(value: Attr<string | number>): string {
  if (value === undefined) return "?";
  if (value instanceof Unknown) return `${value.attribute} (${value.why})`;
  return String(value).replace(/^\$\{(.*?)(\.(arn|id|certificate_arn))?\}$/, "$1");
}
