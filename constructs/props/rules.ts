import { Netmask } from "netmask";
import { expects } from "../../topology/health-check-values";
import { isReference } from "../references";
import { userDataFor } from "../user-data";
import { isInZone, MAX_COMMON_NAME } from "./domain-names";
import { shown } from "./echo";
import { isPrivateRange, MAX_USER_DATA_BYTES, schemaFaults } from "./schema";
import { isExistingNetwork, type Settings, settingsOf } from "./settings";
import type { Fault } from "./values";
import type { AcceptedFinding, WebStackProps } from "./web-stack-props";

type PropName = keyof WebStackProps;

/** What several props must not say together; it is asked only when each of `reads` is fine by itself. */
interface Rule {
  readonly reads: readonly PropName[];
  readonly check: (settings: Settings, props: WebStackProps) => readonly Fault[];
}

/** A public and a private one for each of the eight zones that there can be. */
const SUBNETS_OF_A_RANGE = 16;
const RESERVED_BY_AWS = 5;
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html */
const KEPT_FOR_LOAD_BALANCER = 8;

const fault = (prop: string, got: unknown, advice: string): Fault => ({ prop, got: shown(got, { prop }), advice });
const when = (isFaulty: boolean, prop: string, got: unknown, advice: string): Fault[] =>
  isFaulty ? [fault(prop, got, advice)] : [];

const RULES: readonly Rule[] = [
  { reads: ["domainName", "certificate"], check: domainNameFitsCertificate },
  { reads: ["domainName", "alternativeNames"], check: namesDiffer },
  { reads: ["domainName", "hostedZone"], check: zoneIsWhole },
  { reads: ["region", "certificate"], check: certificateIsInRegion },
  { reads: ["region", "network"], check: zonesAreInRegion },
  { reads: ["network"], check: networkIsNewOrExisting },
  { reads: ["network", "instances"], check: instancesHaveSubnets },
  { reads: ["network", "instances"], check: egressFitsPlacement },
  { reads: ["network", "instances"], check: instancesFitIntoSubnets },
  { reads: ["instances", "server"], check: nginxHasMemory },
  { reads: ["network", "instances", "ssh"], check: sshHasAWay },
  { reads: ["healthCheck"], check: timeoutIsBelowInterval },
  { reads: ["server"], check: serverIsOneKind },
  { reads: ["server", "appPort", "healthCheck"], check: portsDiffer },
  { reads: ["server", "healthCheck"], check: nginxAnswersAreMatched },
  { reads: ["domainName", "appPort", "healthCheck", "server", "idleTimeoutSec"], check: bootScriptFits },
  { reads: ["backend"], check: backendIsOneKind },
  { reads: ["backend"], check: stateIsInPlaceOfItsOwn },
  { reads: ["accept"], check: findingsAreAcceptedOnce },
];

/** Every fault of one stack's props, by themselves and against each other. */
export function propFaults(stackId: string, props: unknown): Fault[] {
  const faults = [...idFaults(stackId), ...schemaFaults(props)];
  if (faults.some(({ prop }) => prop === "props")) return faults;
  const faulty = new Set(faults.map(({ prop }) => prop.split(".")[0]));
  const sound = Object.fromEntries(Object.entries(props as WebStackProps).filter(([name]) => !faulty.has(name)));
  // A missing domainName must not keep the rules about other props from being asked.
  const trial = { domainName: "www.example.com", ...sound } as WebStackProps;
  const settings = settingsOf(stackId, trial);
  return [
    ...faults,
    ...RULES.filter(({ reads }) => !reads.some((name) => faulty.has(name))).flatMap(({ check }) =>
      check(settings, trial),
    ),
  ];
}

/** The id becomes a folder, part of names, and the value of a tag. */
function idFaults(stackId: string): Fault[] {
  return when(
    !/^(?!\.+$)[\w.-]{1,128}$/.test(stackId),
    "id",
    stackId,
    'must be 1 to 128 letters, digits, "-", "_" and ".", not dots alone',
  );
}

/** The bucket that npm run bootstrap makes has other things there, and lets some of them expire. */
function stateIsInPlaceOfItsOwn({ backend }: Settings): Fault[] {
  const key = "s3" in backend ? backend.s3.key : "";
  return [
    ...when(
      /^(alb-web|bootstrap|deploys|plans)\//.test(key),
      "backend.s3.key",
      key,
      "must be a key outside alb-web/, bootstrap/, deploys/ and plans/, where the bucket keeps its own state " +
        "and what was reviewed and deployed; give another key, or the stack another id",
    ),
    ...when(key.endsWith(".tflock"), "backend.s3.key", key, "must not end with .tflock, as the key of a lock does"),
  ];
}

