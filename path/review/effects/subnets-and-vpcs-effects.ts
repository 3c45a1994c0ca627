import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import { type EffectRule, named, tell } from "../because";
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
    return tell(change, world, {
      hop,
      effect: "fails",
      then:
        `AWS refuses to destroy it with \`DependencyViolation\`, after terraform has tried for 20 minutes, as ` +
        `${named(holders)} still ${holders.length === 1 ? "is" : "are"} in it`,
      avoid:
        "make the new subnet beside the old one, let everything move there, and take the old one away in an " +
        "apply of its own",
      phrase: "a subnet is still in use",
    });
  if (hop === null) return [];
  return tell(change, world, {
    hop,
    effect: "none",
    then:
      change.doing === "destroy"
        ? "nothing is in it by then"
        : "what is in it is replaced as well, and reported by itself",
  });
};

/** A VPC, or its gateway to the internet, which other resources still need. */
export const vpcRule: EffectRule = (change, world) => {
  const isGateway = change.type === "aws_internet_gateway";
  if ((change.type !== "aws_vpc" && !isGateway) || !isGone(change)) return [];
  const inTheWay = needing(change, isGateway, world);
  if (inTheWay.length === 0) return [];
  const [is, has] = inTheWay.length === 1 ? ["is", "has"] : ["are", "have"];
  return tell(change, world, {
    hop: "listener",
    effect: "fails",
    then:
      `AWS refuses to destroy it with \`DependencyViolation\`, as ${named(inTheWay)} still ` +
      `${isGateway ? `${has} public addresses that lead through it` : `${is} in it`}`,
    avoid: "leave it in the configuration; or take away what needs it as well",
    phrase: isGateway ? "the internet gateway is still in use" : "the VPC is still in use",
  });
};

/** A gateway cannot be detached as long as something in the VPC has a public address. */
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
