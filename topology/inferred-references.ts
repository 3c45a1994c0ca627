import { TARGET } from "./expected";
import type { Expected } from "./fields";
import { isOfType, wanted } from "./fitting";
import { followInstances } from "./instance-references";
import { type Asker, opened, type Walk } from "./reference-walk";
import type { Scope } from "./scope";
import { isSymbol } from "./symbols";
import type { Step } from "./traversal";

/** The variables and outputs through which a module may get what is expected; each is followed when called. */
export type Ways = () => readonly (() => unknown[])[];

/** A plan does not contain locals; a local with one possible value gets it, any other stays open. */
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
  const why = `known after apply; a plan does not contain the value of ${name}`;
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
    // A local with a block's instances by their keys is for selecting one of them.
    return values.length > 1 &&
      typeof here[0]?.key === "string" &&
      here[0].type !== "aws_subnet" &&
      name.startsWith("local.")
      ? opened(walk, why)
      : values;
  }
  if (blocks.size > 1) return opened(walk, why);
  const values = identitiesOf(scope, walk, ways);
  // If there are as many attachments as targets, each has one.
  const own = expected === TARGET && asker.place?.of === values.length ? values[asker.place.index] : undefined;
  const only = values.length === 1 ? values[0] : own;
  return only === undefined ? opened(walk, why) : [only];
}

const identities = new WeakMap<Scope, Map<Expected, readonly unknown[]>>();

/** The identities of the expected kind that a module gets from its caller or from a module it calls. */
function identitiesOf(scope: Scope, walk: Walk, ways: Ways): readonly unknown[] {
  const { expected, open } = walk;
  const found = identities.get(scope) ?? identities.set(scope, new Map()).get(scope);
  const known = expected === undefined ? [] : found?.get(expected);
  if (expected === undefined || found === undefined || known !== undefined) return known ?? [];
  // During the search they resolve to nothing.
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
