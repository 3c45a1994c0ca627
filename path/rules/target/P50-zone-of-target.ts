import type { Balancer, Subnet, Topology } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { isUnknown, known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { isPublic } from "../../analysis/network/ways-out";
import { enabledZones, isOutside } from "../../analysis/network/zones";
import type { Target } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { replacing, shareOf } from "../../fixes/shared-wording";
import type { Fix } from "../../report";
import type { FindingDetails, Reporter, Rule, TargetCheck } from "../rule";

const checkZones: TargetCheck = ({ topology, balancer, targets }, report) => {
  if (balancer === undefined) return;
  const zones = enabledZones(topology, balancer);
  if (zones.length === 0) return;
  for (const target of targets) {
    const outside = target.subnets.filter((subnet) => isReportedOutside(subnet, zones, report));
    if (outside.length > 0 && target.server !== undefined)
      report.finding(outsideFinding(topology, { balancer, zones, target, server: target.server, outside }));
  }
};

function isReportedOutside(subnet: Subnet, zones: readonly string[], report: Reporter): boolean {
  const outside = isOutside(subnet, zones);
  if (isUnknown(outside)) report.open("target", outside);
  return outside === true;
}

interface Outside {
  readonly balancer: Balancer;
  /** The load balancer's. */
  readonly zones: readonly string[];
  readonly target: Target;
  readonly server: NonNullable<Target["server"]>;
  /** The target's subnets that are in none of the zones. */
  readonly outside: readonly Subnet[];
}

function outsideFinding(topology: Topology, it: Outside): FindingDetails {
  const { balancer, zones, target, server, outside } = it;
  const { subnets, registration } = target;
  const shown = new Set(outside.map(({ zone }) => plain(known(zone) ?? "")));
  return {
    address: isGroup(it) ? server.address : server.settingsAddress,
    attribute: attributeOf(it),
    observed:
      `${addresses(outside)} in ${[...shown].join(", ")}; ${balancer.address} is in ` +
      `${zones.map(plain).join(", ")}`,
    required: "a subnet in one of the load balancer's Availability Zones",
    symptom:
      "the target is unused: Target.NotInUse, as its Availability Zone is not enabled for the load balancer " +
      `(${registration.address})`,
    ...shareOf(outside.length, subnets.length, "subnets"),
    fix: fixOf(topology, it),
  };
}

/** The target keeps its subnets in the load balancer's zones, or gets one that is as public as its own. */
function fixOf(topology: Topology, it: Outside): Fix {
  const { balancer, zones, target, server, outside } = it;
  const [first] = outside;
  const inside = target.subnets.filter((subnet) => !outside.includes(subnet));
  const better = analyse(topology)
    .network.subnetsOf(first?.vpcId)
    .find(
      (subnet) =>
        zones.includes(known(subnet.zone) ?? "") &&
        known(subnet.id) !== undefined &&
        first !== undefined &&
        isPublic(topology, subnet) === isPublic(topology, first),
    );
  const props =
    "`network: { zones }` sets the zones of load balancer and instances, so no prop causes this; remove the override";
  const kept = inside.length > 0 ? inside : better === undefined ? [] : [better];
  if (kept.length === 0)
    return fix(`Add a subnet in ${plain(known(first?.zone) ?? "")} to ${balancer.address}.`, props, []);
  const value = isGroup(it) ? kept.map(({ id }) => known(id)) : known(better?.id);
  return fix(
    `Move ${server.address} to ${addresses(kept)}.${isGroup(it) ? "" : ` ${replacing(server.address)}`}`,
    props,
    value === undefined ? [] : [setting(server.address, attributeOf(it), value)],
  );
}

function isGroup({ server }: Outside): boolean {
  return server.kind === "auto-scaling-group";
}

function attributeOf(it: Outside): string {
  return isGroup(it) ? "vpc_zone_identifier" : "subnet_id";
}

function addresses(subnets: readonly Subnet[]): string {
  return subnets.map(({ address }) => address).join(", ");
}

export const P50: Rule = {
  id: "P50",
  hop: "target",
  title: "a target is in an Availability Zone that is not enabled for the load balancer",
  certainty: ["certain"],
  why:
    "A load balancer is enabled for the Availability Zones of its subnets and sends no requests to targets in " +
    "other zones. Such a target is registered without an error and stays unused. If no target is in an enabled " +
    "zone, the load balancer returns a 503.",
  symptom: "the target is unused: Target.NotInUse; 503 Service Unavailable if this applies to all targets",
  symptoms: ["503", "unhealthy"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
  needs: [],
  review: { effect: "outage" },
  check: { targets: checkZones },
};
