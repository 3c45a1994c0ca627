import type { Balancer, Listener, TargetGroup, Topology, WebAcl } from "../../topology/model";
import { isUnknown, known } from "../../topology/value";
import { mayServe } from "../analysis/names/record-names";
import { mayBeApplication } from "../analysis/requests/balancer-types";
import type { TraceReport } from "../report";
import { mayBeUnset } from "./arguments";
import { everyCertificate, tlsVersions } from "./certificates";
import type { Cause } from "./decisions";

/* What `serve` does not model. It is reported at the start, and at the request that needs it. */

/** Status codes of a load balancer that never occur here. */
const CODES =
  "the status codes 460 (the client closed the connection), 463 (too many addresses in X-Forwarded-For) and 464 " +
  "(the protocol versions do not match)";

export function notModeledIn(
  topology: Topology,
  balancers: readonly Balancer[],
  { paths }: Pick<TraceReport, "paths">,
): readonly string[] {
  const open = paths.flatMap(({ hops }) => hops.flatMap((hop) => hop.open));
  return [
    ...new Set([
      ...open.map(({ address, attribute, why }) => `${address}: ${attribute} is not known: ${why}`),
      ...balancers.flatMap((balancer) => ofBalancer(balancer, topology)),
      ...topology.balancers
        .filter((it) => !mayBeApplication(it))
        .map(({ address, type }) => `${address}: load balancers of the type ${known(type)} are not modeled`),
      ...topology.targetGroups.flatMap((group) => notModeledOf(group)?.text ?? []),
      ...topology.records
        .filter(mayServe)
        .flatMap(({ fqdn, address }) =>
          isUnknown(fqdn) ? [`${address}: ${fqdn.attribute} is not known: ${fqdn.why}`] : [],
        ),
      ...topology.records.flatMap(({ routing, address }) =>
        routing === undefined || routing === "weighted" ? [] : [`${address}: ${routing} routing is not modeled`],
      ),
      CODES,
    ]),
  ];
}

function ofBalancer(balancer: Balancer, topology: Topology): readonly string[] {
  const { address, traffic, listeners } = balancer;
  const mode = mayBeUnset(traffic.desyncMode);
  const acl = webAclOf(balancer, topology);
  return [
    ...(acl === undefined
      ? []
      : [blockedBy(acl)?.text ?? `the rules of ${acl.address} are not modeled, and requests pass as if none matched`]),
    ...(mode === undefined || mode === "defensive"
      ? []
      : [`${address}: desync mitigation mode ${mode} is not modeled`]),
    ...listeners.flatMap((listener) => mutualTlsOf(listener)?.text ?? []),
    ...listeners.filter(isSecure).flatMap((listener) => unknownTls(listener, topology)),
    ...listeners.flatMap(({ address: own, defaultActions, rules }) =>
      [{ address: own, actions: defaultActions }, ...rules].flatMap((it) =>
        it.actions.flatMap((action) =>
          action.type === "authenticate" ? [`${it.address}: ${action.by} is not modeled`] : [],
        ),
      ),
    ),
    ...listeners.flatMap(({ rules }) =>
      rules.flatMap((rule) =>
        rule.rewrites === undefined ? [] : [`${rule.address}: ${rule.rewrites} is not modeled`],
      ),
    ),
  ];
}

function isSecure({ certificates }: Listener): boolean {
  return certificates.length > 0;
}

/** Certificates and TLS versions that are not known. What is presented instead is assumed. */
export function unknownTls(listener: Listener, topology: Topology): readonly string[] {
  const versions = tlsVersions(listener);
  return [
    ...everyCertificate(listener, topology).flatMap((it) =>
      it.kind === "unknown" ? [`${it.cause.text}; a certificate for the names of the load balancer is assumed`] : [],
    ),
    ...(versions.kind === "unknown" ? [`${versions.cause.text}; TLS 1.2 and 1.3 are assumed`] : []),
  ];
}

/** What decides about every request of a listener and is not modeled. */
export function alwaysNotModeled(listener: Listener, balancer: Balancer, topology: Topology): Cause | undefined {
  const acl = webAclOf(balancer, topology);
  return (acl === undefined ? undefined : blockedBy(acl)) ?? mutualTlsOf(listener);
}

/** A web ACL that blocks what none of its rules allows, or may do so. */
function blockedBy({ address, defaultAction }: WebAcl): Cause | undefined {
  if (defaultAction === "allow") return undefined;
  return { hop: "listener", address, text: `${address} decides which requests pass, which is not modeled` };
}

/** The web ACL of a load balancer. */
export function webAclOf({ arn }: Balancer, { webAcls }: Topology): WebAcl | undefined {
  return webAcls.find(({ associations }) => associations.some(({ resourceArn }) => resourceArn === arn));
}

/** Mutual TLS of a listener. */
export function mutualTlsOf({ address, mutualTls }: Balancer["listeners"][number]): Cause | undefined {
  const mode = isUnknown(mutualTls) ? "unknown" : mayBeUnset(mutualTls);
  return mode === undefined || mode === "off"
    ? undefined
    : { hop: "tls", address, text: `${address}: mutual TLS (${mode}) is not modeled` };
}

/** What a target group needs of its requests that is not modeled. */
export function notModeledOf({ address, targetType, protocolVersion, stickiness }: TargetGroup): Cause | undefined {
  const at = (text: string): Cause => ({ hop: "target-group", address, text: `${address} ${text}` });
  const type = known(targetType);
  if (type === "lambda") return at("forwards to a Lambda function, which is not modeled");
  if (type === "alb") return at("forwards to another load balancer, which is not modeled");
  const version = known(protocolVersion)?.toUpperCase();
  if (version === "HTTP2" || version === "GRPC") return at(`uses ${version}, which is not modeled`);
  return known(stickiness?.type) === "app_cookie"
    ? at("keeps clients with a target by a cookie of the application, which is not modeled")
    : undefined;
}
