import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { doingOf } from "../../topology/changes";
import { canonical, Digests, holdsUnknown, objectOf, type Values } from "./digests";
import type { PlannedChanges, PlannedRecord, RecordedChange } from "./plan-record";

/** The parts of `terraform show -json` of a plan that are read here. */
export interface ComparedPlan {
  readonly resource_changes?: readonly ResourceChange[];
  readonly output_changes?: Readonly<Record<string, ValueChange>>;
  /** Actions of terraform 1.14 and later, such as to invoke a function. */
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
  /** The key of an object that create_before_destroy left behind. */
  readonly deposed?: string;
  readonly action_reason?: string;
  readonly change: ValueChange;
}

/** The record of a stack's plan. Two runs with the same plan write the same record. */
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

/** The changes of a plan, without what it only reads or leaves as it is. */
function changesOf(plan: ComparedPlan, digests: Digests): PlannedChanges {
  const resources = (plan.resource_changes ?? [])
    .filter(({ mode }) => mode !== "data")
    .flatMap((it): [string, RecordedChange][] => {
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
  const invoked = (plan.action_invocations ?? []).map((it, index): [string, RecordedChange] => {
    const address = `action ${it.address} (${index + 1})`;
    return [
      address,
      { actions: ["update"], attributes: { invocation: { to: digests.within(address).of("invocation", it) } } },
    ];
  });
  const outputs = Object.entries(plan.output_changes ?? {})
    .filter(([, { actions: it }]) => it.join() !== "no-op")
    .map(([output, change]): [string, RecordedChange] => {
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
): RecordedChange {
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
    actions: [...doing] as RecordedChange["actions"],
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
