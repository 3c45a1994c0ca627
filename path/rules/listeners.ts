import type { Balancer, Listener, TargetGroup, Topology } from "../../topology/model";
import { type Attr, isUnknown, known, Unknown } from "../../topology/value";
import { actionsOf, forwardedTo, listenerAt, protocolOf } from "../analysis/requests/listeners";
import { shownRequest } from "../analysis/requests/shown";
import type { TracedPath } from "../analysis/requests/traced-path";
import { isTlsPolicy } from "../facts/elb";
import { fix, setting } from "../fixes/fix";
import { certificateArn, missingListener, withTls } from "../fixes/listener-repairs";
import { BY_NO_PROP } from "../fixes/wording";
import type { Edit, Finding } from "../report";
import type { Fault, FileReporter, Reporter } from "./rule";
import type { Rules } from "./subjects";

/* What listens on a balancer: ports, protocols, certificates and policies. */

export const listenerRules: Rules = {
  path: [answersThePort, speaksTheClientsProtocol, hasTlsPolicy],
  file: [fitsTheBalancer, isAloneOnItsPort],
};

/** P21 */
function answersThePort(path: TracedPath, report: Reporter): void {
  const { balancer, topology, port, scheme, host } = path;
  if (balancer === undefined) return;
  const protocol = protocolOf(path);
  const there = listenerAt(balancer, path, topology);
  if (isUnknown(there)) return report.open("listener", there);
  const spoken = there === undefined ? undefined : there.protocol;
  // Protocols that no balancer of applications has are a fault of their own.
  if (there !== undefined && (spoken === protocol || (spoken !== "HTTP" && spoken !== "HTTPS"))) return;
  const others = balancer.listeners.map((it) => `${known(it.protocol) ?? "?"} :${known(it.port) ?? "?"}`);
  const symptom =
    there === undefined
      ? "ERR_CONNECTION_TIMED_OUT or ERR_CONNECTION_REFUSED at " +
        `${shownRequest({ scheme, host, port, path: "/", query: "" })}; Reachability Analyzer says ` +
        "ELBV2_LISTENERS_MISMATCH"
      : scheme === "https"
        ? "ERR_SSL_PROTOCOL_ERROR"
        : "400 Bad Request: a plain HTTP request was sent to an HTTPS port";
  report.fault({
    id: "P21",
    hop: "listener",
    address: there?.address ?? balancer.address,
    attribute: there === undefined ? `listener on port ${port}` : "protocol",
    observed:
      there !== undefined
        ? `the listener on port ${port} speaks ${String(spoken)}`
        : others.length === 0
          ? "the balancer has no listener"
          : `the balancer listens on ${others.join(", ")}`,
    required: `an ${protocol} listener on port ${port}`,
    symptom,
    fix: there === undefined ? addition(path, balancer) : otherProtocol(path, there),
  });
}

function addition({ topology, scheme, host, port }: TracedPath, balancer: Balancer): Finding["fix"] {
  const edit = missingListener(topology, balancer, { scheme, host, port });
  return fix(
    `Add an ${scheme.toUpperCase()} listener on port ${port}.`,
    "every site has listeners on 80 and 443; remove the override",
    edit === undefined ? [] : [edit],
  );
}

function otherProtocol({ topology, scheme, host }: TracedPath, listener: Listener): Finding["fix"] {
  if (scheme === "https")
    return fix(
      `Let ${listener.address} speak HTTPS with a certificate.`,
      BY_NO_PROP,
      withTls(topology, listener, host),
    );
  return fix(`Let ${listener.address} speak HTTP.`, BY_NO_PROP, [
    setting(listener.address, "protocol", "HTTP"),
    setting(listener.address, "certificate_arn", undefined),
  ]);
}

