import type { Change } from "../../topology/changes";
import type { TargetGroup } from "../../topology/model";
import { onceFor } from "../analysis/once";
import { isGone, type World } from "./world";

/** Attributes that require a stopped instance; the provider stops, modifies and starts it. */
const STOPPING = new RegExp(
  "^(instance_type|user_data|user_data_base64|ebs_optimized|cpu_options|cpu_core_count|cpu_threads_per_core|" +
    "enclave_options|hibernation|tenancy|host_id|placement_partition_number|capacity_reservation_specification)(\\.|$)",
);

/** The attribute whose update stops and starts the instance. */
export function stoppingIn({ doing, differing }: Change): string | undefined {
  return doing === "update" ? differing.find((it) => STOPPING.test(it)) : undefined;
}

/** How many targets of a target group are out of service at the same time. */
export interface TargetsAway {
  readonly group: TargetGroup;
  readonly away: number;
  readonly all: number;
  readonly left: number;
  /** Targets whose instances are replaced. */
  readonly replaced: number;
}

/** For a target group of the state: targets that a change or an action takes out of service. */
export const targetsAway = onceFor((world: World, group: TargetGroup): TargetsAway => {
  const { byAddress, serving, stopped } = world;
  const { registrations } = group;
  const serverOf = (address: string) => serving.serverOf.get(address) ?? "";
  const away = registrations.filter(({ address, targetId }) => {
    const server = serverOf(address);
    const change = byAddress.get(server);
    if (change !== undefined && (isGone(change) || stoppingIn(change) !== undefined)) return true;
    return (
      stopped.size > 0 &&
      [targetId, serving.servers.get(server)?.server.id].some((id) => typeof id === "string" && stopped.has(id))
    );
  }).length;
  const replaced = registrations.filter(({ address }) => byAddress.get(serverOf(address))?.doing === "replace").length;
  return { group, away, all: registrations.length, left: registrations.length - away, replaced };
});
