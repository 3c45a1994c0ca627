import type { WaysBack } from "../analysis/network/ways-back";
import { joinedShares, shareOf } from "./shared-wording";

/* What the rules on a public load balancer's routes write alike. */

export const NO_ROUTE = "ERR_CONNECTION_TIMED_OUT; Reachability Analyzer: NO_ROUTE_TO_DESTINATION";

/** Which clients are hit, where not all of them are. */
export function shareOfSubnets({ balancer, family, shut }: WaysBack): { readonly share?: string } {
  const clients = family === "IPv6" ? { share: "clients that come by IPv6" } : {};
  return joinedShares([shareOf(shut.length, balancer.subnetIds.items.length, "subnets"), clients]);
}
