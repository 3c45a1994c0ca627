import { type Change, valueAt } from "../../topology/changes";
import type { Hop } from "../report";
import type { Cause, Effect } from "./review-report";
import type { World } from "./world";

/* Why Terraform makes a change, in which order, and the sentence that reports it. */

/**
 * A cause, and its part of the headline: "while its instances boot" or "because the target group has no targets" after
 * an outage or a brief effect, a whole clause after a failed apply or an unknown effect.
 */
export interface PhrasedCause extends Cause {
  readonly phrase: string;
  /** Addresses of the resources whose replacement or removal is the reason for this one. */
  readonly follows?: readonly string[];
}

/** The effects of one change on the path; none if the rule does not apply to it. */
export type EffectRule = (change: Change, world: World) => readonly PhrasedCause[];

export interface CauseParts {
  readonly hop: Hop | null;
  readonly effect: Effect;
  readonly attribute?: string;
  /** What happens to requests, as a clause: "requests to port 80 are refused until …". */
  readonly then: string;
  readonly avoid?: string;
  readonly phrase?: string;
  /** Blocks to paste. */
  readonly hcl?: string;
}

/** One cause, whose sentence begins with what Terraform does and why. */
export function report(
  change: Change,
  world: World,
  { hop, effect, attribute, then, avoid = "", phrase = "", hcl = "" }: CauseParts,
): PhrasedCause[] {
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
  // Terraform before 1.1 does not report what forces a replacement.
  const isForced = doing !== "replace" || reason === undefined || reason === "replace_because_cannot_update";
  return forcedBy[0] ?? (isForced ? (differing[0] ?? "") : "");
}

/** The first changed attribute that a person sets; attributes that the provider computes come last. */
export function outstandingOf(differing: readonly string[]): string {
  return (
    differing.find((it) => it !== "tags" && !/^(arn|id|dns_name|zone_id|vpc_id|arn_suffix)$/.test(it)) ??
    differing[0] ??
    ""
  );
}

const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: "it is tainted (an earlier apply left it incomplete)",
  replace_by_request: "the plan was made with `-replace`",
  replace_by_triggers: "a reference in its `replace_triggered_by` changes",
  delete_because_no_resource_config: "it is no longer in the configuration",
  delete_because_count_index: "its `count` decreases",
  delete_because_each_key: "its key is no longer in `for_each`",
  delete_because_no_module: "its module is no longer called",
  delete_because_no_move_target: "it was moved to an address that is not in the configuration",
  read_because_config_unknown: "its configuration is known after apply",
  read_because_dependency_pending: "a resource that it depends on changes",
  read_because_check_nested: "it is in a `check` block",
};

/** Terraform's reason for a change as a clause; undefined if it gives none, or an unknown one. */
export function reasonIn({ reason, address }: Change): string | undefined {
  if (reason === "delete_because_wrong_repetition")
    return address.endsWith('"]')
      ? "the resource no longer uses `for_each`"
      : address.endsWith("]")
        ? "the resource no longer uses `count`"
        : "the resource now uses `count` or `for_each`";
  return reason === undefined || !Object.hasOwn(REASONS, reason) ? undefined : REASONS[reason];
}

/** "Replaced (destroy, then create) because `ami` (`ami-1` to `ami-2`) changes" */
export function doneTo(change: Change, world: World): string {
  const { doing, isCreatedFirst, forcedBy, differing } = change;
  const word = reasonIn(change);
  if (doing === "replace") {
    const because = forcedBy.length > 0 ? becauseOf(change, world) : (word ?? "Terraform cannot update it in place");
    return `Replaced (${isCreatedFirst ? "create, then destroy" : "destroy, then create"}) because ${because}`;
  }
  if (doing === "destroy") return `Destroyed${word === undefined ? "" : ` because ${word}`}`;
  if (doing === "create") return "Created";
  return differing.length === 0
    ? "Updated in place"
    : `Updated in place: ${listed(differing.slice(0, 3).map((it) => shownChange(change, it)))}`;
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
          `${code(path)} refers to ${code(root.address)}, which is ` +
            `${root.doing === "replace" ? "replaced" : "destroyed"}`,
        ];
  });
  return listed([
    ...(own.length > 0 ? [`${listed(own)} ${own.length === 1 ? "changes" : "change"}`] : []),
    ...following,
  ]);
}

/** The resources whose replacement or removal makes Terraform replace this one, as `doneTo` lists them. */
export function followedBy(change: Change, world: World): string[] {
  if (change.doing !== "replace") return [];
  return forcingPaths(change).flatMap((path) => rootOf(change, path, world)?.address ?? []);
}

/** The attributes that a sentence lists. */
function forcingPaths({ forcedBy }: Change): readonly string[] {
  return forcedBy.slice(0, 3);
}

/** The replaced resource that an attribute refers to. */
function rootOf({ before }: Change, path: string, { replacedById }: World): Change | undefined {
  const value = valueAt(before, path);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((it) => (typeof it === "string" ? replacedById.get(it) : undefined)).find((it) => it !== undefined);
}

/** "`ami` (`ami-1` to `ami-2`)", if both values are short and known. */
function shownChange({ before, after }: Change, path: string): string {
  // User data may hold secrets that are not marked as sensitive.
  if (/user_data/.test(path)) return code(path);
  const [old, now] = [shortText(valueAt(before, path)), shortText(valueAt(after, path))];
  return old === undefined || now === undefined || old === now
    ? code(path)
    : `${code(path)} (${code(old)} to ${code(now)})`;
}

function shortText(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  // A hash means nothing to a person.
  return typeof value === "string" && value !== "" && value.length <= 60 && !/^[0-9a-f]{40}$|\n/.test(value)
    ? value
    : undefined;
}

/** A value in a sentence, in code style; backticks in it are replaced. */
export function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

export function listed(texts: readonly string[]): string {
  return texts.length < 2 ? (texts[0] ?? "") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}

/** The first addresses, and the number of the others. */
export function named(addresses: readonly string[], most = 3): string {
  const left = addresses.length - most;
  return left > 0 ? `${addresses.slice(0, most).map(code).join(", ")} and ${left} more` : listed(addresses.map(code));
}
