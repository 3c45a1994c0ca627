import type { Installing } from "../analysis/targets/installing";
import { joinedShares, shareOf } from "./shared-wording";

/* What the rules on packages write alike. */

export const EGRESS_PROP =
  "`network: { egress }` makes the way that fits; no prop breaks it: remove the override or the added resource";
export const NOT_INSTALLED =
  "the boot script cannot install, nothing listens: connection refused, FailedHealthChecks, 502 Bad Gateway";

/** Which servers and which of a server's subnets are hit, where not all of them are. */
export function sharesOfServers(all: readonly Installing[]): (it: Installing) => { readonly share?: string } {
  const servers = shareOf(all.filter((it) => it.failed.length > 0).length, all.length, "servers");
  return ({ server, failed }) =>
    joinedShares([servers, shareOf(failed.length, server.subnetIds.items.length, "subnets")]);
}
