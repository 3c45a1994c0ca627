import { known, Unknown } from "../../../topology/value";
import { isHarmless, STOP, stoppedId } from "../../analysis/writers/invoked-actions";
import type { OpenCheck, OpenPathCheck, OpenTargetCheck } from "./open-check";

/* What the actions that Terraform invokes leave open, and stopped targets. */

/** A target that is kept stopped does not respond. */
const stopped: OpenTargetCheck = (end, report) => {
  const isTarget = targetsOf(end);
  for (const { address, instanceId } of end.topology.stopped) {
    const id = known(instanceId);
    if (id !== undefined && isTarget(id))
      report.open("target", new Unknown(address, "state", "this target is kept stopped and does not respond"));
  }
};

/** Nor does one that an action stops; no plan says whether it is started again. */
const stopping: OpenTargetCheck = (end, report) => {
  const isTarget = targetsOf(end);
  for (const it of end.topology.invocations) {
    if (it.type !== STOP) continue;
    const id = stoppedId(it);
    if (id !== undefined && !isTarget(id)) continue;
    const why =
      id === undefined
        ? "the instance that the action stops is known after apply"
        : "the action stops this target, and the plan does not say whether it is started again";
    report.open("target", new Unknown(it.address, "instance_id", why));
  }
};

function targetsOf({ targets }: Parameters<OpenTargetCheck>[0]): (id: string) => boolean {
  const ids = new Set(targets.flatMap(({ server, registration }) => [known(server?.id), known(registration.targetId)]));
  return (id) => ids.has(id);
}

const others: OpenPathCheck = ({ balancer, topology: { invocations } }, report) => {
  if (balancer === undefined) return;
  for (const { address, type } of invocations)
    if (type !== STOP && !isHarmless(type))
      report.assume({ hop: "target", address, text: `the action ${address} does not change the path` });
};

const where = "the rules on invoked actions";

export const INVOKED_ACTIONS: readonly OpenCheck[] = [
  { where, targets: stopped },
  { where, targets: stopping },
  { where, path: others },
];
