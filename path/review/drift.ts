import { type Change, changesOf } from "../../topology/changes";
import { isObject, isOnly, type Json, listOf, own, textOf } from "../../topology/json";

/**
 * The resources that Terraform's own output of a plan lists as changed outside of Terraform: those that differ from the
 * state and that the plan's changes depend on. Other differences are values that AWS set since the last apply, such as
 * the status of a certificate.
 */
export function driftOf(plan: Json, changes: readonly Change[]): readonly string[] {
  const found = changesOf({ resource_changes: plan.resource_drift }).filter(
    ({ doing, differing }) => doing !== "none" && doing !== "move" && (doing !== "update" || differing.length > 0),
  );
  const isEmpty =
    changes.every(({ doing, isData }) => isData || doing === "none") &&
    Object.values(isObject(plan.output_changes) ? plan.output_changes : {}).every((it) =>
      isOnly(listOf(own(it, "actions")), "no-op"),
    );
  if (isEmpty) return [];
  return (
    saysWhatIsRelevant(plan) ? found.filter((it) => isRelevant(it, listOf(plan.relevant_attributes))) : found
  ).map(({ address }) => address);
}

/** Terraform does since 1.2, and omits an empty list; earlier versions report every difference. */
function saysWhatIsRelevant({ terraform_version: version }: Json): boolean {
  const [, major, minor] = /^(\d{1,9})\.(\d{1,9})\./.exec(textOf(version) ?? "") ?? [];
  return major === undefined || Number(major) > 1 || Number(minor) >= 2;
}

function isRelevant({ address, before, after }: Change, relevant: readonly unknown[]): boolean {
  const paths = relevant.filter((it) => own(it, "resource") === address).map((it) => listOf(own(it, "attribute")));
  return (
    paths.length > 0 && (after === undefined || paths.some((path) => textAt(before, path) !== textAt(after, path)))
  );
}

/** Providers write an empty value in different ways; all of them are equal here. */
function textAt(values: unknown, path: readonly unknown[]): string {
  let value = values;
  for (const step of path) value = typeof step === "string" || typeof step === "number" ? own(value, step) : undefined;
  return (
    JSON.stringify(value, (_, it: unknown) =>
      it === "" || it === undefined || (typeof it === "object" && it !== null && Object.keys(it).length === 0)
        ? null
        : it,
    ) ?? "null"
  );
}
