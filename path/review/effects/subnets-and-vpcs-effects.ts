import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import { attributeOf, code, type EffectRule, named, report } from "../because";
import { holdersOfSubnet, namedBy } from "../named-by";
import { hopOfSubnets, isGone, type World } from "../world";

/* Subnets, VPCs and their internet gateways. */

export const subnetRule: EffectRule = (change, world) => {
  if (change.type !== "aws_subnet" || !isGone(change)) return [];
  const id = own(change.before, "id");
  if (typeof id !== "string" || id === "") return [];
  const hop = hopOfSubnets((it) => it === id, world);
  const holders = holdersOfSubnet(id, change, world);
  if (holders.length > 0)
    return report(change, world, {
      hop,
      effect: "fails",
      then:
        `AWS refuses to delete it with \`DependencyViolation\`, after 20 minutes of retries, because ` +
        `${named(holders)} ${holders.length === 1 ? "is" : "are"} still in it`,
      avoid: "create the new subnet in addition, move everything to it, and remove the old one in a separate apply",
      phrase: "a subnet is still in use",
    });
  if (hop === null) return [];
  return report(change, world, {
    hop,
    effect: "none",
    then:
      change.doing === "destroy"
        ? "it is empty by then"
        : "the resources in it are replaced as well and reported separately",
  });
};

/** A VPC, or its internet gateway, that other resources still need. */
export const vpcRule: EffectRule = (change, world) => {
  const isGateway = change.type === "aws_internet_gateway";
  if ((change.type !== "aws_vpc" && !isGateway) || !isGone(change)) return [];
  const inTheWay = needing(change, isGateway, world);
  if (inTheWay.length === 0) return [];
  const [is, has] = inTheWay.length === 1 ? ["is", "has"] : ["are", "have"];
  return report(change, world, {
    hop: "listener",
    effect: "fails",
    then:
      `AWS refuses to delete it with \`DependencyViolation\` because ${named(inTheWay)} ` +
      `${isGateway ? `still ${has} public IP addresses that depend on it` : `${is} still in it`}`,
    avoid:
      change.doing === "replace" && attributeOf(change) !== ""
        ? `keep ${code(attributeOf(change))} as it is`
        : "keep it in the configuration; or also destroy what depends on it",
    phrase: isGateway ? "the internet gateway is still in use" : "the VPC is still in use",
  });
};

/** An internet gateway cannot be detached while something in the VPC has a public IP address. */
function needing(going: Change, isGateway: boolean, world: World): string[] {
  const vpc = own(going.before, isGateway ? "vpc_id" : "id");
  const all = typeof vpc === "string" && vpc !== "" ? (namedBy(world).vpcs.get(vpc) ?? []) : [];
  return all
    .filter((it) => it !== going && !isGone(it) && (!isGateway || hasPublicAddress(it)))
    .map(({ address }) => address);
}

function hasPublicAddress({ type, before }: Change): boolean {
  return (
    (type === "aws_lb" && own(before, "internal") === false) ||
    (type === "aws_nat_gateway" && own(before, "connectivity_type") !== "private")
  );
}