/** P29 */
function speaksTheClientsProtocol(path: TracedPath, report: Reporter): void {
  const groups = new Map(path.targetGroups.map((it) => [known(it.arn), it]));
  for (const { listener, outcomes } of path.steps) {
    for (const group of new Set(
      outcomes.flatMap(({ actions }) => forwardedTo(actions)).map((arn) => groups.get(arn)),
    )) {
      const version = group === undefined ? undefined : known(group.protocolVersion)?.toUpperCase();
      if (group === undefined || (version !== "HTTP2" && version !== "GRPC")) continue;
      if (listener.protocol === "HTTP") report.fault(clientsOfHttp1(listener, group, version));
      else if (path.balancer?.http2 === false) report.fault(balancerOfHttp1(path.balancer, group, version));
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

function clientsOfHttp1(listener: Listener, group: TargetGroup, version: "HTTP2" | "GRPC"): Fault {
  return {
    id: "P29",
    hop: "listener",
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

function balancerOfHttp1({ address }: Balancer, group: TargetGroup, version: "HTTP2" | "GRPC"): Fault {
  return {
    id: "P29",
    hop: "listener",
    address,
    attribute: "enable_http2",
    observed: `${address} lets clients speak HTTP/1.1 only, and ${group.address} takes ${version}`,
    required: "enable_http2, or a target group of HTTP1",
    symptom: "464 at every request",
    fix: fix(`Let ${address} speak HTTP/2.`, BY_NO_PROP, [setting(address, "enable_http2", true)]),
  };
}

/** The policy of a listener on the path that is younger than what is known here (P20 has those that are wrong). */
function hasTlsPolicy({ steps }: TracedPath, report: Reporter): void {
  for (const { listener } of steps) {
    const policy = known(listener.sslPolicy) ?? "";
    if (policy !== "" && isTlsPolicy(policy) === undefined)
      report.open(
        "listener",
        new Unknown(listener.address, "ssl_policy", `${policy} is younger than the policies that are known here`),
      );
  }
}

/** P19 and P20 */
function fitsTheBalancer(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers) {
    if (balancer.type !== undefined && balancer.type !== "application") continue;
    for (const listener of balancer.listeners.filter(({ isData }) => !isData)) {
      for (const fault of faultsOf(topology, listener)) report.fault({ hop: "listener", ...fault }, [balancer]);
      for (const group of new Set(forwardedTo(actionsOf(listener)).map(topology.byId.targetGroup))) {
        const protocol = group === undefined ? undefined : known(group.protocol)?.toUpperCase();
        if (group === undefined || protocol === undefined || protocol === "HTTP" || protocol === "HTTPS") continue;
        report.fault(
          {
            id: "P20",
            hop: "target-group",
            address: group.address,
            attribute: "protocol",
            observed: `${listener.address} of the application load balancer forwards to a group of protocol ${protocol}`,
            required: "protocol HTTP or HTTPS",
            symptom: "the apply fails: InvalidLoadBalancerAction, the group's protocol does not fit the listener's",
            fix: fix(`Let ${group.address} speak HTTP.`, BY_NO_PROP, [
              setting(group.address, "protocol", "HTTP"),
              ...(group.healthCheck.protocol === protocol
                ? [setting(group.address, "health_check.protocol", "HTTP")]
                : []),
            ]),
          },
          [balancer],
        );
      }
    }
  }
}

type Told = Omit<Fault, "hop" | "severity">;

function faultsOf(topology: Topology, listener: Listener): Told[] {
  const { address } = listener;
  const [protocol, port] = [known(listener.protocol)?.toUpperCase(), known(listener.port)];
  const own = listener.certificates.filter((it) => it.address === address && it.arn !== "");
  if (protocol === "HTTPS") {
    return [...(own.length === 0 ? [withoutCertificate(topology, listener)] : []), ...policyFault(listener)];
  }
  if (protocol === "HTTP") {
    if (own.length === 0 || own.every(({ arn }) => isUnknown(arn))) return [];
    const isMeantForTls = port === 443 || port === 8443;
    return [
      {
        id: "P20",
        address,
        attribute: isMeantForTls ? "protocol" : "certificate_arn",
        observed: `a certificate on the HTTP listener of port ${port ?? "?"}`,
        required: isMeantForTls ? "protocol HTTPS" : "no certificate on an HTTP listener",
        symptom: "the apply fails: ValidationError, a certificate cannot be specified for an HTTP listener",
        fix: isMeantForTls
          ? fix(`Let ${address} speak HTTPS.`, BY_NO_PROP, [setting(address, "protocol", "HTTPS")])
          : fix(`Take the certificate off ${address}.`, BY_NO_PROP, [
              setting(address, "certificate_arn", undefined),
              setting(address, "ssl_policy", undefined),
            ]),
      },
    ];
  }
  if (protocol === undefined) return [];
  const edits: Edit[] =
    protocol === "TLS" || port === 443
      ? [setting(address, "protocol", "HTTPS"), ...(own.length === 0 ? withTls(topology, listener, "") : [])]
      : [setting(address, "protocol", "HTTP")];
  return [
    {
      id: "P20",
      address,
      attribute: "protocol",
      observed: `a ${protocol} listener on an application load balancer`,
      required: "protocol HTTP or HTTPS",
      symptom: `the apply fails: ValidationError, ${protocol} is not a protocol of application load balancers`,
      fix: fix(`Let ${address} speak ${protocol === "TLS" || port === 443 ? "HTTPS" : "HTTP"}.`, BY_NO_PROP, edits),
    },
  ];
}

function withoutCertificate(topology: Topology, { address, certificates: all }: Listener): Told {
  const certificates = all.filter(({ arn }) => arn !== "");
  const arn = certificateArn(topology, "") ?? known(certificates[0]?.arn);
  return {
    id: "P19",
    address,
    attribute: "certificate_arn",
    observed:
      certificates.length === 0
        ? "an HTTPS listener without a certificate"
        : "an HTTPS listener with further certificates, but no default one",
    required: "certificate_arn with an issued certificate",
    symptom: "the apply fails: ValidationError, a certificate must be specified for HTTPS listeners",
    fix: fix(
      `Give ${address} the ARN of an issued certificate.`,
      "certificate: { arn }, or none, so that one is requested; remove the override",
      arn === undefined ? [] : [setting(address, "certificate_arn", arn)],
    ),
  };
}

function policyFault({ address, sslPolicy }: Listener): Told[] {
  const policy = known(sslPolicy);
  if (policy === undefined || policy === "" || policy.includes("${") || isTlsPolicy(policy) !== false) return [];
  return [
    {
      id: "P20",
      address,
      attribute: "ssl_policy",
      observed: `ssl_policy ${policy}`,
      required: "one of the security policies that AWS has, such as ELBSecurityPolicy-TLS13-1-2-2021-06",
      symptom: `the apply fails: SSLPolicyNotFound, "${policy}"`,
      fix: fix(
        "Name a policy that AWS has.",
        'tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06", or none for the default',
        [setting(address, "ssl_policy", "ELBSecurityPolicy-TLS13-1-2-2021-06")],
      ),
    },
  ];
}

/** P27 of listeners; that of rules stands with the rules */
function isAloneOnItsPort(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers.filter(({ type }) => type === undefined || type === "application")) {
    const first = new Map<number, Listener>();
    for (const listener of balancer.listeners.filter(({ isData }) => !isData)) {
      const port = known(listener.port);
      const earlier = port === undefined ? undefined : first.get(port);
      if (port !== undefined && earlier === undefined) first.set(port, listener);
      if (earlier === undefined || earlier.address === listener.address) continue;
      // The one that speaks what the port is for stays.
      const usual = port === 443 ? "HTTPS" : port === 80 ? "HTTP" : undefined;
      const [stays, goes] =
        listener.protocol === usual && earlier.protocol !== usual ? [listener, earlier] : [earlier, listener];
      report.fault(
        {
          id: "P27",
          hop: "listener",
          address: goes.address,
          attribute: "port",
          observed: `port ${port} is taken by ${stays.address} too`,
          required: "one listener for each port of a balancer",
          symptom: "the apply fails: DuplicateListener",
          fix: fix(...anotherPort(balancer, goes, stays)),
        },
        [balancer],
      );
    }
  }
}

function anotherPort(
  balancer: Balancer,
  goes: Listener,
  stays: Listener,
): [text: string, props: string, edits: Edit[]] {
  const usual = goes.protocol === "HTTPS" ? 443 : 80;
  const isFree = balancer.listeners.every(({ port }: { port: Attr<number> }) => known(port) !== usual);
  if (isFree) return [`Let ${goes.address} listen on ${usual}.`, BY_NO_PROP, [setting(goes.address, "port", usual)]];
  return [`Remove ${goes.address}, as ${stays.address} has the port.`, BY_NO_PROP, [{ remove: goes.address }]];
}
