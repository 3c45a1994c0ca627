import { type Change, valueAt } from "../../topology/changes";
import type { Hop } from "../report";
import type { Cause, Effect } from "./review-report";
import type { World } from "./world";

/* Why terraform does it, in which order, and how a rule tells what follows of that. */

/**
 * A cause, and how the one sentence above all says it: "while its instances boot", "the target group is still in use".
 */
export interface Told extends Cause {
  readonly phrase: string;
  /** The resources whose replacement or removal it comes from, by address. */
  readonly follows?: readonly string[];
}

/** What one change does to the path; nothing if it is not this rule's. */
export type EffectRule = (change: Change, world: World) => readonly Told[];

export interface Telling {
  readonly hop: Hop | null;
  readonly effect: Effect;
  readonly attribute?: string;
  /** What traffic does meanwhile, as a clause: "nobody is answered until …". */
  readonly then: string;
  readonly avoid?: string;
  readonly phrase?: string;
  /** Blocks to paste. */
  readonly hcl?: string;
}

/** One cause, whose sentence begins with what terraform does and why. */
export function tell(
  change: Change,
  world: World,
  { hop, effect, attribute, then, avoid = "", phrase = "", hcl = "" }: Telling,
): Told[] {
  return [
    {
      address: change.address,
      attribute: attribute ?? attributeOf(change),
      hop,
      effect,
      why: `${doneTo(change, world)}${then === "" ? "" : `; ${then}`}.`,
      avoid,
      phrase,
      follows: followedBy(change, world),
      ...(hcl !== "" && { hcl }),
    },
  ];
}

/** The attribute that forces a replacement, or the first one that differs. */
export function attributeOf({ doing, forcedBy, differing, reason }: Change): string {
  if (doing === "destroy")
    return reason === "delete_because_count_index" ? "count" : reason === "delete_because_each_key" ? "for_each" : "";
  // Terraform before 1.1 does not say what forces a replacement.
  const isForced = doing !== "replace" || reason === undefined || reason === "replace_because_cannot_update";
  return forcedBy[0] ?? (isForced ? (differing[0] ?? "") : "");
}

/** Of what differs the attribute that a person looks for, which comes before what the provider computes. */
export function outstandingOf(differing: readonly string[]): string {
  return (
    differing.find((it) => it !== "tags" && !/^(arn|id|dns_name|zone_id|vpc_id|arn_suffix)$/.test(it)) ??
    differing[0] ??
    ""
  );
}

const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: "it is tainted, so an earlier apply left it half made",
  replace_by_request: "the plan was asked to replace it (`-replace`)",
  replace_by_triggers: "something that its `replace_triggered_by` names changes",
  delete_because_no_resource_config: "it is no longer in the configuration",
  delete_because_wrong_repetition: "it has `count` or `for_each` now, or no longer",
  delete_because_count_index: "its `count` is smaller",
  delete_because_each_key: "its `for_each` no longer has its key",
  delete_because_no_module: "its module is no longer called",
  delete_because_no_move_target: "it was moved to what is not in the configuration",
};

/** "Replaced, as `ami` changes (`ami-1` to `ami-2`): destroyed first, then created again" */
export function doneTo(change: Change, world: World): string {
  const { doing, isCreatedFirst, forcedBy, differing, reason } = change;
  const word = reason === undefined || !Object.hasOwn(REASONS, reason) ? undefined : REASONS[reason];
  if (doing === "replace") {
    const because = forcedBy.length > 0 ? becauseOf(change, world) : (word ?? "terraform cannot change it in place");
    return (
      `Replaced, as ${because}: ` +
      `${isCreatedFirst ? "the new one is made before the old one goes" : "destroyed first, then created again"}`
    );
  }
  if (doing === "destroy") return `Destroyed${word === undefined ? "" : `, as ${word}`}`;
  if (doing === "create") return "Created";
  return differing.length === 0
    ? "Changed in place"
    : `Changed in place: ${listed(differing.slice(0, 3).map((it) => shownChange(change, it)))}`;
}

function becauseOf(change: Change, world: World): string {
  const paths = forcingPaths(change);
  const roots = paths.map((path) => rootOf(change, path, world));
  const own = paths.filter((_, index) => roots[index] === undefined).map((path) => shownChange(change, path));
  const following = paths.flatMap((path, index) => {
    const root = roots[index];
    return root === undefined
      ? []
      : [
          `${code(path)} follows ${code(root.address)}, which is ` +
            `${root.doing === "replace" ? "replaced" : "destroyed"}`,
        ];
  });
  return listed([
    ...(own.length > 0 ? [`${listed(own)} ${own.length === 1 ? "changes" : "change"}`] : []),
    ...following,
  ]);
}

/** The resources whose replacement or removal has terraform replace this one, as far as `doneTo` names them. */
export function followedBy(change: Change, world: World): string[] {
  if (change.doing !== "replace") return [];
  return forcingPaths(change).flatMap((path) => rootOf(change, path, world)?.address ?? []);
}

/** The attributes that a sentence names. */
function forcingPaths({ forcedBy }: Change): readonly string[] {
  return forcedBy.slice(0, 3);
}

/** The replaced resource that an attribute names today. */
function rootOf({ before }: Change, path: string, { replacedById }: World): Change | undefined {
  const value = valueAt(before, path);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((it) => (typeof it === "string" ? replacedById.get(it) : undefined)).find((it) => it !== undefined);
}

/** "`ami` (`ami-1` to `ami-2`)", as far as both are short and known */
function shownChange({ before, after }: Change, path: string): string {
  // Boot scripts may hold secrets that nobody marked.
  if (/user_data/.test(path)) return code(path);
  const [old, now] = [shortText(valueAt(before, path)), shortText(valueAt(after, path))];
  return old === undefined || now === undefined || old === now
    ? code(path)
    : `${code(path)} (${code(old)} to ${code(now)})`;
}

function shortText(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  // Hashes tell a person nothing.
  return typeof value === "string" && value !== "" && value.length <= 60 && !/^[0-9a-f]{40}$|\n/.test(value)
    ? value
    : undefined;
}

/** A value in a sentence; a backtick of its own would end it. */
export function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

export function listed(texts: readonly string[]): string {
  return texts.length < 2 ? (texts[0] ?? "") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}

/** The first few of some addresses, and how many more there are. */
export function named(addresses: readonly string[], most = 3): string {
  const left = addresses.length - most;
  return left > 0 ? `${addresses.slice(0, most).map(code).join(", ")} and ${left} more` : listed(addresses.map(code));
}
