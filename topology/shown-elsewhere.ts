import { isObject, type Json, listOf, objectOf, own } from "./json";
import { type Made, makerOf, text } from "./made-elsewhere";
import { keysIn, SHOWN } from "./shown-attributes";

/*
 * Attributes in which a resource shows what others make: a security group its rules, a route table its routes. A
 * refresh fills them with what stands before the apply, so that a rule which the plan destroys would still let requests
 * through. What the plan takes away is taken out of them here, and what stays is told once; what the plan adds the
 * readers have from the other resources themselves.
 */

/** What others make in such attributes, found once for all of them. */
export class ShownElsewhere {
  /** By place and parent: what the plan takes away, with what it leaves instead. */
  private readonly goes = new Map<string, Map<string, string>>();
  /** The same of what stands and stays. */
  private readonly stays = new Map<string, Map<string, string>>();

  /** @param changes a plan's `resource_changes` */
  static ofPlan(changes: readonly unknown[]): ShownElsewhere {
    const found = new ShownElsewhere();
    for (const item of changes) {
      const change = own(item, "change");
      const makes = makerOf(item);
      const before = own(change, "before");
      // What terraform forgets stays on AWS.
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
   * The values of a resource as they will be, less what the plan takes out of them by others, and less what is told of
   * the others already; the same object where that is nothing.
   * @param isConfigured whether the configuration sets an argument, which then shows its own
   */
  in(type: string, before: Json, after: Json, isConfigured: (argument: string) => boolean): Json {
    const shown = Object.hasOwn(SHOWN, type) ? (SHOWN[type] ?? []) : [];
    let left = after;
    for (const { attribute, place, by = "id", isRead = false, isListed = false, less } of shown) {
      const value = own(after, attribute);
      const slot = `${place} ${text(before, by)}`;
      // What a list of its own names as well is told as two writers of one thing.
      const going = isListed && isConfigured(attribute) ? undefined : this.goes.get(slot);
      const standing = isRead && !isConfigured(attribute) ? this.stays.get(slot) : undefined;
      if ((going ?? standing) === undefined || value === undefined || value === null) continue;
      const stood = keysIn(less, own(before, attribute), before);
      // What the resource adds by itself is its own.
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
