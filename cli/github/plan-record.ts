import { createHmac } from "node:crypto";
import * as v from "valibot";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { doingOf } from "../../topology/changes";
import { COMMIT } from "../command";

/*
 * What a reviewed plan does, as data: enough to say whether another plan does the same, and nothing that can be
 * applied. Values are digests under a key, so that no secret can be read or guessed from a record.
 */

/** A larger record is refused before it is read: 1,000 resources of a hundred values stay below it. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** Of a value in its place: the same value elsewhere has another one. */
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const digestOrUnknown = v.union([digest, v.literal("unknown")]);
/**
 * Of what is within a list or an object, by the digests of the way to it: parts can be unknown before the apply, and
 * known afterwards.
 */
const parts = v.record(v.pipe(v.string(), v.regex(/^[0-9a-f]{16}(\/[0-9a-f]{16})*$/)), digestOrUnknown);
const commit = v.pipe(v.string(), v.regex(COMMIT));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(4_096));
const actions = v.pipe(
  v.array(v.picklist(["no-op", "create", "read", "update", "delete", "forget"])),
  v.minLength(1),
  v.maxLength(2),
);

const changeSchema = v.strictObject({
  actions,
  /** The digest of what is changed, replaced or destroyed; absent for what is created. */
  id: v.optional(digest),
  /** Where it was before, if it is moved. */
  from: v.optional(name),
  /** The digest of what is imported. */
  imports: v.optional(digest),
  /** The attributes that force a replacement, sorted. */
  replacedBy: v.optional(v.array(name)),
  /**
   * Each attribute that changes, with the digests of its value before, if there was one, and after; unknown parts are
   * part of it as such.
   */
  attributes: v.record(name, v.strictObject({ from: v.optional(digest), to: v.union([digestOrUnknown, parts]) })),
  /** Whether it is replaced because its creation had failed. */
  isTainted: v.optional(v.literal(true)),
});

const plannedSchema = v.strictObject({
  version: v.literal(1),
  stack: name,
  /** The digests of what the program says of its backend and of its providers. */
  configuration: v.strictObject({ backend: digest, providers: digest }),
  resources: v.record(name, changeSchema),
  /** By `output.<name>`. */
  outputs: v.record(name, changeSchema),
});

const keptSchema = v.strictObject({
  ...plannedSchema.entries,
  pullRequest: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** The commit that the pull request would be merged into when it was planned. */
  base: commit,
  /** The commit that was planned. */
  head: commit,
});

/** As the pull request's own workflow leaves it: its author decided what it says. */
export type PlannedRecord = v.InferOutput<typeof plannedSchema>;
/** As it is kept: which pull request it is of, GitHub said. */
export type KeptRecord = v.InferOutput<typeof keptSchema>;
export type PlannedChanges = Pick<PlannedRecord, "resources" | "outputs">;
type Change = v.InferOutput<typeof changeSchema>;
type Parts = Change["attributes"][string]["to"];

/** `terraform show -json` of a plan, as far as it is read here. */
export interface ComparedPlan {
  readonly resource_changes?: readonly ResourceChange[];
  readonly output_changes?: Readonly<Record<string, ValueChange>>;
  /** What terraform 1.14 and later does besides, such as to invoke a function. */
  readonly action_invocations?: readonly { readonly address: string }[];
}

interface ValueChange {
  readonly actions: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
  readonly after_unknown?: unknown;
  readonly replace_paths?: readonly (readonly (string | number)[])[];
  readonly importing?: object;
}

interface ResourceChange {
  readonly address: string;
  readonly previous_address?: string;
  readonly mode?: string;
  /** Of an object that create_before_destroy left behind. */
  readonly deposed?: string;
  readonly action_reason?: string;
  readonly change: ValueChange;
}

/** @throws {SyntaxError} if it is no record */
export function parsePlanned(text: string): PlannedRecord {
  return parsed(plannedSchema, text);
}

/** @throws {SyntaxError} if it is no kept record */
export function parseKept(text: string): KeptRecord {
  return parsed(keptSchema, text);
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, text: string): T {
  if (Buffer.byteLength(text) > MAX_RECORD_BYTES) throw new SyntaxError(`it has more than ${MAX_RECORD_BYTES} bytes`);
  const { success, output, issues } = v.safeParse(schema, JSON.parse(text));
  if (success) return output;
  throw new SyntaxError(`${v.getDotPath(issues[0]) ?? "it"}: ${issues[0].message}`);
}

/** The record of a stack's plan. Two runs that plan the same write the same. */
export function recordOf({ id, json }: SynthesizedStack, plan: ComparedPlan, key: Buffer): PlannedRecord {
  const { provider, terraform } = json as {
    provider?: unknown;
    terraform?: { backend?: unknown; required_providers?: unknown };
  };
  const digests = new Digests(key, [id]);
  const configuration = {
    backend: digests.of("backend", terraform?.backend ?? null),
    providers: digests.of("providers", { provider, required: terraform?.required_providers }),
  };
  return { version: 1, stack: id, configuration, ...changesOf(plan, digests) };
}

