import { isObject, type Json, listOf, objectOf, own } from "./json";
import { type Made, makerOf, text } from "./made-elsewhere";
import { keysIn, SHOWN } from "./shown-attributes";

/*
 * Attributes in which a resource shows what others create: a security group its rules, a route table its routes. A
 * refresh fills them with what exists before the apply, so a rule that the plan destroys would still seem to allow
 * requests. What the plan removes is removed from them here, and what stays is counted once. What the plan adds comes
 * from the other resources themselves.
 */

/** What others create in such attributes, indexed once for all of them. */
export class ShownElsewhere {
  /** By list and parent: what the plan removes, with what replaces it. */
  private readonly goes = new Map<string, Map<string, string>>();
  /** The same for what exists and stays. */
  private readonly stays = new Map<string, Map<string, string>>();

  /** @param changes a plan's `resource_changes` */
  static ofPlan(changes: readonly unknown[]): ShownElsewhere {
    const found = new ShownElsewhere();
    for (const item of changes) {
      const change = own(item, "change");
      const makes = makerOf(item);
      const before = own(change, "before");
      // Resources that Terraform forgets stay on AWS.
      if (makes === undefined || !isObject(before) || listOf(own(change, "actions")).includes("forget")) continue;
      const isLeft = own(item, "deposed") === undefined && isObject(own(change, "after"));
      const left = new Set(isLeft ? makes(objectOf(own(change, "after"))).map((it) => JSON.stringify(it)) : []);
      for (const made of makes(before))
        note(left.has(JSON.stringify(made)) ? found.stays : found.goes, made, text(before, "original_route_table_id"));
    }
    return found;
  }

  /** @param resources those of a state */
  static ofState(resources: readonly unknown[]): ShownElsewhere {
    const found = new ShownElsewhere();
    for (const item of resources)
      for (const made of makerOf(item)?.(objectOf(own(item, "values"))) ?? []) note(found.stays, made, "");
    return found;
  }

  /**
   * The planned values of a resource, without what the plan removes through other resources, and without what is
   * already counted for them; the same object if nothing changes.
   * @param isConfigured whether the configuration sets an argument, which then shows its own values
   */
  in(type: string, before: Json, after: Json, isConfigured: (argument: string) => boolean): Json {
    const shown = Object.hasOwn(SHOWN, type) ? (SHOWN[type] ?? []) : [];
    let left = after;
    for (const { attribute, place, by = "id", isRead = false, isListed = false, less } of shown) {
      const value = own(after, attribute);
      const slot = `${place} ${text(before, by)}`;
      // An item that is also in its own list is reported as two writers of one thing.
      const going = isListed && isConfigured(attribute) ? undefined : this.goes.get(slot);
      const standing = isRead && !isConfigured(attribute) ? this.stays.get(slot) : undefined;
      if ((going ?? standing) === undefined || value === undefined || value === null) continue;
      const stood = keysIn(less, own(before, attribute), before);
      // What the resource itself adds is its own.
      left = {
        ...left,
        [attribute]: less(
          value,
          (key) => stood.has(key) && (going?.has(key) === true || standing?.has(key) === true),
          before,
          [...(going?.values() ?? [])].filter((it) => it !== ""),
        ),
      };
    }
    return left;
  }
}

function note(places: Map<string, Map<string, string>>, [place, parent, key]: Made, instead: string): void {
  const slot = `${place} ${parent}`;
  places.set(slot, (places.get(slot) ?? new Map<string, string>()).set(key, instead));
}
