import type { Listener, TargetGroup, Topology } from "../../../topology/model";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { actionsOf, forwardedTo, madeListeners, ownCertificates } from "../../analysis/requests/listeners";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { isTlsPolicy } from "../../facts/elb";
import { fix, setting } from "../../fixes/fix";
import { withTls } from "../../fixes/listener-repairs";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FileReporter, FindingDetails, Reporter, Rule } from "../rule";

export const P20: Rule = {
  id: "P20",
  hop: "listener",
  title: "a protocol, certificate or TLS policy is not valid for an Application Load Balancer",
  certainty: ["apply"],
  why:
    "An Application Load Balancer supports only HTTP and HTTPS, for clients and for targets. TCP and TLS are " +
    "protocols of Network Load Balancers. Only HTTPS listeners have certificates and TLS policies, and a policy " +
    "must be one that AWS defines. AWS refuses any other listener.",
  symptom: "the apply fails: ValidationError, InvalidLoadBalancerAction or SSLPolicyNotFound",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html",
  needs: [],
  review: { effect: "fails", headline: "observed" },
  check: { path: hasAKnownPolicy, file: fitsTheBalancer },
};

/** A policy on the path that is newer than the list of known policies. */
function hasAKnownPolicy({ steps }: TracedPath, report: Reporter): void {
  for (const { listener } of steps) {
    const policy = known(listener.sslPolicy) ?? "";
    if (policy !== "" && isTlsPolicy(policy) === undefined)
      report.open(
        "listener",
        new Unknown(listener.address, "ssl_policy", `${policy} is newer than the policies known to this version`),
      );
  }
}

function fitsTheBalancer(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers)
    for (const listener of madeListeners(balancer)) {
      const finding = findingOf(topology, listener);
      if (finding !== undefined) report.finding(finding, [balancer]);
      for (const group of new Set(forwardedTo(actionsOf(listener)).map(topology.byId.targetGroup))) {
        const protocol = group === undefined ? undefined : known(group.protocol)?.toUpperCase();
        if (group === undefined || protocol === undefined || protocol === "HTTP" || protocol === "HTTPS") continue;
        report.finding(groupOfOtherProtocol(listener, group, protocol), [balancer]);
      }
    }
}

function groupOfOtherProtocol(listener: Listener, group: TargetGroup, protocol: string): FindingDetails {
  const { address, healthCheck } = group;
  return {
    hop: "target-group",
    address,
    attribute: "protocol",
    observed: `${listener.address} forwards to a target group with protocol ${protocol}`,
    required: "protocol HTTP or HTTPS",
    symptom: "the apply fails: InvalidLoadBalancerAction, the target group's protocol does not match the listener's",
    fix: fix(`Set the protocol of ${address} to HTTP.`, BY_NO_PROP, [
      setting(address, "protocol", "HTTP"),
      ...(healthCheck.protocol === protocol ? [setting(address, "health_check.protocol", "HTTP")] : []),
    ]),
  };
}

function findingOf(topology: Topology, listener: Listener): FindingDetails | undefined {
  const protocol = known(listener.protocol)?.toUpperCase();
  if (protocol === undefined) return undefined;
  if (protocol === "HTTPS") return withUnknownPolicy(listener);
  return protocol === "HTTP" ? withCertificate(listener) : ofOtherProtocol(topology, listener, protocol);
}

function withUnknownPolicy({ address, sslPolicy }: Listener): FindingDetails | undefined {
  const policy = known(sslPolicy);
  if (policy === undefined || policy === "" || policy.includes("${") || isTlsPolicy(policy) !== false) return undefined;
  return {
    address,
    attribute: "ssl_policy",
    observed: `ssl_policy ${policy}`,
    required: "a security policy that AWS defines, such as ELBSecurityPolicy-TLS13-1-2-2021-06",
    symptom: `the apply fails: SSLPolicyNotFound, "${policy}"`,
    fix: fix(
      "Use a policy that AWS defines.",
      'tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06", or omit it to use the default',
      [setting(address, "ssl_policy", "ELBSecurityPolicy-TLS13-1-2-2021-06")],
    ),
  };
}

function withCertificate(listener: Listener): FindingDetails | undefined {
  const { address } = listener;
  const [port, own] = [known(listener.port), ownCertificates(listener)];
  if (own.length === 0 || own.every(({ arn }) => isUnknown(arn))) return undefined;
  const isMeantForTls = port === 443 || port === 8443;
  return {
    address,
    attribute: isMeantForTls ? "protocol" : "certificate_arn",
    observed: `a certificate on the HTTP listener on port ${port ?? "?"}`,
    required: isMeantForTls ? "protocol HTTPS" : "no certificate on an HTTP listener",
    symptom: "the apply fails: ValidationError, a certificate cannot be specified for an HTTP listener",
    fix: isMeantForTls
      ? fix(`Set the protocol of ${address} to HTTPS.`, BY_NO_PROP, [setting(address, "protocol", "HTTPS")])
      : fix(`Remove the certificate from ${address}.`, BY_NO_PROP, [
          setting(address, "certificate_arn", undefined),
          setting(address, "ssl_policy", undefined),
        ]),
  };
}

function ofOtherProtocol(topology: Topology, listener: Listener, protocol: string): FindingDetails {
  const { address } = listener;
  const better = protocol === "TLS" || known(listener.port) === 443 ? "HTTPS" : "HTTP";
  const certificate =
    better === "HTTPS" && ownCertificates(listener).length === 0 ? withTls(topology, listener, "") : [];
  return {
    address,
    attribute: "protocol",
    observed: `a ${protocol} listener on an Application Load Balancer`,
    required: "protocol HTTP or HTTPS",
    symptom: `the apply fails: ValidationError, ${protocol} is not a protocol of Application Load Balancers`,
    fix: fix(`Set the protocol of ${address} to ${better}.`, BY_NO_PROP, [
      setting(address, "protocol", better),
      ...certificate,
    ]),
  };
}
