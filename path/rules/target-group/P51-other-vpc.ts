import type { Balancer, Subnet, TargetGroup, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { isPublic } from "../../analysis/network/ways-out";
import type { Target, TracedPath } from "../../analysis/requests/traced-path";
import { areDistinctVpcs, vpcOf } from "../../analysis/targets/vpcs";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP, shareOf } from "../../fixes/shared-wording";
import type { FindingDetails, Reporter, Rule } from "../rule";

export const P51: Rule = {
  id: "P51",
  hop: "target-group",
  title: "the load balancer, target group and targets are in different VPCs",
  certainty: ["apply"],
  why:
    "A load balancer reaches targets by their private addresses, so a target group belongs to one VPC, and its " +
    "load balancer and instances must be in the same VPC. AWS refuses to register an instance of another VPC, and " +
    "refuses a listener that forwards to a target group in another VPC.",
  symptom: "the apply fails: InvalidTarget on the attachment, or ValidationError on the listener",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html",
  needs: [],
  review: { effect: "fails" },
  check: { path: isOneVpc },
};

const IN_ONE_NETWORK = "`network` sets one VPC for the whole site; remove the override";

function isOneVpc(path: TracedPath, report: Reporter): void {
  const { topology, balancer, targetGroups, targets } = path;
  const odd = new Set<TargetGroup>();
  for (const group of targetGroups) {
    if (balancer === undefined || group.isData) continue;
    if (!areDistinctVpcs(topology, known(group.vpcId), vpcOf(topology, balancer))) continue;
    odd.add(group);
    report.finding(balancerElsewhere(path, balancer, group));
  }
  for (const target of targets) {
    const { targetGroup, server, subnets } = target;
    if (server === undefined || targetGroup.targetType !== "instance" || odd.has(targetGroup)) continue;
    const strange = subnets.find((it) => areDistinctVpcs(topology, known(it.vpcId), known(targetGroup.vpcId)));
    if (strange !== undefined) report.finding(targetElsewhere(path, target, server, strange));
  }
}

/** Whichever of the two is not in the targets' VPC. */
function balancerElsewhere({ topology, targets }: TracedPath, balancer: Balancer, group: TargetGroup): FindingDetails {
  const [vpc, balancerVpc] = [known(group.vpcId), vpcOf(topology, balancer)];
  const isBalancer = targets.some(
    (it) => it.targetGroup === group && it.subnets.some(({ vpcId }) => known(vpcId) === vpc),
  );
  const better = isBalancer ? publicSubnets(topology, vpc).map(({ id }) => known(id)) : [];
  return {
    address: isBalancer ? balancer.address : group.address,
    attribute: isBalancer ? "subnets" : "vpc_id",
    observed: `${group.address} is in ${shown(vpc)}, ${balancer.address} in ${shown(balancerVpc)}`,
    required: "one VPC for the load balancer, its target groups and their instances",
    symptom:
      "the apply fails: InvalidTarget on the attachment, or ValidationError on the listener: the target " +
      "group is in another VPC",
    fix: isBalancer
      ? fix(
          `Move ${balancer.address} to subnets of ${shown(vpc)}.`,
          IN_ONE_NETWORK,
          better.length < 2 ? [] : [setting(balancer.address, "subnets", better)],
        )
      : fix(`Create ${group.address} in ${shown(balancerVpc)}.`, IN_ONE_NETWORK, [
          setting(group.address, "vpc_id", balancerVpc),
        ]),
  };
}

function targetElsewhere(
  { topology, targets }: TracedPath,
  { targetGroup, registration }: Target,
  server: NonNullable<Target["server"]>,
  strange: Subnet,
): FindingDetails {
  const vpc = known(targetGroup.vpcId);
  const home =
    targets.find((it) => it.targetGroup === targetGroup && known(it.subnets[0]?.vpcId) === vpc)?.subnets[0] ??
    topology.subnets.find(({ vpcId }) => known(vpcId) === vpc);
  const attribute = server.kind === "instance" ? "subnet_id" : "vpc_zone_identifier";
  const subnet = server.kind === "instance" ? known(home?.id) : [known(home?.id)];
  const count = targetGroup.registrations.length;
  return {
    address: server.address,
    attribute,
    observed:
      `${server.address} is in ${shown(known(strange.vpcId))}, its target group ${targetGroup.address} is in ` +
      `${shown(vpc)}`,
    required: "instances in the VPC of their target group",
    symptom:
      `the apply fails at ${registration.address}: InvalidTarget, the instance is not in the VPC of the target ` +
      "group",
    ...shareOf(1, count, "targets"),
    fix: fix(
      `Move ${server.address} to a subnet of ${shown(vpc)}.`,
      BY_NO_PROP,
      home === undefined ? [] : [setting(server.address, attribute, subnet)],
    ),
  };
}

/** One public subnet in each Availability Zone. */
function publicSubnets(topology: Topology, vpc: string | undefined): Subnet[] {
  const inZones = new Map<unknown, Subnet>();
  for (const subnet of topology.subnets) {
    const zone = known(subnet.zone);
    if (known(subnet.vpcId) === vpc && !inZones.has(zone) && isPublic(topology, subnet)) inZones.set(zone, subnet);
  }
  return [...inZones.values()];
}

function shown(vpc: string | undefined): string {
  return vpc === undefined ? "no VPC" : vpc.replace(/^\$\{(.*)\.id\}$/, "$1");
}
