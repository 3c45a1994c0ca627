import { twinsOf } from "../analysis/writers/twins";
import { movedBlock } from "../fixes/blocks";
import type { PhrasedCause } from "./because";
import type { World } from "./world";

/*
 * Resources that Terraform destroys and creates only because their address changes. With a `moved` block they stay as
 * they are.
 */

/** The same cause with that block as its fix, unless it has blocks of its own. */
export function withMove(reported: PhrasedCause, { byAddress, changes }: World): PhrasedCause {
  const change = reported.effect === "none" || reported.hcl !== undefined ? undefined : byAddress.get(reported.address);
  const twins = change === undefined ? undefined : twinsOf(changes).of(change);
  // An error of the new resource is fixed there.
  if (twins === undefined || twins.old !== change || twins.old.type !== twins.fresh.type) return reported;
  const hcl = movedBlock(twins.old.address, twins.fresh.address);
  return hcl === ""
    ? reported
    : { ...reported, avoid: "add the `moved` block if it is the same resource under another address", hcl };
}
