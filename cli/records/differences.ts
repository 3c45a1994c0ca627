import { canonical } from "./digests";
import type { Parts, PlannedRecord, RecordedChange } from "./plan-record";

/* Whether another plan does what was reviewed. */

/**
 * How another plan differs from the reviewed one, one sentence for each address; none if it does the same.
 * @param isContinued whether applying the reviewed plan has begun: then it may do the rest of it, and what was unknown
 * may be known
 */
export function differences(reviewed: PlannedRecord, now: PlannedRecord, isContinued = false): string[] {
  const configuration = (["backend", "providers"] as const)
    .filter((it) => reviewed.configuration[it] !== now.configuration[it])
    .map((it) => `the configuration of the ${it} is another one`);
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
 * Whether what is planned for an address is what is left of what was reviewed for it, once terraform has failed in the
 * middle.
 */
function isRestOf(address: string, before: Changes, after: Changes): boolean {
  const [reviewed, now] = [before.get(address), after.get(address)];
  if (now === undefined) return true;
  if (reviewed === undefined) {
    // What a replacement that creates first leaves behind if it could not destroy it.
    const replaced = before.get(/^(.*) \(deposed [0-9a-f]+\)$/.exec(address)?.[1] ?? "");
    return now.actions.join() === "delete" && replaced?.actions.length === 2 && replaced.id === now.id;
  }
  const isSame = reviewed.actions.join() === now.actions.join() && reviewed.id === now.id;
  // A failed creation leaves nothing, or an object of which terraform changes the rest, or which is tainted and so
  // created again.
  const isRestOfCreation =
    reviewed.actions.includes("create") &&
    (["create", "update"].includes(now.actions.join()) || now.isTainted === true);
  // A move or an import is in the state before anything else is done.
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

/** Whether a value is the reviewed one, in all that was known then. */
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
      ? `now ${inWords(now)}, which was not reviewed`
      : `reviewed was ${inWords(reviewed)}, which is not planned any more`;
  }
  if (reviewed.actions.join() !== now.actions.join()) return `reviewed was ${inWords(reviewed)}, now ${inWords(now)}`;
  const attributes = [...new Set([...Object.keys(reviewed.attributes), ...Object.keys(now.attributes)])]
    .sort()
    .filter((it) => canonical(reviewed.attributes[it]) !== canonical(now.attributes[it]));
  return [
    ...(reviewed.id === now.id ? [] : [`${inWords(now)} of another object`]),
    ...(reviewed.from === now.from
      ? []
      : [`moved from ${now.from ?? "nowhere"} instead of ${reviewed.from ?? "nowhere"}`]),
    ...(reviewed.imports === now.imports ? [] : ["another object is imported"]),
    ...(canonical(reviewed.replacedBy) === canonical(now.replacedBy)
      ? []
      : [
          `replaced as ${now.replacedBy?.join(", ") || "nothing"} changes, not ` +
            `${reviewed.replacedBy?.join(", ") || "nothing"}`,
        ]),
    ...(attributes.length === 0 ? [] : [`other values for ${attributes.join(", ")}`]),
  ].join("; ");
}

function inWords(change: RecordedChange | undefined): string {
  const { actions: doing = [] } = change ?? {};
  if (doing.length === 2) return doing[0] === "create" ? "replace (created first)" : "replace (destroyed first)";
  return doing[0] === "no-op" ? (change?.imports === undefined ? "move" : "import") : (doing[0] ?? "nothing");
}
