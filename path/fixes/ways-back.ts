import type { WaysBack } from "../analysis/network/ways-back";

/* What the rules on a public balancer's routes write alike. */

export const NO_ROUTE = "ERR_CONNECTION_TIMED_OUT; Reachability Analyzer: NO_ROUTE_TO_DESTINATION";

/** Which clients are hit, where not all of them are. */
export function shareOfSubnets({ balancer, family, shut }: WaysBack): { readonly share?: string } {
  const count = balancer.subnetIds.items.length;
  const parts = [
    ...(shut.length < count ? [`${shut.length} of ${count} subnets`] : []),
    ...(family === "IPv6" ? ["clients that come by IPv6"] : []),
  ];
  return parts.length === 0 ? {} : { share: parts.join(", ") };
}
