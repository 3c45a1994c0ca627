import type { Balancer, Subnet, Topology } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { known, Unknown } from "../../../topology/value";
import { type BalancerZones, balancerZones, kindOfZone, zoneInWords } from "../../analysis/network/zones";
import { mayBeApplication } from "../../analysis/requests/balancer-types";
import { freeZone, subnetsInOtherZones } from "../../fixes/balancer-subnets";
import { fix, setting } from "../../fixes/fix";
import { replacing } from "../../fixes/shared-wording";
import type { Edit } from "../../report";
import type { PathCheck, Reporter, Rule } from "../rule";

const zones: PathCheck = ({ balancer, topology }, report) => {
  if (balancer === undefined || !mayBeApplication(balancer)) return;
  const found = balancerZones(topology, balancer);
  for (const id of found.elsewhere)
    report.open(
      "listener",
      new Unknown(balancer.address, "subnets", `the file does not say which Availability Zone ${plain(id)} is in`),
    );
  if (found.pair !== undefined) sameZone(topology, balancer, found.pair, report);
  else if (balancer.subnetIds.items.length > 1) {
    for (const why of found.open) report.open("listener", why);
    unlikeZones(found, report);
  }
};

function sameZone(
  topology: Topology,
  balancer: Balancer,
  [first, second]: readonly [Subnet, Subnet],
  report: Reporter,
): void {
  const [other] = subnetsInOtherZones(topology, balancer, second);
  report.finding({
    address: balancer.address,
    attribute: "subnets",
    observed: `${first.address} and ${second.address} are both in ${zoneInWords(first)}`,
    required: "each subnet in a different Availability Zone",
    symptom: P42.symptom,
    fix: fix(
      other === undefined
        ? `Move ${second.address} to a different Availability Zone. ${replacing(second.address)}`
        : `Use ${other.address} instead of ${second.address} for the load balancer.`,
      "`network: { zones }` creates each subnet in its own zone, and no prop puts two in one; remove the override",
      inAnotherZone(topology, balancer, second, other),
    ),
  });
}

function inAnotherZone(
  topology: Topology,
  balancer: Balancer,
  second: Subnet,
  other: Subnet | undefined,
): readonly Edit[] {
  if (other !== undefined) {
    const ids = balancer.subnetIds.items.map((id) =>
      topology.byId.subnet(id) === second ? (known(other.id) ?? id) : id,
    );
    return [setting(balancer.address, "subnets", ids)];
  }
  const zone = freeZone(topology, balancer, second);
  return zone === undefined ? [] : [setting(second.address, "availability_zone", zone)];
}

/** Two zones that are written differently, such as a name and a list item, may be the same zone. */
function unlikeZones({ byZone }: BalancerZones, report: Reporter): void {
  const [[one, first] = [], ...others] = byZone;
  if (one === undefined || first === undefined) return;
  const [, unlike] = others.find(([zone]) => kindOfZone(zone) !== kindOfZone(one)) ?? [];
  if (unlike === undefined) return;
  report.open(
    "listener",
    new Unknown(
      unlike.address,
      "availability_zone",
      `the file does not say whether ${zoneInWords(unlike)} and ${plain(one)} are the same zone`,
    ),
  );
}

export const P42: Rule = {
  id: "P42",
  hop: "listener",
  title: "two of the load balancer's subnets are in the same Availability Zone",
  certainty: ["apply"],
  why:
    "An Application Load Balancer has exactly one subnet in each of its Availability Zones, from which its nodes in " +
    "that zone get their addresses. AWS refuses a second subnet in the same zone. Terraform does not compare the " +
    "zones, so only the apply fails.",
  symptom:
    "InvalidConfigurationRequest at apply: a load balancer cannot be attached to multiple subnets in the same " +
    "Availability Zone",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
  needs: [],
  review: { effect: "fails" },
  check: { path: zones },
};
