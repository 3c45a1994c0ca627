import type { WebStackProps } from "../../constructs/props/web-stack-props";
import { IS_EXHAUSTIVE } from "./sample";

const subnet = (vpc: string, tier: "a" | "b", index: number) => `subnet-0${vpc}${tier}000000000000${index}`;
const network = (vpc: string) => ({
  vpcId: `vpc-0${vpc}00000000000000`,
  publicSubnetIds: [subnet(vpc, "a", 1), subnet(vpc, "a", 2)],
  privateSubnetIds: [subnet(vpc, "b", 1), subnet(vpc, "b", 2)],
});

/**
 * Every choice of the props at least once, and their combinations. All could exist in one account: each has its own
 * domain, certificate and place for its state.
 */
export const COMBINATIONS: Readonly<Record<string, WebStackProps>> = {
  "a domain name alone": { domainName: "www.example.com" },
  "an apex with its wildcard and a name of another domain": {
    domainName: "example.org",
    alternativeNames: ["*.example.org", "more.example.com"],
  },
  "three named zones with NAT": {
    domainName: "nat.example.com",
    network: { cidr: "10.20.0.0/20", zones: ["us-east-1a", "us-east-1c", "us-east-1d"], egress: "nat" },
    instances: { count: 4 },
  },
  "as many zones as there are, in the smallest network": {
    domainName: "zones.example.com",
    network: { cidr: "192.168.2.0/23", zones: 6, egress: "none" },
    instances: { count: 1, placement: "private", type: "t2.micro" }, // t3 is in five of the six
  },
  "existing network": {
    domainName: "existing.example.com",
    network: network("e1"),
  },
  "existing network with NAT, SSH from within": {
    domainName: "inside.example.com",
    network: { ...network("e2"), egress: "nat" },
    ssh: { cidrs: ["10.0.0.0/8"] },
  },
  "existing network with public placement and SSH": {
    domainName: "outside.example.com",
    network: { vpcId: network("e3").vpcId, publicSubnetIds: network("e3").publicSubnetIds, egress: "none" },
    instances: { placement: "public", count: 3 },
    ssh: { cidrs: ["203.0.113.7/32", "198.51.100.0/24"], keyName: "operator" },
  },
  "public placement with SSH, disposable": {
    domainName: "trial.example.com",
    instances: { placement: "public" },
    ssh: { cidrs: ["203.0.113.0/24"] },
    disposable: true,
  },
  "NGINX on 8080 in front of an app that is set up": {
    domainName: "app.example.com",
    appPort: 8080,
    healthCheck: { path: "/up?deep=1", matcher: "200-299" },
    server: { proxyPort: 3000, setup: 'echo "${HOME} %{x}" > /srv/app\n' },
  },
  "a boot script of one's own, asked on another port": {
    domainName: "own.example.com",
    healthCheck: { port: 9000, matcher: "200,204" },
    server: { userData: "#!/bin/bash\necho ${HOSTNAME} $${x} %{y}\n" },
  },
  "a zone by its name, below the registrable domain": {
    domainName: "www.apps.example.com",
    hostedZone: { name: "apps.example.com", create: false },
  },
  "a zone by its id": {
    domainName: "byid.example.org",
    hostedZone: { id: "Z0123456789ABCDEFGH01" },
  },
  "a zone that the registrar does not have yet": {
    domainName: "www.soon.example.com",
    hostedZone: { name: "soon.example.com", create: true, delegated: false },
  },
  "a zone that was created and delegated, disposable": {
    domainName: "www.ours.example.com",
    alternativeNames: ["ours.example.com", "beside.example.org"],
    hostedZone: { name: "ours.example.com", create: true, delegated: true },
    accept: [
      {
        finding: "P02",
        address: "aws_route53_zone.site_hosted-zone_C00B6A47",
        reason: "the registrar names the zone's name servers, which no file says",
      },
    ],
    disposable: true,
  },
  "a certificate that the account has, and HTTP forwarded": {
    domainName: "issued.example.com",
    certificate: { arn: "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555501" },
    http: "forward",
    tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
  },
  "Graviton with a large disk, tags and metrics every minute": {
    domainName: "arm.example.com",
    region: "us-east-1",
    instances: { type: "t4g.small", diskGiB: 100, detailedMonitoring: true },
    http: "redirect",
    tags: { team: "web", "cost center": "a/b=c+d@e" },
  },
  "an old type with long timings": {
    domainName: "slow.example.com",
    instances: { type: "t2.micro" },
    healthCheck: { path: "/", intervalSec: 300, timeoutSec: 120, healthyThreshold: 10, unhealthyThreshold: 10 },
    idleTimeoutSec: 4000,
    deregistrationDelaySec: 0,
  },
  "state in S3, logs of requests and packets": {
    domainName: "logged.example.com",
    network: { flowLogsBucket: "example-flow-logs" },
    accessLogsBucket: "example-access-logs",
    backend: { s3: { bucket: "example-states", key: "logged/terraform.tfstate", region: "us-east-1" } },
  },
  "state in a local file": {
    domainName: "local.example.com",
    backend: "local",
  },
  "state in Terraform Cloud": {
    domainName: "cloud.example.com",
    backend: { cloud: { organization: "example", workspace: "web", hostname: "app.terraform.io" } },
  },
};

/** Props that go with a certain domain name. */
const OF_THE_DOMAIN = ["alternativeNames", "hostedZone", "certificate"] as const;

/**
 * What is applied: each combination with npm run test:exhaustive, otherwise those that can be one stack as one stack.
 */
export const REHEARSED = IS_EXHAUSTIVE ? COMBINATIONS : asFewStacks(COMBINATIONS);

/**
 * The same choices in fewer stacks: each combination joins the first stack that has none of its props. One that waits
 * for its zone has no site, and stays alone.
 */
export function asFewStacks(combinations: typeof COMBINATIONS): typeof COMBINATIONS {
  const stacks: { name: string; more: number; props: WebStackProps }[] = [];
  for (const [name, props] of Object.entries(combinations)) {
    const stack = stacks.find(({ props: others }) => canJoin(others, props));
    if (stack === undefined) stacks.push({ name, more: 0, props });
    else {
      const { domainName } = isOfTheDomain(props) ? props : stack.props;
      stack.props = { ...stack.props, ...props, domainName };
      stack.more += 1;
    }
  }
  return Object.fromEntries(
    stacks.map(({ name, more, props }) => [more === 0 ? name : `${name}, and ${more} more`, props]),
  );
}

function canJoin(one: WebStackProps, other: WebStackProps): boolean {
  if (
    one.hostedZone?.delegated === false ||
    other.hostedZone?.delegated === false ||
    (isOfTheDomain(one) && isOfTheDomain(other))
  )
    return false;
  return Object.keys(other).every((name) => name === "domainName" || !Object.hasOwn(one, name));
}

function isOfTheDomain(props: WebStackProps): boolean {
  return OF_THE_DOMAIN.some((name) => Object.hasOwn(props, name));
}
