import type { RoleKind } from "../../cli/bootstrap/bootstrap-names";
import { committedPolicy, type Policy, type PolicyStatement } from "../../cli/bootstrap/policies";
import type { Call } from "../../rehearsal/local-aws";

/** A call's resource, with the values of the committed policies' placeholders in rehearsals. */
const PLACEHOLDERS: readonly [string, RegExp][] = [
  ["<account>", /(?<=:)123456789012(?=:)/g],
  ["<bucket>", /(?<=^arn:aws:s3:::)[^/]+/],
];

/**
 * The calls of terraform that a committed policy does not allow, each as action and resource; none if it suffices.
 * Conditions are left to the local AWS, which evaluates them.
 */
export function refusedBy(kind: RoleKind, calls: readonly Call[]): string[] {
  const policy = committedPolicy(kind);
  return byTerraform(calls)
    .filter((call) => !allows(policy, call))
    .map(({ action, resource }) => `${action} on ${resource}`);
}

export function byTerraform(calls: readonly Call[]): Call[] {
  return calls.filter(({ client }) => client === "terraform");
}

/** Every action that a policy allows, once. */
export function actionsOf({ Statement }: Policy): string[] {
  return [...new Set(Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action))].sort();
}

/** Actions that change nothing, by their names. */
export function isRead(action: string): boolean {
  return /:(Describe|Get|List)/.test(action);
}

function allows({ Statement }: Policy, call: Call): boolean {
  const resource = PLACEHOLDERS.reduce((text, [placeholder, value]) => text.replace(value, placeholder), call.resource);
  const concerning = Statement.filter((statement) => concerns(statement, call.action, resource));
  return concerning.some(({ Effect }) => Effect === "Allow") && !concerning.some(({ Effect }) => Effect === "Deny");
}

function concerns({ Action, Resource }: PolicyStatement, action: string, resource: string): boolean {
  return (
    Action.some((pattern) => fits(pattern, action)) && [Resource].flat().some((pattern) => fits(pattern, resource))
  );
}

function fits(pattern: string, text: string): boolean {
  return new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  ).test(text);
}
