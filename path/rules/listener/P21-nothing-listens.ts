import type { Balancer, Listener } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { listenerAt, protocolOf } from "../../analysis/requests/listeners";
import { shownRequest } from "../../analysis/requests/shown";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { missingListener, withTls } from "../../fixes/listener-repairs";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { Fix } from "../../report";
import type { Reporter, Rule } from "../rule";

export const P21: Rule = {
  id: "P21",
  hop: "listener",
  title: "the load balancer has no listener for the requested port and protocol",
  certainty: ["certain"],
  why:
    "A load balancer accepts connections only on the ports of its listeners, each with one protocol. Browsers use " +
    "port 443 for https:// and port 80 for http://. A listener on another port, or with the other protocol, does " +
    "not answer these requests.",
  symptom: "ERR_CONNECTION_TIMED_OUT, ERR_CONNECTION_REFUSED, ERR_SSL_PROTOCOL_ERROR or 400",
  symptoms: ["timeout", "refused", "400"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html",
  needs: ["whole configuration"],
  review: { effect: "outage", headline: "observed" },
  check: { path: answersThePort },
};

function answersThePort(path: TracedPath, report: Reporter): void {
  const { balancer, topology, port } = path;
  if (balancer === undefined) return;
  const protocol = protocolOf(path);
  const there = listenerAt(balancer, path, topology);
  if (isUnknown(there)) return report.open("listener", there);
  const spoken = there?.protocol;
  // P20 reports protocols that Application Load Balancers do not support.
  if (there !== undefined && (spoken === protocol || (spoken !== "HTTP" && spoken !== "HTTPS"))) return;
  const others = balancer.listeners.map((it) => `${known(it.protocol) ?? "?"} :${known(it.port) ?? "?"}`);
  report.finding({
    address: there?.address ?? balancer.address,
    attribute: there === undefined ? `listener on port ${port}` : "protocol",
    observed:
      there !== undefined
        ? `the listener on port ${port} uses ${String(spoken)}`
        : others.length === 0
          ? "the load balancer has no listener"
          : `the load balancer listens on ${others.join(", ")}`,
    required: `an ${protocol} listener on port ${port}`,
    symptom: there === undefined ? nobodyThere(path) : otherProtocolThere(path),
    fix: there === undefined ? addition(path, balancer) : otherProtocol(path, there),
  });
}

function nobodyThere({ scheme, host, port }: TracedPath): string {
  const url = shownRequest({ scheme, host, port, path: "/", query: "" });
  return (
    `ERR_CONNECTION_TIMED_OUT or ERR_CONNECTION_REFUSED at ${url}; Reachability Analyzer: ` + "ELBV2_LISTENERS_MISMATCH"
  );
}

function otherProtocolThere({ scheme }: TracedPath): string {
  return scheme === "https"
    ? "ERR_SSL_PROTOCOL_ERROR"
    : "400 Bad Request: a plain HTTP request was sent to an HTTPS port";
}

function addition(path: TracedPath, balancer: Balancer): Fix {
  const { topology, port } = path;
  const edit = missingListener(topology, balancer, path);
  return fix(
    `Add an ${protocolOf(path)} listener on port ${port}.`,
    "the stack always has listeners on 80 and 443; remove the override",
    edit === undefined ? [] : [edit],
  );
}

function otherProtocol({ topology, scheme, host }: TracedPath, listener: Listener): Fix {
  if (scheme === "https")
    return fix(
      `Set the protocol of ${listener.address} to HTTPS, with a certificate.`,
      BY_NO_PROP,
      withTls(topology, listener, host),
    );
  return fix(`Set the protocol of ${listener.address} to HTTP.`, BY_NO_PROP, [
    setting(listener.address, "protocol", "HTTP"),
    setting(listener.address, "certificate_arn", undefined),
  ]);
}
