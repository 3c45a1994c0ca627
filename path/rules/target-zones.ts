import type { Balancer, Subnet } from "../../topology/model";
import { isUnknown, known, Unknown } from "../../topology/value";
import { networkIndex } from "../analysis/network/network-index";
import { isPublic } from "../analysis/network/ways-out";
import { kindOfZone } from "../analysis/network/zones";
import type { Target } from "../analysis/requests/traced-path";
import { plain } from "../analysis/symbols";
import { fix, setting } from "../fixes/fix";
import type { PathEnd, Reporter } from "./rule";
import type { Rules } from "./subjects";

/** P50: a balancer sends nothing to targets in zones that it is not in. */
export const targetZoneRules: Rules = { path: [], targets: [zones], file: [] };

function zones(path: PathEnd, report: Reporter): void {
  const { balancer, targets } = path;
  if (balancer === undefined || balancer.subnetIds.open !== undefined) return;
  const own = zonesOf(path, balancer);
  if (own === undefined || own.size === 0) return;
  for (const target of targets) {
    const outside = target.subnets.filter((subnet) => isOutside(subnet, own, report));
    if (outside.length > 0) told(path, target, outside, own, report);
  }
}

/** The zones that the balancer is in; nothing where not all of them are known. */
function zonesOf({ topology }: PathEnd, { subnetIds }: Balancer): ReadonlySet<string> | undefined {
  const found = subnetIds.items.map((id) => known(topology.byId.subnet(id)?.zone));
  return found.includes(undefined) ? undefined : new Set(found as string[]);
}

function isOutside({ zone, address }: Subnet, own: ReadonlySet<string>, report: Reporter): boolean {
  if (isUnknown(zone) || zone === undefined) {
    report.open("target", zone ?? new Unknown(address, "availability_zone", "AWS chooses a zone"));
    return false;
  }
  if (own.has(zone)) return false;
  const [one = ""] = own;
  if (kindOfZone(one) === kindOfZone(zone)) return true;
  report.open(
    "target",
    new Unknown(
      address,
      "availability_zone",
      `the file does not say whether ${plain(zone)} is one of the balancer's zones`,
    ),
  );
  return false;
}

function told(
  { topology, balancer }: PathEnd,
  { server, registration, subnets }: Target,
  outside: readonly Subnet[],
  own: ReadonlySet<string>,
  report: Reporter,
): void {
  const [first] = outside;
  if (first === undefined || server === undefined || balancer === undefined) return;
  const isGroup = server.kind === "auto-scaling-group";
  const attribute = isGroup ? "vpc_zone_identifier" : "subnet_id";
  const inside = subnets.filter((it) => !outside.includes(it));
  const better = networkIndex(topology)
    .subnetsOf(first.vpcId)
    .find(
      (it) =>
        own.has(known(it.zone) ?? "") &&
        known(it.id) !== undefined &&
        isPublic(topology, it) === isPublic(topology, first),
    );
  const kept = inside.length > 0 ? inside : better === undefined ? [] : [better];
  const value = isGroup ? kept.map(({ id }) => known(id)) : known(better?.id);
  report.fault({
    id: "P50",
    hop: "target",
    address: isGroup ? server.address : server.settingsAddress,
    attribute,
    observed:
      `${outside.map(({ address }) => address).join(", ")} in ` +
      `${[...new Set(outside.map(({ zone }) => plain(known(zone) ?? "")))].join(", ")}; ${balancer.address} is ` +
      `in ${[...own].map(plain).join(", ")}`,
    required: "a subnet in a zone that the balancer has a subnet in",
    symptom:
      "the target stays unused: Target.NotInUse, as its zone is not enabled for the load balancer " +
      `(${registration.address})`,
    ...(inside.length > 0 && { share: `${outside.length} of ${subnets.length} subnets` }),
    fix: fix(
      kept.length === 0 && better === undefined
        ? `Give ${balancer.address} a subnet in ${plain(known(first.zone) ?? "")}.`
        : `Put ${server.address} into ${kept.map(({ address }) => address).join(", ") || better?.address}.`,
      "`network: { zones }` gives balancer and instances the same zones; no prop parts them: remove the override",
      value === undefined || (Array.isArray(value) && value.length === 0)
        ? []
        : [setting(server.address, attribute, value)],
    ),
  });
}
