import type { Balancer, Subnet, Topology } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { isPublic } from "../../analysis/network/ways-out";
import { balancerZones, kindOfZone } from "../../analysis/network/zones";
import type { Target } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { shareOf } from "../../fixes/shared-wording";
import type { Fix } from "../../report";
import type { FindingDetails, Reporter, Rule, TargetCheck } from "../rule";

const checkZones: TargetCheck = ({ topology, balancer, targets }, report) => {
  if (balancer === undefined || balancer.subnetIds.open !== undefined) return;
  const { byZone, open, elsewhere } = balancerZones(topology, balancer);
  const zones = [...byZone.keys()];
  if (zones.length === 0 || open.length > 0 || elsewhere.length > 0) return;
  for (const target of targets) {
    const outside = target.subnets.filter((subnet) => isOutside(subnet, zones, report));
    if (outside.length > 0 && target.server !== undefined)
      report.finding(outsideFault(topology, { balancer, zones, target, server: target.server, outside }));
  }
};

function isOutside({ zone, address }: Subnet, zones: readonly string[], report: Reporter): boolean {
  if (isUnknown(zone) || zone === undefined) {
    report.open("target", zone ?? new Unknown(address, "availability_zone", "AWS chooses a zone"));
    return false;
  }
  if (zones.includes(zone)) return false;
  if (kindOfZone(zones[0] ?? "") === kindOfZone(zone)) return true;
  const why = `the file does not say whether ${plain(zone)} is one of the load balancer's zones`;
  report.open("target", new Unknown(address, "availability_zone", why));
  return false;
}

interface Outside {
  readonly balancer: Balancer;
  /** The load balancer's. */
  readonly zones: readonly string[];
  readonly target: Target;
  readonly server: NonNullable<Target["server"]>;
  /** Those of the target's subnets that are in none of the zones. */
  readonly outside: readonly Subnet[];
}

function outsideFault(topology: Topology, it: Outside): FindingDetails {
  const { balancer, zones, target, server, outside } = it;
  const { subnets, registration } = target;
  const shown = new Set(outside.map(({ zone }) => plain(known(zone) ?? "")));
  return {
    address: isGroup(it) ? server.address : server.settingsAddress,
    attribute: attributeOf(it),
    observed:
      `${addresses(outside)} in ${[...shown].join(", ")}; ${balancer.address} is in ` +
      `${zones.map(plain).join(", ")}`,
    required: "a subnet in a zone that the load balancer has a subnet in",
    symptom:
      "the target stays unused: Target.NotInUse, as its zone is not enabled for the load balancer " +
      `(${registration.address})`,
    ...shareOf(outside.length, subnets.length, "subnets"),
    fix: fixOf(topology, it),
  };
}

/** The target keeps its subnets in the load balancer's zones, or gets one that is as public as that it has. */
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
    "`network: { zones }` gives load balancer and instances the same zones; no prop parts them: remove the override";
  const kept = inside.length > 0 ? inside : better === undefined ? [] : [better];
  if (kept.length === 0)
    return fix(`Give ${balancer.address} a subnet in ${plain(known(first?.zone) ?? "")}.`, props, []);
  const value = isGroup(it) ? kept.map(({ id }) => known(id)) : known(better?.id);
  return fix(
    `Put ${server.address} into ${addresses(kept)}.`,
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
  title: "a target is in a zone that the load balancer is not in",
  certainty: ["certain"],
  why:
    "A load balancer is enabled for the Availability Zones of its subnets and sends nothing to targets in other " +
    "zones. Such a target is registered without an error and stays unused; with no target in an enabled zone, the " +
    "load balancer answers 503.",
  symptom: "the target stays unused: Target.NotInUse; 503 Service Unavailable if it is true of all",
  symptoms: ["503", "unhealthy"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
  needs: [],
  review: { effect: "outage" },
  check: { targets: checkZones },
};
