import type { Balancer, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analysePath } from "../../analysis/path-analysis";
import { protocolOf } from "../../analysis/requests/listeners";
import type { End } from "../../analysis/requests/redirect-walks";
import { shownListener, shownRequest } from "../../analysis/requests/shown";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix } from "../../fixes/fix";
import { missingListener } from "../../fixes/listener-repairs";
import { redirectTo } from "../../fixes/redirect-repairs";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { Fix } from "../../report";
import type { Reporter, Rule } from "../rule";

export const P22: Rule = {
  id: "P22",
  hop: "listener",
  title: "a redirect points to a port without a matching listener",
  certainty: ["certain"],
  why:
    "A redirect only returns a new URL to the client; the load balancer does not check that URL. The client opens a " +
    "new connection to the port in the redirect, and either no listener accepts it or the listener uses the other " +
    "protocol.",
  symptom:
    "301 or 302, then ERR_CONNECTION_TIMED_OUT, ERR_CONNECTION_REFUSED, ERR_SSL_PROTOCOL_ERROR or 400 Bad Request",
  symptoms: ["timeout", "refused", "400"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions",
  needs: ["whole configuration"],
  review: { effect: "outage", hits: "every request of its step" },
  check: { path: endsAtAListener },
};

function endsAtAListener(path: TracedPath, report: Reporter): void {
  for (const end of analysePath(path).redirectEnds) {
    if (end.kind === "open") report.open("listener", end.unknown);
    else if (end.kind === "elsewhere")
      report.assume({
        hop: "listener",
        address: end.from.met.address,
        text: `${shownRequest(end.next)}, to which ${shownListener(end.from.listener)} redirects, responds`,
      });
    else if (end.kind === "closed" && path.balancer !== undefined)
      reportClosed(path.topology, path.balancer, end, report);
  }
}

type Closed = Extract<End, { kind: "closed" }>;

function reportClosed(topology: Topology, balancer: Balancer, end: Closed, report: Reporter): void {
  const { next, there, from } = end;
  const [protocol, port] = [protocolOf(next), next.port];
  report.finding({
    address: from.met.address,
    attribute: `${from.redirect.attribute}.${there === undefined ? "port" : "protocol"}`,
    observed:
      `${shownListener(from.listener)} redirects ${shownRequest(from.request)} to ${shownRequest(next)}, ` +
      `${there === undefined ? "which has no listener" : `but ${shownListener(there)} uses ${known(there.protocol)}`}`,
    required: `an ${protocol} listener on port ${port} of ${balancer.address}, or a redirect to a port that has one`,
    symptom:
      there === undefined
        ? `a redirect to ${shownRequest(next)}, then ERR_CONNECTION_TIMED_OUT or ERR_CONNECTION_REFUSED`
        : protocol === "HTTPS"
          ? "a redirect, then ERR_SSL_PROTOCOL_ERROR"
          : "a redirect, then 400 Bad Request: a plain HTTP request was sent to an HTTPS port",
    fix: toAListener(topology, balancer, end),
  });
}

function toAListener(topology: Topology, balancer: Balancer, { next, from }: Closed): Fix {
  const { listener, redirect, met } = from;
  const others = balancer.listeners.filter((it) => it !== listener && known(it.port) !== undefined);
  // Most redirects are meant for HTTPS.
  const other =
    others.find(({ protocol }) => protocol === "HTTPS") ?? others.find(({ protocol }) => protocol === protocolOf(next));
  if (other !== undefined)
    return fix(
      `Redirect to port ${known(other.port)}, the ${known(other.protocol)} listener ${other.address}.`,
      BY_NO_PROP,
      [redirectTo({ balancer, listener, address: met.address, redirect }, other)],
    );
  const missing = missingListener(topology, balancer, next);
  return fix(
    `Add an ${protocolOf(next)} listener on port ${next.port}.`,
    BY_NO_PROP,
    missing === undefined ? [] : [missing],
  );
}
