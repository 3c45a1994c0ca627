import type { CloudBackendProps } from "./backend-props";
import type { OptionalKeys } from "./shape";
import type {
  HealthCheckProps,
  HostedZoneProps,
  InstancesProps,
  NewNetworkProps,
  WebStackProps,
} from "./web-stack-props";

/** The value of an omitted optional prop; `undefined` if there is none, or if it follows from other props. */
type DefaultsOf<P> = { readonly [K in OptionalKeys<P>]: P[K] };

/** The defaults of all props. Defaults that follow from other props are computed in settings.ts. */
export const DEFAULTS = {
  region: "us-east-1",
  alternativeNames: [],
  hostedZone: {
    name: undefined, // the registrable domain of domainName
    id: undefined,
    create: false,
    delegated: true,
  } satisfies DefaultsOf<HostedZoneProps>,
  certificate: undefined,
  network: {
    cidr: "10.0.0.0/16",
    zones: 2,
    egress: "none",
    flowLogsBucket: undefined,
  } satisfies DefaultsOf<NewNetworkProps>,
  appPort: 80,
  healthCheck: {
    path: "/health",
    port: undefined, // appPort
    matcher: "200",
    intervalSec: 15,
    timeoutSec: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
  } satisfies DefaultsOf<HealthCheckProps>,
  instances: {
    count: 2,
    type: "t3.micro",
    diskGiB: 8,
    placement: "private",
    detailedMonitoring: false,
  } satisfies DefaultsOf<InstancesProps>,
  server: undefined, // NGINX with one static page
  http: "redirect",
  tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
  ssh: undefined,
  idleTimeoutSec: 60,
  deregistrationDelaySec: undefined, // idleTimeoutSec, within AWS's limit
  accessLogsBucket: undefined,
  disposable: false,
  tags: {},
  backend: "local",
  accept: [],
} as const satisfies DefaultsOf<WebStackProps>;

/** The defaults of a backend in Terraform Cloud. Those of a backend in S3 follow from the stack. */
export const CLOUD_DEFAULTS = {
  hostname: "app.terraform.io",
} satisfies DefaultsOf<CloudBackendProps["cloud"]>;
