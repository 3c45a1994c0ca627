import type { Installing } from "../analysis/targets/installing";
import { joinedShares, shareOf } from "./shared-wording";

/* Texts shared by the rules on packages. */

export const EGRESS_PROP =
  "`network: { egress }` creates the routes, so no prop causes this; remove the override or the resource you added";
export const NOT_INSTALLED =
  "the boot script cannot install, and nothing listens: connection refused, FailedHealthChecks, 502 Bad Gateway";

/** How many servers and how many of a server's subnets are affected, if not all. */
export function sharesOfServers(all: readonly Installing[]): (it: Installing) => { readonly share?: string } {
  const servers = shareOf(all.filter((it) => it.failed.length > 0).length, all.length, "servers");
  return ({ server, failed }) =>
    joinedShares([servers, shareOf(failed.length, server.subnetIds.items.length, "subnets")]);
}
