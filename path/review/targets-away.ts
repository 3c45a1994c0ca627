import type { Change } from "../../topology/changes";
import type { TargetGroup } from "../../topology/model";
import { onceFor } from "../analysis/once";
import { isGone, type World } from "./world";

/** An instance is stopped, changed and started by these; AWS takes none of them while it runs. */
const STOPPING = new RegExp(
  "^(instance_type|user_data|user_data_base64|ebs_optimized|cpu_options|cpu_core_count|cpu_threads_per_core|" +
    "enclave_options|hibernation|tenancy|host_id|placement_partition_number|capacity_reservation_specification)(\\.|$)",
);

/** The attribute for which a change stops an instance that stays. */
export function stoppingIn({ doing, differing }: Change): string | undefined {
  return doing === "update" ? differing.find((it) => STOPPING.test(it)) : undefined;
}

/** How many of a group's targets are away at once. */
export interface TargetsAway {
  readonly group: TargetGroup;
  readonly away: number;
  readonly all: number;
  readonly left: number;
}

/** Of a group of what stands, be it by a change or as an action stops them; asked for by each of its servers. */
export const targetsAway = onceFor((world: World, group: TargetGroup): TargetsAway => {
  const { byAddress, serving, stopped } = world;
  const { registrations } = group;
  const away = registrations.filter(({ address, targetId }) => {
    const server = serving.serverOf.get(address) ?? "";
    const change = byAddress.get(server);
    if (change !== undefined && (isGone(change) || stoppingIn(change) !== undefined)) return true;
    return (
      stopped.size > 0 &&
      [targetId, serving.servers.get(server)?.server.id].some((id) => typeof id === "string" && stopped.has(id))
    );
  }).length;
  return { group, away, all: registrations.length, left: registrations.length - away };
});
