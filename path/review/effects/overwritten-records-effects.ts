import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import type { DnsRecord } from "../../../topology/model";
import { code, type EffectRule, report } from "../because";
import type { World } from "../world";

/* Records with `allow_overwrite` that overwrite a record that is destroyed. */

/** The change that overwrites the destroyed record, so that Terraform may delete the new one. */
export function overwriterOf(change: Change, later: readonly DnsRecord[], { byAddress }: World): Change | undefined {
  return later.map(({ address }) => byAddress.get(address)).find((it) => overwrites(it, change));
}

/**
 * Whether a record overwrites one that is destroyed as well. The provider deletes the record that has the name, the
 * type and the set identifier at that moment. Two addresses have no defined order; with `create_before_destroy` the new
 * record is always the one that is deleted.
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

export function reportOverwritten(
  change: Change,
  by: Change,
  name: string,
  itself: string,
  world: World,
): ReturnType<EffectRule> {
  const isItself = by.address === change.address;
  return report(change, world, {
    hop: "dns",
    effect: "outage",
    then:
      `${isItself ? "the new record overwrites the old one" : `${code(by.address)} overwrites it`}, and Terraform ` +
      `${isItself ? "then deletes it" : "may then delete the new record"}, because the provider deletes by name and ` +
      `type; ${name} then does not resolve until the next apply`,
    avoid: isItself
      ? "remove `create_before_destroy`"
      : "add a `moved` block if it is the same record under another address; or remove the old one from the state " +
        "with a `removed` block",
    phrase: `at ${itself} because the new record may be deleted with the old one`,
  });
}
