import { isInZone, MAX_COMMON_NAME } from "./domain-names";
import { isPrivateRange, MAX_USER_DATA_BYTES, schemaFaults } from "./props-schema";
import { shown, type Fault } from "./props-values";
import { isExistingNetwork, settingsOf, type Settings } from "./settings";
import { userDataFor } from "./user-data";
import type { WebStackProps } from "./web-stack-props";

type PropName = keyof WebStackProps;

/** What several props must not say together; it is asked only when each of `reads` is fine by itself. */
interface Rule {
  readonly reads: readonly PropName[];
  readonly check: (settings: Settings, props: WebStackProps) => readonly Fault[];
}

const fault = (prop: string, got: unknown, advice: string): Fault => ({ prop, got: shown(got), advice });
const when = (isFaulty: boolean, prop: string, got: unknown, advice: string): Fault[] => (isFaulty ? [fault(prop, got, advice)] : []);

const RULES: readonly Rule[] = [
  { reads: ["domainName", "certificate"], check: domainNameFitsCertificate },
  { reads: ["domainName", "alternativeNames"], check: namesDiffer },
  { reads: ["domainName", "hostedZone"], check: zoneIsWhole },
  { reads: ["region", "certificate"], check: certificateIsInRegion },
  { reads: ["region", "network"], check: zonesAreInRegion },
  { reads: ["network"], check: networkIsNewOrExisting },
  { reads: ["network", "instances"], check: instancesHaveSubnets },
  { reads: ["network", "instances"], check: egressFitsPlacement },
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
  return [...faults, ...RULES.filter(({ reads }) => !reads.some((name) => faulty.has(name))).flatMap(({ check }) => check(settings, trial))];
}

/** The id becomes a folder, part of names, and the value of a tag. */
function idFaults(stackId: string): Fault[] {
  return when(!/^(?!\.+$)[\w.-]{1,128}$/.test(stackId), "id", stackId, 'allowed is 1 to 128 letters, digits, "-", "_" and ".", not dots alone; rename the stack');
}

