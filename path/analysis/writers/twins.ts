import { blockOf, keyOf, moduleOf } from "../../../topology/addresses";
import type { Change } from "../../../topology/changes";
import { type Json, own } from "../../../topology/json";
import { addTo } from "../../../topology/lists";
import { holdsTrue } from "../../../topology/plan-values";
import { Unknown } from "../../../topology/value";
import { once } from "../once";
import { attachesAtSamePort, samenessOf } from "./once-on-aws";

/* What a plan destroys at one address and creates at another, although it is the same thing. */

export interface Twins {
  readonly old: Change;
  readonly fresh: Change;
  /** The error code with which AWS refuses the new one while the old one exists; absent if it does not. */
  readonly code?: string;
  /** Whether it is unique on AWS, so that destroying the old one removes the new one. */
  readonly isOne: boolean;
}

export interface TwinIndex {
  readonly all: readonly Twins[];
  /** By either change. */
  of(change: Change): Twins | undefined;
}

export const twinsOf = once(indexed);

function indexed(changes: readonly Change[]): TwinIndex {
  const [gone, fresh] = (["destroy", "create"] as const).map((it) =>
    changes.filter(({ doing, isData, address }) => !isData && doing === it && !address.includes(" (deposed ")),
  );
  const all: Twins[] = [];
  const byChange = new Map<Change, Twins>();
  const note = (twins: Twins): void => {
    all.push(twins);
    byChange.set(twins.old, twins).set(twins.fresh, twins);
  };
  if ((gone?.length ?? 0) > 0 && (fresh?.length ?? 0) > 0) {
    byIdentity(gone ?? [], fresh ?? [], changes, byChange, note);
    byModules(gone ?? [], fresh ?? [], byChange, note);
    byArguments(gone ?? [], fresh ?? [], byChange, note);
    byKeys(gone ?? [], fresh ?? [], all, byChange, note);
  }
  return { all, of: (change) => byChange.get(change) };
}

/** By what is unique on AWS. */
function byIdentity(
  gone: readonly Change[],
  fresh: readonly Change[],
  changes: readonly Change[],
  taken: ReadonlyMap<Change, Twins>,
  note: (twins: Twins) => void,
): void {
  const old = new Map<string, Change>();
  for (const change of gone)
    for (const { key } of samenessOf(change.type, change.before)) if (!old.has(key)) old.set(key, change);
  if (old.size === 0) return;
  const ports = groupPorts(changes);
  for (const change of fresh) {
    for (const { key, code } of samenessOf(change.type, change.after, change.unknown)) {
      const other = old.get(key);
      if (other === undefined || taken.has(other) || taken.has(change)) continue;
      if (
        change.type === "aws_lb_target_group_attachment" &&
        !attachesAtSamePort(other.before, change.after, ports(change))
      )
        continue;
      note({ old: other, fresh: change, isOne: true, ...(code !== undefined && { code }) });
    }
  }
}

const portsByArn = once(
  (changes: readonly Change[]): ReadonlyMap<unknown, unknown> =>
    new Map(
      changes
        .filter(({ type }) => type === "aws_lb_target_group")
        .map(({ before }) => [own(before, "arn"), own(before, "port")]),
    ),
);

/** The port of an attachment's target group. */
export function groupPorts(changes: readonly Change[]): (attachment: Change) => number | undefined {
  return ({ after, before }) => {
    const port = portsByArn(changes).get(own(after ?? before, "target_group_arn"));
    return typeof port === "number" ? port : undefined;
  };
}