function domainNameFitsCertificate({ domainName, certificateArn }: Settings): Fault[] {
  return when(
    certificateArn === undefined && domainName.length > MAX_COMMON_NAME,
    "domainName",
    domainName,
    `must be at most ${MAX_COMMON_NAME} characters where a certificate is requested; shorten it, or set ` +
      "certificate.arn",
  );
}

function namesDiffer({ domainName }: Settings, { alternativeNames = [] }: WebStackProps): Fault[] {
  return when(
    alternativeNames.includes(domainName),
    "alternativeNames",
    domainName,
    "must be names other than domainName; remove it, domainName is served anyway",
  );
}

function zoneIsWhole({ domainName, hostedZone }: Settings, props: WebStackProps): Fault[] {
  const { name, id, create, delegated } = props.hostedZone ?? {};
  return [
    ...when(
      !isInZone(domainName, hostedZone.name),
      "hostedZone.name",
      name,
      `must be a zone that contains ${domainName}`,
    ),
    ...when(create === true && id !== undefined, "hostedZone.id", id, "must be omitted with hostedZone.create: true"),
    ...when(
      create !== true && delegated !== undefined,
      "hostedZone.delegated",
      delegated,
      "must be omitted without hostedZone.create: true",
    ),
    ...when(
      create === true && delegated === undefined,
      "hostedZone.delegated",
      undefined,
      "must be true or false with hostedZone.create: true; false for the first deploy, which creates the zone " +
        "alone and prints its name servers, true once the registrar has them",
    ),
  ];
}

function certificateIsInRegion({ region, certificateArn }: Settings): Fault[] {
  const itsRegion = certificateArn?.split(":")[3];
  // A region that is a reference is known during the apply only; AWS refuses another one there.
  return when(
    itsRegion !== undefined && !isReference(itsRegion) && itsRegion !== region,
    "certificate.arn",
    certificateArn,
    `must be a certificate in ${region}, the region of the load balancer`,
  );
}

function zonesAreInRegion({ region, network }: Settings): Fault[] {
  const zones = isExistingNetwork(network) ? [] : network.zones;
  const strangers = Array.isArray(zones) ? zones.filter((zone: string) => zone.slice(0, -1) !== region) : [];
  return when(strangers.length > 0, "network.zones", strangers, `must be zones of ${region}, the stack's region`);
}

function networkIsNewOrExisting(_: Settings, { network = {} }: WebStackProps): Fault[] {
  const given = Object.entries(network)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  const ofNew = given.filter((name) => name === "cidr" || name === "zones" || name === "flowLogsBucket");
  const ofExisting = given.filter((name) => name === "publicSubnetIds" || name === "privateSubnetIds");
  const { publicSubnetIds = [], privateSubnetIds = [] } = network as {
    publicSubnetIds?: string[];
    privateSubnetIds?: string[];
  };
  const twice = privateSubnetIds.filter((id) => publicSubnetIds.includes(id));
  if (!isExistingNetwork(network)) {
    return ofExisting.map((name) =>
      fault(`network.${name}`, given, "must be omitted without network.vpcId; add the VPC's id, or remove it"),
    );
  }
  return [
    ...ofNew.map((name) =>
      fault(`network.${name}`, given, "must be omitted with network.vpcId; it is for a new network"),
    ),
    ...when(
      !given.includes("publicSubnetIds"),
      "network.publicSubnetIds",
      undefined,
      "must be two or more subnet ids, each in another zone, with network.vpcId",
    ),
    ...when(twice.length > 0, "network.privateSubnetIds", twice, "must be subnets other than network.publicSubnetIds"),
  ];
}

function instancesHaveSubnets({ network, instances }: Settings): Fault[] {
  return when(
    isExistingNetwork(network) && instances.placement === "private" && network.privateSubnetIds === undefined,
    "network.privateSubnetIds",
    undefined,
    'must be one or more subnet ids for the instances; add them, or set instances.placement to "public"',
  );
}

function egressFitsPlacement({ network, instances }: Settings): Fault[] {
  return when(
    network.egress === "nat" && instances.placement === "public",
    "network.egress",
    "nat",
    'must be "none" with instances.placement "public"; those instances have a route to the internet',
  );
}

