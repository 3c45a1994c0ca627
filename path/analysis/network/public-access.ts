import type { Balancer, BlockPublicAccess, Topology } from "../../../topology/model";
import { type Attr, known } from "../../../topology/value";

/*
 * VPC Block Public Access: https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
 */

/** The settings for a load balancer: each applies to one region. */
export function accessSettingsOf({ blockPublicAccess }: Topology, { region }: Balancer): readonly BlockPublicAccess[] {
  const here = known(region);
  return blockPublicAccess.filter((it) => {
    const there = known(it.region);
    return there === undefined || here === undefined || there === here;
  });
}

export function blocksInbound(mode: string | undefined): mode is "block-bidirectional" | "block-ingress" {
  return mode === "block-bidirectional" || mode === "block-ingress";
}

/** Whether a subnet, or its VPC, is certainly excluded. */
export function isExcluded({ excluded }: BlockPublicAccess, id: Attr<string>, vpcId: Attr<string>): boolean {
  return [known(id), known(vpcId)].some((it) => it !== undefined && excluded.items.includes(it));
}