/** Resources with the same address in a module with another name or key, if only one module is possible. */
function byModules(
  gone: readonly Change[],
  fresh: readonly Change[],
  taken: ReadonlyMap<Change, Twins>,
  note: (twins: Twins) => void,
): void {
  const inModules = (changes: readonly Change[]): Map<string, Change[]> => {
    const found = new Map<string, Change[]>();
    for (const change of changes) {
      const module = moduleOf(change.address);
      if (module !== "") addTo(found, change.address.slice(module.length), change);
    }
    return found;
  };
  const now = inModules(fresh);
  for (const [address, [old, ...others]] of inModules(gone)) {
    const [change, ...more] = now.get(address) ?? [];
    if (
      old === undefined ||
      change === undefined ||
      others.length > 0 ||
      more.length > 0 ||
      taken.has(old) ||
      taken.has(change)
    )
      continue;
    note({ old, fresh: change, isOne: false });
  }
}

/** Terraform's reasons for instances removed from `count` or `for_each`, or without a block. */
const MOVED = /^delete_because_(wrong_repetition|count_index|each_key|no_resource_config|no_module)$/;
/** Above this number of kinds, twins are not searched. */
const MAX_KINDS = 50;

/**
 * By all known arguments of the new one: an instance whose block has `for_each` instead of `count`.
 */
function byArguments(
  gone: readonly Change[],
  fresh: readonly Change[],
  taken: ReadonlyMap<Change, Twins>,
  note: (twins: Twins) => void,
): void {
  const old = new Map<string, Change[]>();
  for (const change of gone) if (!taken.has(change) && MOVED.test(change.reason ?? "")) addTo(old, change.type, change);
  const kinds = new Map<string, Map<string, Change[]>>();
  for (const change of fresh) {
    const candidates = old.get(change.type);
    if (candidates === undefined || taken.has(change)) continue;
    const names = argumentsOf(change);
    if (names.length < 2) continue;
    const kind = JSON.stringify([change.type, names]);
    if (!kinds.has(kind) && kinds.size >= MAX_KINDS) continue;
    const index = kinds.get(kind) ?? grouped(candidates, names);
    kinds.set(kind, index);
    const found = index.get(JSON.stringify(names.map((name) => own(change.after, name))))?.pop();
    if (found !== undefined) note({ old: found, fresh: change, isOne: false });
  }
}

/**
 * By their keys, if another block's instances changed from the old keys to the new ones: resources that refer to an
 * instance have the same keys.
 */
function byKeys(
  gone: readonly Change[],
  fresh: readonly Change[],
  all: readonly Twins[],
  taken: ReadonlyMap<Change, Twins>,
  note: (twins: Twins) => void,
): void {
  const oldKeys = new Map<string, Set<string>>();
  for (const twins of all) {
    const {
      old: { address: was },
      fresh: { address: is },
    } = twins;
    if (blockOf(was) === blockOf(is)) oldKeys.set(keyOf(is), (oldKeys.get(keyOf(is)) ?? new Set()).add(keyOf(was)));
  }
  if (oldKeys.size === 0) return;
  const old = new Map(gone.filter((it) => !taken.has(it)).map((it) => [it.address, it]));
  for (const change of fresh) {
    if (taken.has(change)) continue;
    for (const was of oldKeys.get(keyOf(change.address)) ?? []) {
      const found = old.get(blockOf(change.address) + was);
      if (found === undefined || taken.has(found) || taken.has(change)) continue;
      note({ old: found, fresh: change, isOne: false });
    }
  }
}

function grouped(candidates: readonly Change[], names: readonly string[]): Map<string, Change[]> {
  const index = new Map<string, Change[]>();
  // The first one is matched first.
  for (const it of candidates.toReversed()) addTo(index, JSON.stringify(names.map((name) => own(it.before, name))), it);
  return index;
}

/** Arguments that are set and known. */
function argumentsOf({ after, unknown }: Change): string[] {
  return Object.keys(after ?? {})
    .filter(
      (name) =>
        name !== "tags_all" && name !== "timeouts" && !isNothing(own(after, name)) && !holdsTrue(own(unknown, name)),
    )
    .sort();
}

function isNothing(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === "" ||
    value instanceof Unknown ||
    (Array.isArray(value) ? value.length === 0 : typeof value === "object" && Object.keys(value as Json).length === 0)
  );
}
