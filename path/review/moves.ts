import { twinsOf } from "../analysis/writers/twins";
import { movedBlock } from "../fixes/blocks";
import type { Told } from "./because";
import type { World } from "./world";

/*
 * What terraform destroys and creates only because its address has changed: nothing happens to it with a `moved` block.
 */

/** The same cause, with that block as the way to avoid it, unless it has blocks of its own. */
export function withMove(told: Told, { byAddress, changes }: World): Told {
  const change = told.effect === "none" || told.hcl !== undefined ? undefined : byAddress.get(told.address);
  const twins = change === undefined ? undefined : twinsOf(changes).of(change);
  // What is wrong with the new one is mended there.
  if (twins === undefined || twins.old !== change || twins.old.type !== twins.fresh.type) return told;
  const hcl = movedBlock(twins.old.address, twins.fresh.address);
  return hcl === ""
    ? told
    : { ...told, avoid: "add the `moved` block, if it is the same one under another address", hcl };
}
