import type { Balancer, Listener, TargetGroup } from "../../../topology/model";
import { known } from "../../../topology/value";
import { forwardedTo } from "../../analysis/requests/listeners";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FindingDetails, Reporter, Rule } from "../rule";

export const P29: Rule = {
  id: "P29",
  hop: "listener",
  title: "the target group speaks a protocol that the clients do not",
  certainty: ["certain"],
  why:
    "A target group of HTTP/2 or gRPC takes only requests that come in that way: the load balancer does not turn " +
    "HTTP/1.1 of a client into HTTP/2 or gRPC for a target. Clients speak HTTP/2 to it over TLS only, and only where " +
    "the load balancer has HTTP/2 enabled. Other requests get 464 from the load balancer.",
  symptom: "464 at every request",
  symptoms: ["464"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html" +
    "#http-464-issues",
  needs: [],
  review: { effect: "outage", hits: "every request to its group" },
  check: { path: speaksTheClientsProtocol },
};

type Version = "HTTP2" | "GRPC";

function speaksTheClientsProtocol(path: TracedPath, report: Reporter): void {
  const groups = new Map(path.targetGroups.map((it) => [known(it.arn), it]));
  for (const { listener, outcomes } of path.steps) {
    const arns = new Set(outcomes.flatMap(({ actions }) => forwardedTo(actions)));
    for (const arn of arns) {
      const group = groups.get(arn);
      const version = known(group?.protocolVersion)?.toUpperCase();
      if (group === undefined || (version !== "HTTP2" && version !== "GRPC")) continue;
      if (listener.protocol === "HTTP") report.finding(clientsOfHttp1(listener, group, version));
      else if (path.balancer?.http2 === false) report.finding(balancerOfHttp1(path.balancer, group, version));
      else
        report.assume({
          hop: "listener",
          address: group.address,
          text:
            `clients speak ${version === "GRPC" ? "gRPC" : "HTTP/2"} to ${listener.address}, as ${group.address} ` +
            "asks for it",
        });
    }
  }
}

function clientsOfHttp1(listener: Listener, group: TargetGroup, version: Version): FindingDetails {
  return {
    address: group.address,
    attribute: "protocol_version",
    observed:
      `${group.address} takes ${version} only, and ${listener.address} forwards plain HTTP to it, which clients ` +
      "speak as HTTP/1.1",
    required: "protocol_version HTTP1, or an HTTPS listener with clients that speak HTTP/2",
    symptom: "464 at every request; AWS may refuse the listener already",
    share: `requests on port ${known(listener.port) ?? "of this listener"}`,
    fix: fix(`Let ${group.address} take HTTP/1.1.`, BY_NO_PROP, [setting(group.address, "protocol_version", "HTTP1")]),
  };
}

function balancerOfHttp1({ address }: Balancer, group: TargetGroup, version: Version): FindingDetails {
  return {
    address,
    attribute: "enable_http2",
    observed: `${address} lets clients speak HTTP/1.1 only, and ${group.address} takes ${version}`,
    required: "enable_http2, or a target group of HTTP1",
    symptom: P29.symptom,
    fix: fix(`Let ${address} speak HTTP/2.`, BY_NO_PROP, [setting(address, "enable_http2", true)]),
  };
}
