import type { WaysBack } from "../analysis/network/ways-back";
import { joinedShares, shareOf } from "./shared-wording";

/* Texts that the rules about an internet-facing load balancer's routes share. */

export const NO_ROUTE = "ERR_CONNECTION_TIMED_OUT; Reachability Analyzer: NO_ROUTE_TO_DESTINATION";

/** The affected clients, if not all of them are. */
export function shareOfSubnets({ balancer, family, shut }: WaysBack): { readonly share?: string } {
  const clients = family === "IPv6" ? { share: "clients over IPv6" } : {};
  return joinedShares([shareOf(shut.length, balancer.subnetIds.items.length, "subnets"), clients]);
}
