import { canonical } from "./digests";
import type { Parts, PlannedRecord, RecordedChange } from "./plan-record";

/* Compares another plan with the reviewed one. */

/**
 * The differences between another plan and the reviewed one, one line per address; none if both do the same.
 * @param isContinued whether the apply of the reviewed plan has started: then the plan may do the rest of it, and
 * values that were unknown may be known
 */
export function differences(reviewed: PlannedRecord, now: PlannedRecord, isContinued = false): string[] {
  const configuration = (["backend", "providers"] as const)
    .filter((it) => reviewed.configuration[it] !== now.configuration[it])
    .map((it) => `the configuration of the ${it} has changed`);
  return [
    ...configuration,
    ...(["resources", "outputs"] as const).flatMap((part) => {
      const [before, after] = [new Map(Object.entries(reviewed[part])), new Map(Object.entries(now[part]))];
      return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((address) => {
        const difference =
          isContinued && isRestOf(address, before, after) ? "" : differenceOf(before.get(address), after.get(address));
        return difference === "" ? [] : [`${address}: ${difference}`];
      });
    }),
  ];
}

type Changes = ReadonlyMap<string, RecordedChange>;

/**
 * Whether the plan for an address is the remaining part of what was reviewed for it, after terraform failed midway.
 */
function isRestOf(address: string, before: Changes, after: Changes): boolean {
  const [reviewed, now] = [before.get(address), after.get(address)];
  if (now === undefined) return true;
  if (reviewed === undefined) {
    // The old object of a create_before_destroy replacement that could not be destroyed.
    const replaced = before.get(/^(.*) \(deposed [0-9a-f]+\)$/.exec(address)?.[1] ?? "");
    return now.actions.join() === "delete" && replaced?.actions.length === 2 && replaced.id === now.id;
  }
  const isSame = reviewed.actions.join() === now.actions.join() && reviewed.id === now.id;
  // A failed creation leaves nothing, or an object that terraform updates, or a tainted object, which is created
  // again.
  const isRestOfCreation =
    reviewed.actions.includes("create") &&
    (["create", "update"].includes(now.actions.join()) || now.isTainted === true);
  // A move or an import is in the state before anything else happens.
  return (
    (isSame || isRestOfCreation) &&
    [undefined, reviewed.from].includes(now.from) &&
    [undefined, reviewed.imports].includes(now.imports) &&
    Object.entries(now.attributes).every(
      ([attribute, { from, to }]) =>
        isStill(reviewed.attributes[attribute]?.to, to) &&
        (isRestOfCreation || reviewed.attributes[attribute]?.from === from),
    )
  );
}

/** Whether a value equals the reviewed one, in all parts that were known then. */
function isStill(reviewed: Parts | undefined, now: Parts): boolean {
  if (reviewed === undefined || reviewed === "unknown") return reviewed !== undefined;
  if (typeof reviewed === "string" || typeof now === "string") return reviewed === now;
  const isOpen = (way: string) =>
    Object.entries(reviewed).some(([it, value]) => value === "unknown" && (way === it || way.startsWith(`${it}/`)));
  return (
    Object.entries(reviewed).every(([way, value]) => value === "unknown" || now[way] === value) &&
    Object.keys(now).every((way) => way in reviewed || isOpen(way))
  );
}

function differenceOf(reviewed: RecordedChange | undefined, now: RecordedChange | undefined): string {
  if (reviewed === undefined || now === undefined) {
    return reviewed === undefined
      ? `${inWords(now)} is planned, but was not reviewed`
      : `${inWords(reviewed)} was reviewed, but is no longer planned`;
  }
  if (reviewed.actions.join() !== now.actions.join())
    return `${inWords(reviewed)} was reviewed, but ${inWords(now)} is planned`;
  const attributes = [...new Set([...Object.keys(reviewed.attributes), ...Object.keys(now.attributes)])]
    .sort()
    .filter((it) => canonical(reviewed.attributes[it]) !== canonical(now.attributes[it]));
  return [
    ...(reviewed.id === now.id ? [] : [`${inWords(now)} of a different object`]),
    ...(reviewed.from === now.from
      ? []
      : [`moved from ${now.from ?? "nowhere"} instead of ${reviewed.from ?? "nowhere"}`]),
    ...(reviewed.imports === now.imports ? [] : ["imports a different object"]),
    ...(canonical(reviewed.replacedBy) === canonical(now.replacedBy)
      ? []
      : [
          `replaced because of ${now.replacedBy?.join(", ") || "nothing"} instead of ` +
            `${reviewed.replacedBy?.join(", ") || "nothing"}`,
        ]),
    ...(attributes.length === 0 ? [] : [`different values for ${attributes.join(", ")}`]),
  ].join("; ");
}

function inWords(change: RecordedChange | undefined): string {
  const { actions: doing = [] } = change ?? {};
  if (doing.length === 2)
    return doing[0] === "create" ? "replace (create, then destroy)" : "replace (destroy, then create)";
  return doing[0] === "no-op" ? (change?.imports === undefined ? "move" : "import") : (doing[0] ?? "nothing");
}
