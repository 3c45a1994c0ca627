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
  title: "the target group's protocol version does not match the clients' protocol",
  certainty: ["certain"],
  why:
    "A target group with protocol version HTTP/2 or gRPC accepts only requests of that kind: the load balancer does " +
    "not convert a client's HTTP/1.1 request. Clients use HTTP/2 only over TLS, and only if HTTP/2 is enabled on " +
    "the load balancer. For other requests, the load balancer returns 464.",
  symptom: "464 for every request",
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
            `clients of ${listener.address} use ${version === "GRPC" ? "gRPC" : "HTTP/2"}, as ${group.address} ` +
            "requires",
        });
    }
  }
}

function clientsOfHttp1(listener: Listener, group: TargetGroup, version: Version): FindingDetails {
  return {
    address: group.address,
    attribute: "protocol_version",
    observed:
      `${group.address} accepts only ${version}, but ${listener.address} is an HTTP listener, to which clients send ` +
      "HTTP/1.1",
    required: "protocol_version HTTP1, or an HTTPS listener with clients that use HTTP/2",
    symptom: "464 for every request; AWS may refuse to create the listener",
    share: `requests on port ${known(listener.port) ?? "of this listener"}`,
    fix: fix(`Set the protocol version of ${group.address} to HTTP1.`, BY_NO_PROP, [
      setting(group.address, "protocol_version", "HTTP1"),
    ]),
  };
}

function balancerOfHttp1({ address }: Balancer, group: TargetGroup, version: Version): FindingDetails {
  return {
    address,
    attribute: "enable_http2",
    observed: `${address} has HTTP/2 disabled, but ${group.address} accepts only ${version}`,
    required: "enable_http2, or a target group with protocol_version HTTP1",
    symptom: P29.symptom,
    fix: fix(`Enable HTTP/2 on ${address}.`, BY_NO_PROP, [setting(address, "enable_http2", true)]),
  };
}
