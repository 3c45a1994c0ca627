import { createHmac } from "node:crypto";
import * as v from "valibot";
import type { SynthesizedStack } from "../synthesize";

/*
 * What a reviewed plan does, as data: enough to say whether another plan does the same, and nothing that can be applied. Values are
 * digests under a key, so that no secret can be read or guessed from a record.
 */

/** A larger record is refused before it is read: 1,000 resources of a hundred attributes stay below it. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** `unknown` before the apply; with `~`, a digest of a value of which only parts are unknown. */
const digest = v.pipe(v.string(), v.regex(/^(~?[0-9a-f]{64}|unknown)$/));
const commit = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(4_096));
const actions = v.pipe(v.array(v.picklist(["no-op", "create", "read", "update", "delete", "forget"])), v.minLength(1), v.maxLength(2));

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
  /** Each attribute that changes, with the digests of its value before, if there was one, and after; unknown parts are part of it as such. */
  attributes: v.record(name, v.strictObject({ from: v.optional(digest), to: digest })),
});

const plannedSchema = v.strictObject({
  version: v.literal(1),
  stack: name,
  /** The digests of what the program says of its backend and of its providers. */
  configuration: v.strictObject({ backend: digest, providers: digest }),
  resources: v.record(name, changeSchema),
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
  const { provider, terraform } = json as { provider?: unknown; terraform?: { backend?: unknown; required_providers?: unknown } };
  const configuration = { backend: digestOf(terraform?.backend ?? null, key), providers: digestOf({ provider, required: terraform?.required_providers }, key) };
  return { version: 1, stack: id, configuration, ...changesOf(plan, key) };
}

/**
 * What a plan changes; what it only reads or leaves is not part of it.
 * @param key of the digests; two plans can be compared only under the same key
 */
export function changesOf(plan: ComparedPlan, key: Buffer): PlannedChanges {
  const resources = (plan.resource_changes ?? []).filter(({ mode }) => mode !== "data").flatMap((it): [string, Change][] => {
    const { address, previous_address: from, deposed, change } = it;
    const isMoved = from !== undefined && from !== address;
    if (change.actions.join() === "no-op" && !isMoved && change.importing === undefined) return [];
    return [[deposed === undefined ? address : `${address} (deposed ${deposed})`, { ...changeOf(change, key), ...(isMoved ? { from } : {}) }]];
  });
  const outputs = Object.entries(plan.output_changes ?? {}).filter(([, { actions: it }]) => it.join() !== "no-op")
    .map(([output, change]): [string, Change] => [output, changeOf({ ...change, before: { value: change.before }, after: { value: change.after }, after_unknown: { value: change.after_unknown } }, key)]);
  const invoked = (plan.action_invocations ?? []).map((it, index): [string, Change] => [`action ${it.address} (${index + 1})`, { actions: ["update"], attributes: { invocation: { to: digestOf(it, key) } } }]);
  return { resources: Object.fromEntries([...resources, ...invoked]), outputs: Object.fromEntries(outputs) };
}

function changeOf({ actions: doing, before, after, after_unknown: unknown, replace_paths: paths, importing }: ValueChange, key: Buffer): Change {
  const [was, is, open] = [before, after, unknown].map(objectOf) as [Values, Values, Values];
  const names = doing.join() === "delete" ? [] : [...new Set([...Object.keys(is), ...Object.keys(open), ...Object.keys(was)])].sort();
  const isNew = before === null || before === undefined;
  const changed = names.filter((it) => holdsUnknown(open[it]) || canonical(is[it] ?? null) !== canonical(was[it] ?? null) || (isNew && is[it] !== undefined && is[it] !== null));
  return {
    actions: [...doing] as Change["actions"],
    ...(isNew || was.id === undefined ? {} : { id: digestOf(was.id, key) }),
    ...(importing === undefined ? {} : { imports: digestOf(importing, key) }),
    ...(paths === undefined || paths.length === 0 ? {} : { replacedBy: [...new Set(paths.map((path) => path.join(".")))].sort() }),
    attributes: Object.fromEntries(changed.map((it) => [it, { ...(isNew ? {} : { from: digestOf(was[it] ?? null, key) }), to: digestOfOpen(is[it] ?? null, open[it], key) }])),
  };
}

function digestOfOpen(value: unknown, unknown: unknown, key: Buffer): string {
  return unknown === true ? "unknown" : `${holdsUnknown(unknown) ? "~" : ""}${digestOf(withUnknown(value, unknown), key)}`;
}

type Values = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Values {
  return typeof value === "object" && value !== null ? (value as Values) : {};
}

function holdsUnknown(unknown: unknown): boolean {
  return unknown === true || (typeof unknown === "object" && unknown !== null && Object.values(unknown).some(holdsUnknown));
}

/** The value with a mark in each place that is known only after the apply; no JSON that terraform writes has such a mark. */
function withUnknown(value: unknown, unknown: unknown): unknown {
  if (unknown === true) return { "\0unknown": true };
  if (typeof unknown !== "object" || unknown === null) return value;
  if (Array.isArray(unknown)) {
    const values = Array.isArray(value) ? (value as unknown[]) : [];
    return Array.from({ length: Math.max(values.length, unknown.length) }, (_, index) => withUnknown(values[index] ?? null, unknown[index]));
  }
  const [values, marks] = [objectOf(value), objectOf(unknown)];
  return Object.fromEntries([...new Set([...Object.keys(values), ...Object.keys(marks)])].map((it) => [it, withUnknown(values[it] ?? null, marks[it])]));
}

/** JSON whose objects have their members in one order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  return `{${Object.entries(value).filter(([, it]) => it !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, it]) => `${JSON.stringify(key)}:${canonical(it)}`).join()}}`;
}

function digestOf(value: unknown, key: Buffer): string {
  return createHmac("sha256", key).update(canonical(value)).digest("hex");
}

/**
 * How another plan differs from the reviewed one, one sentence for each address; none if it does the same.
 * @param isContinued whether applying the reviewed plan has begun: then it may do the rest of it, and what was unknown may be known
 */
export function differences(reviewed: PlannedRecord, now: PlannedRecord, isContinued = false): string[] {
  const configuration = (["backend", "providers"] as const).filter((it) => reviewed.configuration[it] !== now.configuration[it])
    .map((it) => `the configuration of the ${it} is another one`);
  return [...configuration, ...(["resources", "outputs"] as const).flatMap((part) => {
    const [before, after] = [new Map(Object.entries(reviewed[part])), new Map(Object.entries(now[part]))];
    return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((address) => {
      const difference = isContinued && isRestOf(address, before, after) ? "" : differenceOf(before.get(address), after.get(address));
      return difference === "" ? [] : [`${part === "outputs" ? "output " : ""}${address}: ${difference}`];
    });
  })];
}

type Changes = ReadonlyMap<string, Change>;

/** Whether what is planned for an address is what is left of what was reviewed for it, once terraform has failed in the middle. */
function isRestOf(address: string, before: Changes, after: Changes): boolean {
  const [reviewed, now] = [before.get(address), after.get(address)];
  if (now === undefined) return true;
  if (reviewed === undefined) {
    // What a replacement that creates first leaves behind if it could not destroy it.
    const [, replaced] = /^(.*) \(deposed [0-9a-f]+\)$/.exec(address) ?? [];
    return now.actions.join() === "delete" && isReplacement(before.get(replaced ?? ""));
  }
  const hasRest = Object.entries(now.attributes).every(([attribute, { to }]) => isStill(reviewed.attributes[attribute]?.to, to));
  // A failed creation leaves nothing, or an object of which terraform changes the rest, or which it replaces.
  if (reviewed.actions.includes("create")) return hasRest && now.actions.join() !== "delete";
  return hasRest && reviewed.actions.join() === now.actions.join() && reviewed.id === now.id && reviewed.imports === now.imports && reviewed.from === now.from;
}

function isReplacement(change: Change | undefined): boolean {
  return change?.actions.length === 2;
}

function isStill(reviewed: string | undefined, now: string): boolean {
  return reviewed === now || reviewed === "unknown" || (reviewed?.startsWith("~") ?? false);
}

function differenceOf(reviewed: Change | undefined, now: Change | undefined): string {
  if (reviewed === undefined || now === undefined) {
    return reviewed === undefined ? `now ${inWords(now)}, which was not reviewed` : `reviewed was ${inWords(reviewed)}, which is not planned any more`;
  }
  if (reviewed.actions.join() !== now.actions.join()) return `reviewed was ${inWords(reviewed)}, now ${inWords(now)}`;
  const attributes = [...new Set([...Object.keys(reviewed.attributes), ...Object.keys(now.attributes)])].sort().filter((it) => canonical(reviewed.attributes[it]) !== canonical(now.attributes[it]));
  return [
    ...(reviewed.id === now.id ? [] : [`${inWords(now)} of another object`]),
    ...(reviewed.from === now.from ? [] : [`moved from ${now.from ?? "nowhere"} instead of ${reviewed.from ?? "nowhere"}`]),
    ...(reviewed.imports === now.imports ? [] : ["another object is imported"]),
    ...(canonical(reviewed.replacedBy) === canonical(now.replacedBy) ? [] : [`replaced as ${now.replacedBy?.join(", ") || "nothing"} changes, not ${reviewed.replacedBy?.join(", ") || "nothing"}`]),
    ...(attributes.length === 0 ? [] : [`other values for ${attributes.join(", ")}`]),
  ].join("; ");
}

function inWords(change: Change | undefined): string {
  const { actions: doing = [] } = change ?? {};
  if (doing.length === 2) return doing[0] === "create" ? "replace (created first)" : "replace (destroyed first)";
  return doing[0] === "no-op" ? (change?.imports === undefined ? "move" : "import") : (doing[0] ?? "nothing");
}
