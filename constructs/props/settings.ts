import type { Owner } from "../names";
import type { CloudBackendProps, S3BackendProps, StateLocation } from "./backend-props";
import { registrableDomain } from "./domain-names";
import type { SshProps } from "./server-props";
import type {
  AcceptedFinding,
  ExistingNetworkProps,
  HealthCheckProps,
  InstancesProps,
  NewNetworkProps,
  WebStackProps,
} from "./web-stack-props";

/** Props with every default filled in; what the parts are built from. */
export interface Settings {
  readonly owner: Owner;
  readonly region: string;
  readonly domainName: string;
  /** Every name that the site answers to, `domainName` first. */
  readonly names: readonly string[];
  readonly hostedZone: {
    readonly name: string;
    readonly id?: string;
    readonly create: boolean;
    readonly delegated: boolean;
  };
  readonly certificateArn?: string;
  readonly network: NewNetworkSettings | (ExistingNetworkProps & { readonly egress: "none" | "nat" });
  readonly appPort: number;
  readonly healthCheck: Required<HealthCheckProps>;
  readonly instances: Required<InstancesProps>;
  readonly architecture: "arm64" | "x86_64";
  readonly server: { readonly proxyPort?: number; readonly setup?: string; readonly userData?: string };
  readonly http: "redirect" | "forward";
  readonly tlsPolicy: string;
  readonly ssh?: SshProps;
  readonly idleTimeoutSec: number;
  readonly deregistrationDelaySec: number;
  readonly accessLogsBucket?: string;
  readonly disposable: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly backend: StateLocation;
  readonly accept: readonly AcceptedFinding[];
}

/** A new network with its defaults. */
export type NewNetworkSettings = Required<Omit<NewNetworkProps, "flowLogsBucket">> &
  Pick<NewNetworkProps, "flowLogsBucket">;

const DEFAULT_REGION = "us-east-1";
const MAX_DEREGISTRATION_DELAY_SEC = 3600;

/** The defaults of all props, in one place. */
export function settingsOf(stackId: string, props: WebStackProps): Settings {
  const region = props.region ?? DEFAULT_REGION;
  const appPort = props.appPort ?? 80;
  const idleTimeoutSec = props.idleTimeoutSec ?? 60;
  const type = props.instances?.type ?? "t3.micro";
  return {
    owner: { stackId, domainName: props.domainName, region },
    region,
    domainName: props.domainName,
    names: [props.domainName, ...(props.alternativeNames ?? [])],
    hostedZone: {
      name: props.hostedZone?.name ?? registrableDomain(props.domainName) ?? props.domainName,
      // As the AWS CLI prints it, or as Route 53's console does.
      id: props.hostedZone?.id?.replace(/^\/hostedzone\//, ""),
      create: props.hostedZone?.create ?? false,
      delegated: props.hostedZone?.delegated ?? true,
    },
    certificateArn: props.certificate?.arn,
    network: networkOf(props.network ?? {}),
    appPort,
    healthCheck: {
      path: "/health",
      matcher: "200",
      intervalSec: 15,
      timeoutSec: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      ...defined(props.healthCheck),
      port: props.healthCheck?.port ?? appPort,
    },
    instances: {
      count: 2,
      diskGiB: 8,
      placement: "private",
      detailedMonitoring: false,
      ...defined(props.instances),
      type,
    },
    architecture: architectureOf(type),
    server: props.server ?? {},
    http: props.http ?? "redirect",
    tlsPolicy: props.tlsPolicy ?? "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    ssh: props.ssh,
    idleTimeoutSec,
    deregistrationDelaySec: props.deregistrationDelaySec ?? Math.min(idleTimeoutSec, MAX_DEREGISTRATION_DELAY_SEC),
    accessLogsBucket: props.accessLogsBucket,
    disposable: props.disposable ?? false,
    tags: props.tags ?? {},
    backend: stateLocation(stackId, region, props.backend ?? "local"),
    accept: props.accept ?? [],
  };
}

/** Whether the network is one that exists already. */
export function isExistingNetwork(network: NewNetworkProps | ExistingNetworkProps): network is ExistingNetworkProps {
  return "vpcId" in network && network.vpcId !== undefined;
}

function networkOf(network: NewNetworkProps | ExistingNetworkProps): Settings["network"] {
  const egress = network.egress ?? "none";
  if (isExistingNetwork(network)) return { ...network, egress };
  return {
    cidr: network.cidr ?? "10.0.0.0/16",
    zones: network.zones ?? 2,
    egress,
    flowLogsBucket: network.flowLogsBucket,
  };
}

function stateLocation(stackId: string, region: string, backend: NonNullable<WebStackProps["backend"]>): StateLocation {
  // terraform runs in cdktf.out/stacks/<id>, which can be deleted; the state lies beside cdktf.out.
  if (backend === "local") return { local: { path: `../../../terraform.${stackId}.tfstate` } };
  const { s3, cloud } = backend as Partial<S3BackendProps & CloudBackendProps>;
  if (s3 !== undefined) return { s3: { key: `${stackId}/terraform.tfstate`, region, ...defined(s3) } };
  return { cloud: { hostname: "app.terraform.io", ...defined(cloud) } };
}

/**
 * Graviton types carry a `g` behind the generation's digit (`t4g`, `c7gn`); `a1` came before that rule, Grace
 * (`p6e-gb200`) beside it.
 */
function architectureOf(instanceType: string): "arm64" | "x86_64" {
  const family = instanceType.split(".")[0] ?? "";
  return family === "a1" || family.includes("-gb") || /^[a-z]+\d+[a-z]*g/.test(family) ? "arm64" : "x86_64";
}

/** An explicit `undefined` means the default, as it does for every other prop. */
function defined<T extends object>(props: T | undefined): T {
  return Object.fromEntries(Object.entries(props ?? {}).filter(([, value]) => value !== undefined)) as T;
}
