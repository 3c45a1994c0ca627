import type { WebStackProps } from "../../constructs/props/web-stack-props";
import { EXISTING_NETWORK } from "./synth";

/** A prop that is not edited on a deployed site, and the reason. */
type Unedited = { readonly not: string };
type Edits = Readonly<Record<string, WebStackProps>> | Unedited;

const domainName = "www.example.com";
const CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const THRESHOLDS = { matcher: "200-299", intervalSec: 30, timeoutSec: 4, healthyThreshold: 4, unhealthyThreshold: 4 };

export const STANDING: WebStackProps = {
  domainName,
  alternativeNames: ["example.com"],
  tags: { team: "web", phase: "one" },
  instances: { count: 3, detailedMonitoring: true },
};

/** The same in a VPC that exists. */
export const STANDING_INSIDE: WebStackProps = { domainName: "inside.example.com", network: EXISTING_NETWORK };

/** Every prop with the edits of it, in words; one that is missing does not compile. */
const OF_PROP = {
  domainName: { "another domain name": { domainName: "shop.example.com", alternativeNames: ["example.com"] } },
  region: { not: "another region makes another site" },
  alternativeNames: {
    "a further name": { domainName, alternativeNames: ["example.com", "shop.example.com"] },
    "a wildcard in place of a name": { domainName, alternativeNames: ["*.example.com"] },
  },
  hostedZone: {
    "a zone of the stack's own": {
      domainName,
      alternativeNames: [],
      hostedZone: { name: domainName, create: true, delegated: true },
      accept: [{ finding: "P02", reason: "the registrar names the zone's name servers, which no file says" }],
    },
  },
  certificate: { "a certificate that the account has": { domainName, certificate: { arn: CERTIFICATE } } },
  network: {
    "a third zone": { domainName, network: { zones: 3 } },
    "another network range": { domainName, network: { cidr: "10.9.0.0/16" } },
    "NAT gateways and flow logs": { domainName, network: { egress: "nat", flowLogsBucket: "example-logs" } },
    "an existing network": { domainName, network: EXISTING_NETWORK },
  },
  appPort: { "another app port": { domainName, appPort: 8080 } },
  healthCheck: {
    "other thresholds of the health check": { domainName, healthCheck: THRESHOLDS },
    "another path and port of the health check": { domainName, healthCheck: { path: "/up", port: 9000 } },
  },
  instances: {
    "instances without detailed monitoring": { domainName, instances: { count: 3 } },
    "an instance more": { domainName, instances: { count: 4, detailedMonitoring: true } },
    "two instances less": { domainName, instances: { count: 1, detailedMonitoring: true } },
    "another type of instances": { domainName, instances: { type: "t4g.small" } },
    "a larger disk": { domainName, instances: { count: 3, diskGiB: 20, detailedMonitoring: true } },
    "instances in public subnets": {
      domainName,
      instances: { placement: "public" },
      ssh: { cidrs: ["203.0.113.7/32"], keyName: "operator" },
    },
  },
  server: { "an app behind NGINX": { domainName, server: { proxyPort: 3000 } } },
  http: { "HTTP forwarded": { domainName, http: "forward" } },
  tlsPolicy: { "another TLS policy": { domainName, tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" } },
  ssh: { not: "it needs instances in public subnets, and comes with these" },
  idleTimeoutSec: { "another idle timeout": { domainName, idleTimeoutSec: 120 } },
  deregistrationDelaySec: { "another deregistration delay": { domainName, deregistrationDelaySec: 30 } },
  accessLogsBucket: { "access logs": { domainName, accessLogsBucket: "example-logs" } },
  disposable: { "deletion protection taken off": { domainName, disposable: true } },
  tags: { "other tags": { domainName, tags: { team: "ops", owner: "ops" } } },
  backend: { not: "it is where the state lies" },
  accept: { not: "it changes nothing on AWS" },
} as const satisfies Record<keyof WebStackProps, Edits>;

/** Each prop that can be edited, with the first edit of it. */
export const FIRST_EDITS: readonly (readonly [prop: keyof WebStackProps, props: WebStackProps])[] =
  Object.entries<Edits>(OF_PROP).flatMap(([prop, edits]) => {
    const [first] = "not" in edits ? [] : Object.values(edits);
    return first === undefined ? [] : [[prop as keyof WebStackProps, first]];
  });

/** Edits of the deployed site, by their descriptions. */
export const EDITS: Readonly<Record<string, WebStackProps>> = Object.assign(
  {},
  ...Object.values<Edits>(OF_PROP).filter((it): it is Readonly<Record<string, WebStackProps>> => !("not" in it)),
);

/** Edits that change existing resources and replace none. In one stack with others, they would change new resources. */
export const IN_PLACE: readonly (keyof typeof EDITS)[] = [
  "a third zone",
  "other thresholds of the health check",
  "instances without detailed monitoring",
  "HTTP forwarded",
  "another TLS policy",
  "another deregistration delay",
  "access logs",
  "deletion protection taken off",
  "other tags",
];
