import { Netmask } from "netmask";
import { isPrivateRange } from "../schema/ranges-schema";
import { isExistingNetwork } from "../settings";
import { propError, rule, when } from "./prop-rule";

/** A public and a private subnet for each of at most eight zones. */
const SUBNETS_OF_A_RANGE = 16;
const RESERVED_BY_AWS = 5;
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html */
const KEPT_FOR_LOAD_BALANCER = 8;

export const zonesAreInRegion = rule(["region", "network"], ({ region, network }) => {
  const zones = isExistingNetwork(network) ? [] : network.zones;
  const strangers = Array.isArray(zones) ? zones.filter((zone: string) => zone.slice(0, -1) !== region) : [];
  return when(
    strangers.length > 0,
    "network.zones",
    strangers,
    `must be Availability Zones of ${region}, the stack's region`,
  );
});

export const networkIsNewOrExisting = rule(["network"], (_, { network = {} }) => {
  const values: Readonly<Record<string, unknown>> = { ...network };
  const given = Object.keys(values).filter((name) => values[name] !== undefined);
  const ofNew = given.filter((name) => name === "cidr" || name === "zones" || name === "flowLogsBucket");
  const ofExisting = given.filter((name) => name === "publicSubnetIds" || name === "privateSubnetIds");
  const { publicSubnetIds = [], privateSubnetIds = [] } = network as {
    publicSubnetIds?: string[];
    privateSubnetIds?: string[];
  };
  const twice = privateSubnetIds.filter((id) => publicSubnetIds.includes(id));
  if (!isExistingNetwork(network)) {
    return ofExisting.map((name) =>
      propError(
        `network.${name}`,
        values[name],
        "must be omitted without network.vpcId; add network.vpcId, or remove it",
      ),
    );
  }
  return [
    ...ofNew.map((name) =>
      propError(
        `network.${name}`,
        values[name],
        "must be omitted with network.vpcId; it applies to a new network only",
      ),
    ),
    ...when(
      !given.includes("publicSubnetIds"),
      "network.publicSubnetIds",
      undefined,
      "must be two or more subnet ids, each in another zone, with network.vpcId",
    ),
    ...when(twice.length > 0, "network.privateSubnetIds", twice, "must be subnets other than network.publicSubnetIds"),
  ];
});

export const instancesHaveSubnets = rule(["network", "instances"], ({ network, instances }) => {
  return when(
    isExistingNetwork(network) && instances.placement === "private" && network.privateSubnetIds === undefined,
    "network.privateSubnetIds",
    undefined,
    'must be one or more subnet ids for the instances; add them, or set instances.placement to "public"',
  );
});

export const egressFitsPlacement = rule(["network", "instances"], ({ network, instances }) => {
  return when(
    network.egress === "nat" && instances.placement === "public",
    "network.egress",
    "nat",
    'must be "none" with instances.placement "public"; instances in public subnets have a route to the internet',
  );
});

/**
 * A subnet is a sixteenth of the range (constructs/new-network.ts); AWS reserves 5 of its addresses:
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
export const instancesFitIntoSubnets = rule(["network", "instances"], ({ network, instances }) => {
  if (isExistingNetwork(network)) return [];
  const usable = new Netmask(network.cidr).size / SUBNETS_OF_A_RANGE - RESERVED_BY_AWS;
  const kept = instances.placement === "public" ? KEPT_FOR_LOAD_BALANCER : 0;
  const zones = typeof network.zones === "number" ? network.zones : network.zones.length;
  const max = (usable - kept) * zones;
  const why = kept === 0 ? "" : `, including ${kept} that the load balancer needs`;
  return when(
    instances.count > max,
    "instances.count",
    instances.count,
    `must be at most ${max} in ${zones} zones of ${network.cidr}, whose subnets have ${usable} usable addresses ` +
      `each${why}; lower instances.count, widen network.cidr, or add zones`,
  );
});

export const sshHasAWay = rule(["network", "instances", "ssh"], ({ network, instances, ssh }) => {
  if (ssh === undefined || instances.placement === "public") return [];
  if (!isExistingNetwork(network)) {
    return [
      propError(
        "ssh",
        ssh,
        'must be omitted without instances.placement "public"; private instances have no public address',
      ),
    ];
  }
  const strangers = ssh.cidrs.filter((cidr) => !isPrivateRange(cidr));
  return when(
    strangers.length > 0,
    "ssh.cidrs",
    strangers,
    'must be private IPv4 ranges for private instances; correct them, or set instances.placement to "public"',
  );
});