/** What a plan changes; what it only reads or leaves is not part of it. */
function changesOf(plan: ComparedPlan, digests: Digests): PlannedChanges {
  const resources = (plan.resource_changes ?? [])
    .filter(({ mode }) => mode !== "data")
    .flatMap((it): [string, Change][] => {
      const { address, previous_address: from, deposed, change, action_reason: reason } = it;
      const isMoved = from !== undefined && from !== address;
      if (doingOf({ ...it }) === "none") return [];
      const more = {
        ...(isMoved ? { from } : {}),
        ...(reason === "replace_because_tainted" ? { isTainted: true as const } : {}),
      };
      return [
        [
          deposed === undefined ? address : `${address} (deposed ${deposed})`,
          { ...changeOf(change, digests.within(address)), ...more },
        ],
      ];
    });
  const invoked = (plan.action_invocations ?? []).map((it, index): [string, Change] => {
    const address = `action ${it.address} (${index + 1})`;
    return [
      address,
      { actions: ["update"], attributes: { invocation: { to: digests.within(address).of("invocation", it) } } },
    ];
  });
  const outputs = Object.entries(plan.output_changes ?? {})
    .filter(([, { actions: it }]) => it.join() !== "no-op")
    .map(([output, change]): [string, Change] => {
      const value = {
        ...change,
        before: { value: change.before },
        after: { value: change.after },
        after_unknown: { value: change.after_unknown },
      };
      return [`output.${output}`, changeOf(value, digests.within(`output.${output}`))];
    });
  return { resources: Object.fromEntries([...resources, ...invoked]), outputs: Object.fromEntries(outputs) };
}

function changeOf(
  { actions: doing, before, after, after_unknown: unknown, replace_paths: paths, importing }: ValueChange,
  digests: Digests,
): Change {
  const [was, is, open] = [before, after, unknown].map(objectOf) as [Values, Values, Values];
  const names =
    doing.join() === "delete"
      ? []
      : [...new Set([...Object.keys(is), ...Object.keys(open), ...Object.keys(was)])].sort();
  const isNew = before === null || before === undefined;
  const changed = names.filter(
    (it) =>
      holdsUnknown(open[it]) ||
      canonical(is[it] ?? null) !== canonical(was[it] ?? null) ||
      (isNew && is[it] !== undefined && is[it] !== null),
  );
  return {
    actions: [...doing] as Change["actions"],
    ...(isNew || was.id === undefined ? {} : { id: digests.of("id", was.id) }),
    ...(importing === undefined ? {} : { imports: digests.of("import", importing) }),
    ...(paths === undefined || paths.length === 0
      ? {}
      : { replacedBy: [...new Set(paths.map((path) => path.join(".")))].sort() }),
    attributes: Object.fromEntries(
      changed.map((it) => [
        it,
        {
          ...(isNew ? {} : { from: digests.of(it, was[it] ?? null) }),
          to: digests.within(it).ofParts(is[it] ?? null, open[it]),
        },
      ]),
    ),
  };
}

/**
 * Digests of values that stand in one place of a plan. Each place has its own, so that equal values in two places
 * cannot be told.
 */
class Digests {
  constructor(
    private readonly key: Buffer,
    private readonly place: readonly string[],
  ) {}

  within(name: string): Digests {
    return new Digests(this.key, [...this.place, name]);
  }

  of(name: string, value: unknown): string {
    return this.digest([...this.place, name], value, 32);
  }

  /** Of a value, or of each that is within it, as `unknown` where it is. */
  ofParts(value: unknown, unknown: unknown): Parts {
    const found = [...this.leaves(value, unknown, [])];
    return found.length === 1 && found[0]?.[0] === "" ? found[0][1] : Object.fromEntries(found);
  }

  private *leaves(value: unknown, unknown: unknown, path: readonly string[]): Generator<[string, string]> {
    const [values, marks] = [objectOf(value), objectOf(unknown)];
    const names =
      unknown === true
        ? []
        : [...new Set([...Object.keys(values), ...Object.keys(marks).filter((it) => holdsUnknown(marks[it]))])];
    if (names.length === 0)
      yield [this.way(path), unknown === true ? "unknown" : this.digest([...this.place, ...path], value, 32)];
    for (const it of names) yield* this.leaves(values[it] ?? null, marks[it], [...path, it]);
  }

  /** Names within a value can be as secret as the value. */
  private way(path: readonly string[]): string {
    return path.map((name, index) => this.digest([...this.place, ...path.slice(0, index)], { name }, 16)).join("/");
  }

  private digest(place: readonly string[], value: unknown, length: number): string {
    return createHmac("sha256", this.key)
      .update(canonical([place, value]))
      .digest("hex")
      .slice(0, length);
  }
}

type Values = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Values {
  return typeof value === "object" && value !== null ? (value as Values) : {};
}

function holdsUnknown(unknown: unknown): boolean {
  return (
    unknown === true || (typeof unknown === "object" && unknown !== null && Object.values(unknown).some(holdsUnknown))
  );
}

/** JSON whose objects have their members in one order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  return `{${Object.entries(value)
    .filter(([, it]) => it !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, it]) => `${JSON.stringify(key)}:${canonical(it)}`)
    .join()}}`;
}

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

type Changes = ReadonlyMap<string, Change>;

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

function differenceOf(reviewed: Change | undefined, now: Change | undefined): string {
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

function inWords(change: Change | undefined): string {
  const { actions: doing = [] } = change ?? {};
  if (doing.length === 2) return doing[0] === "create" ? "replace (created first)" : "replace (destroyed first)";
  return doing[0] === "no-op" ? (change?.imports === undefined ? "move" : "import") : (doing[0] ?? "nothing");
}