/**
 * A subnet is a sixteenth of the range (constructs/network.ts); AWS keeps 5 of its addresses:
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
function instancesFitIntoSubnets({ network, instances }: Settings): Fault[] {
  if (isExistingNetwork(network)) return [];
  const usable = new Netmask(network.cidr).size / SUBNETS_OF_A_RANGE - RESERVED_BY_AWS;
  const kept = instances.placement === "public" ? KEPT_FOR_LOAD_BALANCER : 0;
  const zones = typeof network.zones === "number" ? network.zones : network.zones.length;
  const max = (usable - kept) * zones;
  const why = kept === 0 ? "" : `, ${kept} of which the load balancer needs free`;
  return when(
    instances.count > max,
    "instances.count",
    instances.count,
    `must be at most ${max} in ${zones} zones of ${network.cidr}, whose subnets have ${usable} addresses ` +
      `each${why}; lower it, widen network.cidr, or add zones`,
  );
}

/**
 * dnf is killed in 512 MiB (https://github.com/amazonlinux/amazon-linux-2023/issues/404), which is what every .nano
 * has: t2, t3, t3a and t4g.
 */
function nginxHasMemory({ instances: { type }, server }: Settings): Fault[] {
  return when(
    type.endsWith(".nano") && server.userData === undefined,
    "instances.type",
    type,
    "must be a type with more than 512 MiB of memory, in which NGINX cannot be installed; choose " +
      `"${type.replace(/nano$/, "micro")}", or set server.userData to a boot script that needs less`,
  );
}

function sshHasAWay({ network, instances, ssh }: Settings): Fault[] {
  if (ssh === undefined || instances.placement === "public") return [];
  if (!isExistingNetwork(network)) {
    return [
      fault(
        "ssh",
        ssh,
        'must be omitted without instances.placement "public"; private instances have no address to connect to',
      ),
    ];
  }
  const strangers = ssh.cidrs.filter((cidr) => !isPrivateRange(cidr));
  return when(
    strangers.length > 0,
    "ssh.cidrs",
    strangers,
    'must be private ranges for private instances; correct them, or set instances.placement to "public"',
  );
}

function timeoutIsBelowInterval({ healthCheck }: Settings): Fault[] {
  return when(
    healthCheck.timeoutSec >= healthCheck.intervalSec,
    "healthCheck.timeoutSec",
    healthCheck.timeoutSec,
    `must be less than healthCheck.intervalSec, which is ${healthCheck.intervalSec}`,
  );
}

function serverIsOneKind(_: Settings, { server }: WebStackProps): Fault[] {
  if (server === undefined) return [];
  const { proxyPort, setup, userData } = server as Settings["server"];
  return [
    ...when(
      proxyPort === undefined && userData === undefined,
      "server",
      server,
      "must have proxyPort or userData; omit server for NGINX alone",
    ),
    ...when(
      userData !== undefined && (proxyPort !== undefined || setup !== undefined),
      "server.userData",
      userData,
      "must be the only prop of server; it replaces NGINX",
    ),
  ];
}

function portsDiffer({ server, appPort, healthCheck }: Settings): Fault[] {
  const { proxyPort } = server;
  return when(
    proxyPort !== undefined && (proxyPort === appPort || proxyPort === healthCheck.port),
    "server.proxyPort",
    proxyPort,
    "must be a port other than appPort and healthCheck.port, where NGINX listens",
  );
}

/** NGINX alone answers 200; behind a proxy it is the app that answers. */
function nginxAnswersAreMatched({ server, healthCheck }: Settings): Fault[] {
  const isAlone = server.proxyPort === undefined && server.userData === undefined;
  return when(
    isAlone && !expects(healthCheck.matcher, 200),
    "healthCheck.matcher",
    healthCheck.matcher,
    "must include 200, which NGINX answers",
  );
}

function bootScriptFits(settings: Settings): Fault[] {
  const bytes = Buffer.byteLength(userDataFor(settings));
  if (settings.server.setup === undefined || bytes <= MAX_USER_DATA_BYTES) return [];
  return [
    {
      prop: "server.setup",
      got: `a boot script of ${bytes} bytes`,
      advice:
        `must leave a boot script of at most ${MAX_USER_DATA_BYTES} bytes, NGINX's part included; fetch what is ` +
        "large from within setup",
    },
  ];
}

function backendIsOneKind(_: Settings, { backend }: WebStackProps): Fault[] {
  const kinds = typeof backend === "object" ? Object.values(backend).filter((kind) => kind !== undefined) : ["local"];
  return when(kinds.length !== 1, "backend", backend, 'must be one of "local", { s3: … } and { cloud: … }');
}

/** Without an address a finding is accepted wherever it is, so that no other entry can be for it. */
function findingsAreAcceptedOnce({ accept }: Settings): Fault[] {
  const isSame = (one: AcceptedFinding, other: AcceptedFinding) =>
    one.finding === other.finding &&
    (one.address === undefined || other.address === undefined || one.address === other.address);
  return accept.flatMap((it, index) =>
    when(
      accept.slice(0, index).some((before) => isSame(before, it)),
      `accept.${index}.finding`,
      it.finding,
      `must be named once in accept${it.address === undefined ? "" : ` at ${it.address}`}`,
    ),
  );
}