/** The bucket that npm run bootstrap makes has other things there, and lets some of them expire. */
function stateIsInPlaceOfItsOwn({ backend }: Settings): Fault[] {
  const key = "s3" in backend ? backend.s3.key : "";
  return [
    ...when(/^(plans|bootstrap)\//.test(key), "backend.s3.key", key, "allowed is a key outside of plans/ and bootstrap/, where the bucket keeps reviewed plans and its own state; give another key, or the stack another id"),
    ...when(key.endsWith(".tflock"), "backend.s3.key", key, "allowed is a key that does not end with .tflock, as locks do; give another one"),
  ];
}

function domainNameFitsCertificate({ domainName, certificateArn }: Settings): Fault[] {
  return when(certificateArn === undefined && domainName.length > MAX_COMMON_NAME, "domainName", domainName,
    `allowed is ${MAX_COMMON_NAME} characters where a certificate is requested; shorten it, or bring your own certificate`);
}

function namesDiffer({ domainName }: Settings, { alternativeNames = [] }: WebStackProps): Fault[] {
  return when(alternativeNames.includes(domainName), "alternativeNames", domainName, "allowed is names other than domainName, which is served anyway; take it out");
}

function zoneIsWhole({ domainName, hostedZone }: Settings, props: WebStackProps): Fault[] {
  const { name, id, create, delegated } = props.hostedZone ?? {};
  return [
    ...when(!isInZone(domainName, hostedZone.name), "hostedZone.name", name, `allowed is a zone that ${domainName} ends with; correct one of the two`),
    ...when(create === true && id !== undefined, "hostedZone.id", id, "allowed is an id only without create; take one of the two out"),
    ...when(create !== true && delegated !== undefined, "hostedZone.delegated", delegated, "allowed only with create: true; take it out, or add create: true"),
    ...when(create === true && delegated === undefined, "hostedZone.delegated", undefined,
      "allowed is false for the first deploy, which creates the zone alone and prints its name servers, and true once the registrar has them; say which"),
  ];
}

function certificateIsInRegion({ region, certificateArn }: Settings): Fault[] {
  const itsRegion = certificateArn?.split(":")[3];
  return when(itsRegion !== undefined && itsRegion !== region, "certificate.arn", certificateArn, `allowed is a certificate in ${region}, where the load balancer is; request or import it there`);
}

function zonesAreInRegion({ region, network }: Settings): Fault[] {
  const zones = isExistingNetwork(network) ? [] : network.zones;
  const strangers = Array.isArray(zones) ? zones.filter((zone: string) => zone.slice(0, -1) !== region) : [];
  return when(strangers.length > 0, "network.zones", strangers, `allowed is zones of ${region}; correct them, or the region`);
}

function networkIsNewOrExisting(_: Settings, { network = {} }: WebStackProps): Fault[] {
  const given = Object.entries(network).filter(([, value]) => value !== undefined).map(([name]) => name);
  const ofNew = given.filter((name) => name === "cidr" || name === "zones" || name === "flowLogsBucket");
  const ofExisting = given.filter((name) => name === "publicSubnetIds" || name === "privateSubnetIds");
  const { publicSubnetIds = [], privateSubnetIds = [] } = network as { publicSubnetIds?: string[]; privateSubnetIds?: string[] };
  const twice = privateSubnetIds.filter((id) => publicSubnetIds.includes(id));
  if (!isExistingNetwork(network)) {
    return ofExisting.map((name) => fault(`network.${name}`, given, "allowed only with vpcId; add the VPC's id, or take it out"));
  }
  return [
    ...ofNew.map((name) => fault(`network.${name}`, given, "allowed only for a new network, without vpcId; take one of the two out")),
    ...when(!given.includes("publicSubnetIds"), "network.publicSubnetIds", undefined, "allowed is two or more subnet ids, each in another zone; add those that the load balancer shall answer from"),
    ...when(twice.length > 0, "network.privateSubnetIds", twice, "allowed is subnets that are not public ones; take them out of one of the two lists"),
  ];
}

function instancesHaveSubnets({ network, instances }: Settings): Fault[] {
  return when(isExistingNetwork(network) && instances.placement === "private" && network.privateSubnetIds === undefined, "network.privateSubnetIds", undefined,
    'allowed is one or more subnet ids; add the instances\' subnets, or set instances.placement to "public"');
}

function egressFitsPlacement({ network, instances }: Settings): Fault[] {
  return when(network.egress === "nat" && instances.placement === "public", "network.egress", "nat",
    'allowed is "none" where instances.placement is "public", as those reach the internet by themselves; take one of the two out');
}

function sshHasAWay({ network, instances, ssh }: Settings): Fault[] {
  if (ssh === undefined || instances.placement === "public") return [];
  if (!isExistingNetwork(network)) {
    return [fault("ssh", ssh, 'allowed only with instances.placement "public", as private instances have no address to connect to; set it, or take ssh out')];
  }
  const strangers = ssh.cidrs.filter((cidr) => !isPrivateRange(cidr));
  return when(strangers.length > 0, "ssh.cidrs", strangers, 'allowed is private ranges for private instances; correct them, or set instances.placement to "public"');
}

function timeoutIsBelowInterval({ healthCheck }: Settings): Fault[] {
  return when(healthCheck.timeoutSec >= healthCheck.intervalSec, "healthCheck.timeoutSec", healthCheck.timeoutSec,
    `allowed is less than intervalSec, which is ${healthCheck.intervalSec}; lower it, or raise intervalSec`);
}

function serverIsOneKind(_: Settings, { server }: WebStackProps): Fault[] {
  if (server === undefined) return [];
  const { proxyPort, setup, userData } = server as Settings["server"];
  return [
    ...when(proxyPort === undefined && userData === undefined, "server", server, "allowed is { proxyPort } or { userData }; add one, or take server out for NGINX alone"),
    ...when(userData !== undefined && (proxyPort !== undefined || setup !== undefined), "server.userData", userData, "allowed is userData alone, as it replaces NGINX; take it or the others out"),
  ];
}

function portsDiffer({ server, appPort, healthCheck }: Settings): Fault[] {
  const { proxyPort } = server;
  return when(proxyPort !== undefined && (proxyPort === appPort || proxyPort === healthCheck.port), "server.proxyPort", proxyPort,
    "allowed is a port other than appPort and healthCheck.port, where NGINX listens; let the app listen on another one");
}

/** NGINX alone answers 200; behind a proxy it is the app that answers. */
function nginxAnswersAreMatched({ server, healthCheck }: Settings): Fault[] {
  const isAlone = server.proxyPort === undefined && server.userData === undefined;
  const [first = 0, last = first] = healthCheck.matcher.split("-").map(Number);
  const has200 = healthCheck.matcher.split(",").includes("200") || (first <= 200 && 200 <= last);
  return when(isAlone && !has200, "healthCheck.matcher", healthCheck.matcher, "allowed is codes that include 200, which NGINX answers; add it");
}

function bootScriptFits(settings: Settings): Fault[] {
  const bytes = Buffer.byteLength(userDataFor(settings));
  return when(settings.server.setup !== undefined && bytes > MAX_USER_DATA_BYTES, "server.setup", `a boot script of ${bytes} bytes`,
    `allowed is ${MAX_USER_DATA_BYTES} bytes with NGINX's part; fetch what is large from within setup`);
}

function backendIsOneKind(_: Settings, { backend }: WebStackProps): Fault[] {
  const kinds = typeof backend === "object" ? Object.values(backend).filter((kind) => kind !== undefined) : ["local"];
  return when(kinds.length !== 1, "backend", backend, 'allowed is "local", { s3: … } or { cloud: … }; keep one');
}

function findingsAreAcceptedOnce({ accept }: Settings): Fault[] {
  const ids = accept.map(({ finding }) => finding);
  return ids.flatMap((id, index) => when(ids.indexOf(id) < index, `accept.${index}.finding`, id, "allowed is one entry for each finding; put the reasons together"));
}
