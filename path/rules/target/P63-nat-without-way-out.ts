import type { Gateway, Route, Server, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { narrowNatRoute, shutNat } from "../../analysis/network/fetch-ways";
import { isPublic } from "../../analysis/network/ways-out";
import { analyseEnd } from "../../analysis/path-analysis";
import type { Failed } from "../../analysis/targets/installing";
import { fix, setting } from "../../fixes/fix";
import { EGRESS_PROP, NOT_INSTALLED, sharesOfServers } from "../../fixes/packages";
import { destinationSetting } from "../../fixes/routes";
import type { FindingDetails, Rule, TargetCheck } from "../rule";

const nats: TargetCheck = (end, report) => {
  const all = analyseEnd(end).installing;
  const shareOf = sharesOfServers(all);
  for (const it of all) {
    // It can never work, whatever the servers install.
    for (const nat of it.subnets.flatMap((subnet) => shutNat(end.topology, subnet) ?? []))
      report.finding(withoutWayOut(end.topology, nat));
    for (const failed of it.failed) {
      const route = narrowNatRoute(failed.way);
      if (route !== undefined) report.finding({ ...tooNarrow(route, it.server, failed), ...shareOf(it) });
    }
  }
};

function withoutWayOut(topology: Topology, { address, subnetId }: Gateway): FindingDetails {
  const own = topology.byId.subnet(subnetId);
  const publics = analyse(topology)
    .network.subnetsOf(own?.vpcId)
    .filter((it) => isPublic(topology, it));
  const better =
    publics.find(({ zone }) => known(zone) !== undefined && known(zone) === known(own?.zone)) ?? publics[0];
  return {
    address,
    attribute: "subnet_id",
    observed: `in ${own?.address}, whose route table has no route to an internet gateway`,
    required: "a subnet with a route 0.0.0.0/0 to an internet gateway",
    symptom: NOT_INSTALLED,
    fix: fix(
      `Move the NAT gateway to ${better?.address ?? "a public subnet"}.`,
      EGRESS_PROP,
      better === undefined ? [] : [setting(address, "subnet_id", known(better.id))],
    ),
  };
}

function tooNarrow(route: Route, server: Server, { fetch }: Failed): FindingDetails {
  return {
    address: route.address,
    attribute: route.attribute,
    observed: `the route to the NAT gateway covers only ${known(route.destination)}`,
    required: `a route 0.0.0.0/0, for \`${fetch.command}\` of ${server.settingsAddress}`,
    symptom: NOT_INSTALLED,
    fix: fix("Route all addresses to the NAT gateway.", EGRESS_PROP, [destinationSetting(route, "0.0.0.0/0")]),
  };
}

export const P63: Rule = {
  id: "P63",
  hop: "target",
  title: "the NAT gateway has no route to the internet, or the route to it does not cover all addresses",
  certainty: ["certain"],
  why:
    "A NAT gateway forwards the traffic of private subnets through the route table of its own subnet. This must be " +
    "a public subnet, with a route to an internet gateway, and the private subnets need a route for all addresses " +
    "to the NAT gateway. Otherwise the instances cannot reach the internet, and the packages they install at first " +
    "boot are missing.",
  symptom: "502 Bad Gateway or 504; the targets are unhealthy because nothing listens on their port",
  symptoms: ["502", "unhealthy", "504"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html",
  needs: ["whole configuration"],
  review: { effect: "outage", headline: "observed" },
  check: { targets: nats },
};
