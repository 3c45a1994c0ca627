import type { Gateway, RouteTable, Subnet, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { internetGatewayOf, type WaysBack } from "../../analysis/network/ways-back";
import type { Way } from "../../analysis/network/ways-out";
import { analysePath } from "../../analysis/path-analysis";
import { fix, setting } from "../../fixes/fix";
import { nameFrom } from "../../fixes/free-ranges";
import { ANYWHERE, newInternetGateway, routeArgument, routeSetting } from "../../fixes/routes";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import { NO_ROUTE, shareOfSubnets } from "../../fixes/ways-back";
import type { Edit } from "../../report";
import type { FindingDetails, PathCheck, Rule } from "../rule";

const tables: PathCheck = (path, report) => {
  for (const back of analysePath(path).waysBack) {
    if (isUnknown(back.balancer.isInternal)) continue;
    for (const { subnet, way, forgotten } of back.shut) {
      if (way.kind === "internet-gateway") report.finding(foreignGateway(path.topology, subnet, way, back));
      else if (forgotten !== undefined) report.finding(notAssociated(subnet, forgotten, back));
    }
  }
};

type ToGateway = Extract<Way, { kind: "internet-gateway" }>;

function foreignGateway(topology: Topology, subnet: Subnet, way: ToGateway, back: WaysBack): FindingDetails {
  const { route, gateway } = way;
  const vpcId = known(gateway?.vpcId) ?? "";
  return {
    address: route.address,
    attribute: routeArgument(route, "gateway_id"),
    observed: isAttached(gateway)
      ? `${gateway?.address} is attached to ${topology.byId.vpc(vpcId)?.address ?? vpcId}, not to the VPC of ` +
        `${subnet.address}`
      : `${gateway?.address} is not attached to a VPC`,
    required: `a route ${ANYWHERE[back.family]} to an internet gateway of its VPC`,
    symptom: NO_ROUTE,
    ...shareOfSubnets(back),
    fix: fix(
      "Point the route to the internet gateway of its own VPC.",
      BY_NO_PROP,
      toOwnGateway(topology, subnet, way),
    ),
  };
}

/** An internet gateway that is not attached has no other user. */
function toOwnGateway(topology: Topology, subnet: Subnet, { route, gateway }: ToGateway): readonly Edit[] {
  const own = internetGatewayOf(topology, subnet);
  if (own !== undefined) return [routeSetting(route, "gateway_id", own)];
  return isAttached(gateway)
    ? newInternetGateway(subnet, (id) => [routeSetting(route, "gateway_id", id)])
    : [setting(gateway?.address ?? "", "vpc_id", known(subnet.vpcId))];
}

function isAttached(gateway: Gateway | undefined): boolean {
  const vpc = known(gateway?.vpcId);
  return vpc !== undefined && vpc !== "";
}

function notAssociated(subnet: Subnet, table: RouteTable, back: WaysBack): FindingDetails {
  return {
    address: subnet.address,
    attribute: "route_table_id",
    observed:
      "no route table association, so it uses the VPC's main route table, which has no route to the internet; " +
      `${table.address} has one`,
    required: `an association with ${table.address}`,
    symptom: NO_ROUTE,
    ...shareOfSubnets(back),
    fix: fix(`Associate ${subnet.address} with ${table.address}.`, BY_NO_PROP, [
      {
        add: "aws_route_table_association",
        name: `${nameFrom(subnet.address)}_public`,
        body: { subnet_id: known(subnet.id), route_table_id: known(table.id) },
        like: subnet.address,
      },
    ]),
  };
}

export const P45: Rule = {
  id: "P45",
  hop: "listener",
  title: "the public route table is not associated, or its route points to another VPC's internet gateway",
  certainty: ["certain"],
  why:
    "A subnet without an association uses its VPC's main route table, which has no route to the internet unless one " +
    "was added. A route table with the correct route has no effect until it is associated. An internet gateway " +
    "serves only the VPC that it is attached to. In both cases, the load balancer's responses do not reach the " +
    "internet.",
  symptom: "ERR_CONNECTION_TIMED_OUT for some or all clients",
  symptoms: ["timeout", "sometimes"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html",
  needs: ["whole configuration"],
  review: { effect: "outage", headline: "observed" },
  check: { path: tables },
};
