import * as v from "valibot";
import { COMMIT } from "../command";

/*
 * The changes of a reviewed plan, as data: enough to determine whether another plan does the same, and nothing that can
 * be applied. Values are keyed digests, so that no secret can be read or guessed from a record.
 */

/** A larger record is rejected before it is read: 1,000 resources with a hundred values are below it. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** The digest of a value at its place: the same value at another place has another digest. */
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const digestOrUnknown = v.union([digest, v.literal("unknown")]);
/**
 * The digests of the values within a list or an object, by the digests of their paths: parts can be unknown before the
 * apply, and known afterwards.
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
  /** The previous address, if it is moved. */
  from: v.optional(name),
  /** The digest of what is imported. */
  imports: v.optional(digest),
  /** The attributes that force a replacement, sorted. */
  replacedBy: v.optional(v.array(name)),
  /**
   * Each attribute that changes, with the digests of its value before (if any) and after; unknown parts are `unknown`.
   */
  attributes: v.record(name, v.strictObject({ from: v.optional(digest), to: v.union([digestOrUnknown, parts]) })),
  /** Whether it is replaced because its creation failed. */
  isTainted: v.optional(v.literal(true)),
});

const plannedSchema = v.strictObject({
  version: v.literal(1),
  stack: name,
  /** The digests of the configuration of the backend and of the providers. */
  configuration: v.strictObject({ backend: digest, providers: digest }),
  resources: v.record(name, changeSchema),
  /** By `output.<name>`. */
  outputs: v.record(name, changeSchema),
});

const keptSchema = v.strictObject({
  ...plannedSchema.entries,
  pullRequest: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** The commit of the target branch at the time of the plan. */
  base: commit,
  /** The commit that was planned. */
  head: commit,
});

/** As the pull request's own workflow uploads it: untrusted. */
export type PlannedRecord = v.InferOutput<typeof plannedSchema>;
/** As it is stored, with the pull request that GitHub reports. */
export type KeptRecord = v.InferOutput<typeof keptSchema>;
export type PlannedChanges = Pick<PlannedRecord, "resources" | "outputs">;
export type RecordedChange = v.InferOutput<typeof changeSchema>;
/** The digest of a value; if a part of it is unknown, the digests of its parts. */
export type Parts = RecordedChange["attributes"][string]["to"];

/** @throws {SyntaxError} if it is not a record */
export function parsePlanned(text: string): PlannedRecord {
  return parsed(plannedSchema, text);
}

/** @throws {SyntaxError} if it is not a stored record */
export function parseKept(text: string): KeptRecord {
  return parsed(keptSchema, text);
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, text: string): T {
  if (Buffer.byteLength(text) > MAX_RECORD_BYTES) throw new SyntaxError(`it is larger than ${MAX_RECORD_BYTES} bytes`);
  const { success, output, issues } = v.safeParse(schema, JSON.parse(text));
  if (success) return output;
  throw new SyntaxError(`${v.getDotPath(issues[0]) ?? "it"}: ${issues[0].message}`);
}
