import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import type { DnsRecord } from "../../../topology/model";
import { code, type EffectRule, tell } from "../because";
import type { World } from "../world";

/* Records with `allow_overwrite` that are written over one that goes. */

/** The change that writes a record over the one that goes, so that terraform may destroy the new one. */
export function overwriterOf(change: Change, later: readonly DnsRecord[], { byAddress }: World): Change | undefined {
  return later.map(({ address }) => byAddress.get(address)).find((it) => overwrites(it, change));
}

/**
 * Whether a record is written over one that is destroyed as well. The provider destroys whatever has the name, the type
 * and the set identifier at that moment; of two addresses nothing orders the two, and by create_before_destroy the new
 * one is always the one that goes.
 */
function overwrites(it: Change | undefined, { doing, address, isCreatedFirst, before }: Change): boolean {
  if (it === undefined || own(it.after, "allow_overwrite") !== true) return false;
  const isAlsoWritten =
    it.address === address
      ? doing === "replace" && isCreatedFirst
      : doing === "destroy" && (it.doing === "create" || it.doing === "replace");
  return (
    isAlsoWritten &&
    ["zone_id", "name", "type", "set_identifier"].every(
      (key) => (own(it.after, key) || undefined) === (own(before, key) || undefined),
    )
  );
}

export function tellOverwritten(
  change: Change,
  by: Change,
  name: string,
  itself: string,
  world: World,
): ReturnType<EffectRule> {
  const isItself = by.address === change.address;
  return tell(change, world, {
    hop: "dns",
    effect: "outage",
    then:
      `${isItself ? "the new one is written over the old one" : `${code(by.address)} is written over it`}, and ` +
      `terraform ${isItself ? "then destroys" : "may then destroy"} that one, as the provider destroys whatever ` +
      `has the name and the type; ${name} is not found until the next apply`,
    avoid: isItself
      ? "take `create_before_destroy` away"
      : "add a `moved` block, if it is the same record under another name; or take the old one out of the state " +
        "with a `removed` block",
    phrase: `at ${itself}, whose new record may be destroyed with the old one`,
  });
}
