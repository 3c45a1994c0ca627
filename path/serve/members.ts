import type { Balancer, Server, Subnet, TargetGroup, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import { keptIn } from "../analysis/network/fetch-groups";
import { shutNat } from "../analysis/network/fetch-ways";
import { rangesOf } from "../analysis/network/ipv4";
import { enabledZones, isOutside } from "../analysis/network/zones";
import { once } from "../analysis/once";
import { analyseEnd } from "../analysis/path-analysis";
import type { Target } from "../analysis/requests/traced-path";
import { targetsOf } from "../analysis/targets/registered-servers";
import type { Cause } from "./decisions";

/* The targets of target groups, one by one: an Auto Scaling group has several. */

/** An instance or address that runs a program. */
export interface Machine {
  /** Such as `aws_instance.web[0]`, or `aws_autoscaling_group.web (1 of 2)`. */
  readonly id: string;
  readonly server?: Server;
  /** The ports that load balancers connect to. */
  readonly ports: Set<number>;
  /** Why its program does not start. */
  readonly broken?: Cause;
}

/** A machine as a member of a target group. */
export interface Membership {
  /** Unique among all memberships. */
  readonly id: string;
  readonly machine: Machine;
  /** Of an Auto Scaling group's instance, the target in one of its subnets. */
  readonly target: Target;
  readonly port: number;
  readonly healthPort: number;
}

/** More instances of an Auto Scaling group behave alike. */
const MOST_OF_A_GROUP = 10;
/** For a port that is not known. */
const SOME_PORT = 80;

/** All memberships, by target group. */
export function membershipsOf(
  topology: Topology,
  groups: readonly TargetGroup[],
): ReadonlyMap<TargetGroup, readonly Membership[]> {
  const machines = new Map<string, Machine>();
  const seen = new Set<string>();
  const all = new Map<TargetGroup, readonly Membership[]>();
  for (const group of groups) {
    const members = targetsOf([group], topology).flatMap((target) => {
      const subnets = spreadOver(target, topology);
      return subnets.map((subnet, index): Membership => {
        const machine = machineOf(topology, inSubnet(target, subnet), index, subnets.length, machines);
        const port = known(target.port) ?? SOME_PORT;
        const healthPort = known(target.healthPort) ?? port;
        machine.ports.add(port).add(healthPort);
        const id = [machine.id, `${machine.id} on port ${port}`].find((it) => !seen.has(it));
        const unique = id ?? `${machine.id} on port ${port} in ${group.address} (${seen.size})`;
        seen.add(unique);
        return { id: unique, machine, target: inSubnet(target, subnet), port, healthPort };
      });
    });
    all.set(group, members);
  }
  return all;
}

/** The subnets of its instances; one without a subnet for any other target. */
function spreadOver({ server, subnets: all }: Target, topology: Topology): readonly (Subnet | undefined)[] {
  if (server?.kind !== "auto-scaling-group") return [all[0]];
  // AWS may use any of them; one in a zone without a load balancer shows what happens then.
  const inZone = zonesOfBalancers(topology);
  const subnets = [...all].sort((a, b) => Number(inZone.has(known(a.zone))) - Number(inZone.has(known(b.zone))));
  const { desired, min } = server.capacity ?? {};
  const count = Math.min(known(desired) ?? known(min) ?? 1, MOST_OF_A_GROUP);
  return Array.from({ length: count }, (_, index) => subnets[index % Math.max(subnets.length, 1)]);
}

const zonesOfBalancers = once(
  ({ balancers, byId }: Topology): ReadonlySet<string | undefined> =>
    new Set(balancers.flatMap(({ subnetIds }) => subnetIds.items.map((id) => known(byId.subnet(id)?.zone)))),
);

function inSubnet(target: Target, subnet: Subnet | undefined): Target {
  const { server } = target;
  const id = known(subnet?.id);
  if (server?.kind !== "auto-scaling-group" || subnet === undefined || id === undefined) return target;
  return { ...target, server: { ...server, subnetIds: { items: [id] } }, subnets: [subnet] };
}

function machineOf(
  topology: Topology,
  target: Target,
  index: number,
  count: number,
  machines: Map<string, Machine>,
): Machine {
  const { server, registration } = target;
  const name = server?.address ?? known(registration.targetId) ?? registration.address;
  const id = server?.kind === "auto-scaling-group" ? `${name} (${index + 1} of ${count})` : name;
  const found = machines.get(id);
  if (found !== undefined) return found;
  const broken = brokenBy(topology, target);
  const made: Machine = {
    id,
    ...(server !== undefined && { server }),
    ports: new Set(),
    ...(broken !== undefined && { broken }),
  };
  machines.set(id, made);
  return made;
}

/** What its boot script cannot download. */
function brokenBy(topology: Topology, target: Target): Cause | undefined {
  for (const it of analyseEnd({ topology, targets: [target] }).installing) {
    const { address } = it.server;
    const because = (text: string): Cause => ({ hop: "target", address, text: `${address} ${text}` });
    const [failed] = it.failed;
    if (failed !== undefined && it.failed.length === it.subnets.length)
      return because(`cannot run \`${failed.fetch.command}\`: ${failed.subnet.address} has no way to the download`);
    const kept = keptIn(topology, it).find(({ kind }) => kind === "kept in");
    if (kept?.kind === "kept in")
      return because(`cannot run \`${kept.fetch.command}\`: ${kept.group.address} does not allow the download`);
    const nat = it.subnets.map((subnet) => shutNat(topology, subnet)).find((gateway) => gateway !== undefined);
    if (nat !== undefined) return because(`cannot download anything: ${nat.address} has no route to the internet`);
  }
  return undefined;
}

/** The IPv4 address of a target, if the file contains it. */
export function addressOf({ server, registration }: Target): string | undefined {
  return [known(server?.privateIp), known(registration.targetId)].find((it) => rangesOf(it ?? "").length > 0);
}

/** Why a target receives no requests: the load balancer is not enabled for its zone. */
export function unusedBecause(topology: Topology, balancer: Balancer, { subnets }: Target): string | undefined {
  const zones = enabledZones(topology, balancer);
  if (zones.length === 0 || subnets.length === 0) return undefined;
  return subnets.every((subnet) => isOutside(subnet, zones) === true) ? "Target.NotInUse" : undefined;
}
