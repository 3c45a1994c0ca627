import { TARGET } from "./expected";
import type { Expected } from "./fields";
import { isOfType, wanted } from "./fitting";
import { followInstances } from "./instance-references";
import { type Asker, opened, type Walk } from "./reference-walk";
import type { Scope } from "./scope";
import { isSymbol } from "./symbols";
import type { Step } from "./traversal";

/** The variables and outputs through which a module may have what is looked for; each is followed when it is called. */
export type Ways = () => readonly (() => unknown[])[];

/** A local of a plan is not in the file; what it can only be is taken, all else stays open. */
export function inferred(
  scope: Scope,
  name: string,
  path: readonly Step[],
  keyed: Asker,
  asker: Asker,
  walk: Walk,
  ways: Ways,
): unknown[] {
  const { expected } = walk;
  const why = `known after apply, and a plan does not say what ${name} is`;
  if (expected === undefined) return opened(walk, why);
  const here = scope.ofTypes(expected.types).filter((it) => it.address !== asker.address);
  const blocks = new Set(here.map(({ siblings }) => siblings[0]));
  if (blocks.size === 1) {
    const values = followInstances(
      here,
      path.filter((step) => typeof step === "number"),
      keyed,
      asker,
      walk,
    );
    // A local that holds a block's instances by their keys is there to choose from.
    return values.length > 1 &&
      typeof here[0]?.key === "string" &&
      here[0].type !== "aws_subnet" &&
      name.startsWith("local.")
      ? opened(walk, why)
      : values;
  }
  if (blocks.size > 1) return opened(walk, why);
  const values = identitiesOf(scope, walk, ways);
  // As many attachments as there are targets have one each.
  const own = expected === TARGET && asker.place?.of === values.length ? values[asker.place.index] : undefined;
  const only = values.length === 1 ? values[0] : own;
  return only === undefined ? opened(walk, why) : [only];
}

const identities = new WeakMap<Scope, Map<Expected, readonly unknown[]>>();

/** The identities of the kind that is looked for that a module is given, or has from one that it calls. */
function identitiesOf(scope: Scope, walk: Walk, ways: Ways): readonly unknown[] {
  const { expected, open } = walk;
  const found = identities.get(scope) ?? identities.set(scope, new Map()).get(scope);
  const known = expected === undefined ? [] : found?.get(expected);
  if (expected === undefined || found === undefined || known !== undefined) return known ?? [];
  // While they are looked for they lead nowhere.
  found.set(expected, []);
  const values = [
    ...new Set(
      ways()
        .flatMap((way) => wanted(way(), expected))
        .filter((it) => isSymbol(it) && isOfType(it, expected)),
    ),
  ];
  walk.open = open;
  found.set(expected, values);
  return values;
}
