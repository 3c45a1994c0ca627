import type { Change } from "../../topology/changes";
import { own } from "../../topology/json";

/* Instances that an `aws_ec2_instance_state` resource stops. */

/** Whether the change stops a running instance. */
export function isStopping({ type, isData, doing, before, after }: Change): boolean {
  return (
    type === "aws_ec2_instance_state" &&
    !isData &&
    doing !== "none" &&
    own(after, "state") === "stopped" &&
    (doing === "create" || own(before, "state") !== "stopped")
  );
}

export function idIn({ after, unknown }: Change): string | undefined {
  const id = own(unknown, "instance_id") === true ? undefined : own(after, "instance_id");
  return typeof id === "string" ? id : undefined;
}

/** IDs of the instances that a plan stops in this way. */
export function stoppedByState(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((it) => (isStopping(it) ? (idIn(it) ?? []) : []));
}
