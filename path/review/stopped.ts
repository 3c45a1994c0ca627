import { own } from "../../topology/json";
import type { Invocation } from "../../topology/plan-format";

/* Instances that a plan's actions stop. */

export const STOP = "aws_ec2_stop_instance";

/** The id of the instance that an action stops; nothing where that is known after the apply only. */
export function stoppedId({ type, values, unknown }: Invocation): string | undefined {
  const id = type !== STOP || own(unknown, "instance_id") === true ? undefined : own(values, "instance_id");
  return typeof id === "string" ? id : undefined;
}

export function stoppedBy(invocations: readonly Invocation[]): ReadonlySet<string> {
  return new Set(invocations.flatMap((it) => stoppedId(it) ?? []));
}
