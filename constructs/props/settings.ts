import type { Owner } from "../names";
import type { CloudBackendProps, S3BackendProps, StateLocation } from "./backend-props";
import { CLOUD_DEFAULTS, DEFAULTS } from "./defaults";
import { registrableDomain } from "./domain-names";
import type { SshProps } from "./server-props";
import type {
  AcceptedFinding,
  CertificateProps,
  ExistingNetworkProps,
  HealthCheckProps,
  InstancesProps,
  NewNetworkProps,
  WebStackProps,
} from "./web-stack-props";

/** Props with all defaults filled in, a setting for each prop. The constructs are built from these. */
export interface Settings extends Record<keyof WebStackProps, unknown> {
  readonly owner: Owner;
  readonly region: string;
  readonly domainName: string;
  readonly alternativeNames: readonly string[];
  /** Every name of the site, `domainName` first. */
  readonly names: readonly string[];
  readonly hostedZone: {
    readonly name: string;
    readonly id?: string;
    readonly create: boolean;
    readonly delegated: boolean;
  };
  readonly certificate: CertificateProps | undefined;
  readonly network: NewNetworkSettings | (ExistingNetworkProps & { readonly egress: "none" | "nat" });
  readonly appPort: number;
  readonly healthCheck: Required<HealthCheckProps>;
  readonly instances: Required<InstancesProps>;
  readonly architecture: "arm64" | "x86_64";
  readonly server: { readonly proxyPort?: number; readonly setup?: string; readonly userData?: string };
  readonly http: "redirect" | "forward";
  readonly tlsPolicy: string;
  readonly ssh: SshProps | undefined;
  readonly idleTimeoutSec: number;
  readonly deregistrationDelaySec: number;
  readonly accessLogsBucket: string | undefined;
  readonly disposable: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly backend: StateLocation;
  readonly accept: readonly AcceptedFinding[];
}

/** A new network with its defaults. */
export type NewNetworkSettings = Required<Omit<NewNetworkProps, "flowLogsBucket">> &
  Pick<NewNetworkProps, "flowLogsBucket">;

const MAX_DEREGISTRATION_DELAY_SEC = 3600;

/** Props with their defaults, and the values that follow from them. */
export function settingsOf(stackId: string, props: WebStackProps): Settings {
  const given = { ...DEFAULTS, ...defined(props) };
  const { domainName, region, appPort, idleTimeoutSec } = given;
  const instances = { ...DEFAULTS.instances, ...defined(props.instances) };
  return {
    ...given,
    owner: { stackId, domainName, region },
    names: [domainName, ...given.alternativeNames],
    hostedZone: hostedZoneOf(props),
    network: networkOf(given.network),
    healthCheck: {
      ...DEFAULTS.healthCheck,
      ...defined(props.healthCheck),
      port: props.healthCheck?.port ?? appPort,
    },
    instances,
    architecture: architectureOf(instances.type),
    server: given.server ?? {},
    deregistrationDelaySec: given.deregistrationDelaySec ?? Math.min(idleTimeoutSec, MAX_DEREGISTRATION_DELAY_SEC),
    backend: stateLocation(stackId, region, given.backend),
  };
}

/** Whether the network is an existing one. */
export function isExistingNetwork(network: NewNetworkProps | ExistingNetworkProps): network is ExistingNetworkProps {
  return "vpcId" in network && network.vpcId !== undefined;
}

function hostedZoneOf({ domainName, hostedZone }: WebStackProps): Settings["hostedZone"] {
  const given = { ...DEFAULTS.hostedZone, ...defined(hostedZone) };
  return {
    ...given,
    name: given.name ?? registrableDomain(domainName) ?? domainName,
    // The AWS CLI prints it with the prefix, Route 53's console without.
    id: given.id?.replace(/^\/hostedzone\//, ""),
  };
}

function networkOf(network: NewNetworkProps | ExistingNetworkProps): Settings["network"] {
  if (isExistingNetwork(network)) return { ...network, egress: network.egress ?? DEFAULTS.network.egress };
  const { cidr, zones, egress, flowLogsBucket } = { ...DEFAULTS.network, ...defined(network) };
  return { cidr, zones, egress, flowLogsBucket };
}

function stateLocation(stackId: string, region: string, backend: NonNullable<WebStackProps["backend"]>): StateLocation {
  // terraform runs in cdktf.out/stacks/<id>, which can be deleted, so the state is next to cdktf.out.
  if (backend === "local") return { local: { path: `../../../terraform.${stackId}.tfstate` } };
  const { s3, cloud } = backend as Partial<S3BackendProps & CloudBackendProps>;
  if (s3 !== undefined) return { s3: { key: `${stackId}/terraform.tfstate`, region, ...defined(s3) } };
  return { cloud: { ...CLOUD_DEFAULTS, ...defined(cloud) } };
}

/**
 * Graviton types have a `g` after the generation's digit (`t4g`, `c7gn`). Exceptions are `a1`, which is older, and
 * Grace (`p6e-gb200`).
 */
function architectureOf(instanceType: string): "arm64" | "x86_64" {
  const family = instanceType.split(".")[0] ?? "";
  return family === "a1" || family.includes("-gb") || /^[a-z]+\d+[a-z]*g/.test(family) ? "arm64" : "x86_64";
}

/** An explicit `undefined` means the default, as it does for every other prop. */
function defined<T extends object>(props: T | undefined): T {
  return Object.fromEntries(Object.entries(props ?? {}).filter(([, value]) => value !== undefined)) as T;
}
