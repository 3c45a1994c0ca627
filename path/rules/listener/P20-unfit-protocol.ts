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
  title: "a listener's or group's protocol, certificate or TLS policy does not fit the load balancer",
  certainty: ["apply"],
  why:
    "An application load balancer speaks HTTP and HTTPS only, with clients as with targets; TCP and TLS are " +
    "protocols of network load balancers. Certificates and TLS policies belong to HTTPS listeners, and a policy is " +
    "one of AWS's own list. AWS refuses a listener that is otherwise.",
  symptom: "the apply fails: ValidationError, InvalidLoadBalancerAction or SSLPolicyNotFound",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html",
  needs: [],
  review: { effect: "fails" },
  check: { path: hasAKnownPolicy, file: fitsTheBalancer },
};

/** The policy of a listener on the path that is younger than the list of policies. */
function hasAKnownPolicy({ steps }: TracedPath, report: Reporter): void {
  for (const { listener } of steps) {
    const policy = known(listener.sslPolicy) ?? "";
    if (policy !== "" && isTlsPolicy(policy) === undefined)
      report.open(
        "listener",
        new Unknown(listener.address, "ssl_policy", `${policy} is younger than the policies that are known here`),
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
    observed: `${listener.address} of the application load balancer forwards to a group of protocol ${protocol}`,
    required: "protocol HTTP or HTTPS",
    symptom: "the apply fails: InvalidLoadBalancerAction, the group's protocol does not fit the listener's",
    fix: fix(`Let ${address} speak HTTP.`, BY_NO_PROP, [
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
    required: "one of the security policies that AWS has, such as ELBSecurityPolicy-TLS13-1-2-2021-06",
    symptom: `the apply fails: SSLPolicyNotFound, "${policy}"`,
    fix: fix(
      "Name a policy that AWS has.",
      'tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06", or none for the default',
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
    observed: `a certificate on the HTTP listener of port ${port ?? "?"}`,
    required: isMeantForTls ? "protocol HTTPS" : "no certificate on an HTTP listener",
    symptom: "the apply fails: ValidationError, a certificate cannot be specified for an HTTP listener",
    fix: isMeantForTls
      ? fix(`Let ${address} speak HTTPS.`, BY_NO_PROP, [setting(address, "protocol", "HTTPS")])
      : fix(`Take the certificate off ${address}.`, BY_NO_PROP, [
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
    observed: `a ${protocol} listener on an application load balancer`,
    required: "protocol HTTP or HTTPS",
    symptom: `the apply fails: ValidationError, ${protocol} is not a protocol of application load balancers`,
    fix: fix(`Let ${address} speak ${better}.`, BY_NO_PROP, [setting(address, "protocol", better), ...certificate]),
  };
}
