import type { Server, Subnet, Topology } from "../../../topology/model";
import { isUnknown, known, type Unknown } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { narrowNatRoute, reachOf } from "../../analysis/network/fetch-ways";
import { isPublic } from "../../analysis/network/ways-out";
import { analyseEnd } from "../../analysis/path-analysis";
import type { Failed, Installing } from "../../analysis/targets/installing";
import { fix, setting } from "../../fixes/fix";
import { nameFrom } from "../../fixes/free-ranges";
import { EGRESS_PROP, NOT_INSTALLED, sharesOfServers } from "../../fixes/packages";
import type { Edit, Fix } from "../../report";
import type { FindingDetails, Reporter, Rule, TargetCheck } from "../rule";

/** The subnet has no route to what the boot script installs. */
const packages: TargetCheck = (end, report) => {
  const all = analyseEnd(end).installing;
  const shareOf = sharesOfServers(all);
  for (const it of all) {
    if (isUnknown(it.server.userData)) unknownScript(end.topology, it, it.server.userData, report);
    for (const { subnet, reach } of it.attempts) {
      if (reach.answer === "open") report.open("target", reach.why);
      if (reach.answer === "assumed") report.assume({ hop: "target", address: subnet.address, text: reach.text });
    }
    // P63 reports a NAT gateway without a route to the internet, or with a route for some addresses only.
    for (const failed of it.failed)
      if (failed.way.kind !== "nat-gateway" && narrowNatRoute(failed.way) === undefined)
        report.finding({ ...noWayOut(end.topology, it.server, failed), ...shareOf(it) });
  }
};

/** An unknown script may need anything; but Amazon Linux packages come from S3. */
function unknownScript(topology: Topology, { server, subnets }: Installing, why: Unknown, report: Reporter): void {
  const gets = (from: "internet" | "s3"): boolean =>
    subnets.every((subnet) => ["yes", "assumed"].includes(reachOf(topology, server, subnet, from).answer));
  if (gets("internet")) return;
  if (!gets("s3")) return report.open("target", why);
  report.assume({
    hop: "target",
    address: server.settingsAddress,
    text: `the user data of ${server.settingsAddress} downloads only Amazon Linux packages, ` + "which come from S3",
  });
}

function noWayOut(topology: Topology, server: Server, { subnet, fetch, way }: Failed): FindingDetails {
  const isPublicSubnet = way.kind === "internet-gateway" || way.kind === "by-default";
  const isS3 = fetch.from === "s3";
  return {
    address: isPublicSubnet ? server.settingsAddress : server.address,
    attribute: isPublicSubnet
      ? "associate_public_ip_address"
      : server.kind === "instance"
        ? "subnet_id"
        : "vpc_zone_identifier",
    observed: isPublicSubnet
      ? `no public address in ${subnet.address}, whose only route to the internet is an internet gateway`
      : `${subnet.address} has no route to the internet${isS3 ? " and no S3 endpoint in its route table" : ""}`,
    required:
      `outbound access for \`${fetch.command}\`: ` +
      `${isS3 ? "an S3 gateway endpoint in the route table (Amazon Linux packages), or " : ""}` +
      `${isPublicSubnet ? "a public address" : "a route 0.0.0.0/0 to a NAT gateway"}`,
    symptom: NOT_INSTALLED,
    fix: isPublicSubnet
      ? withPublicAddress(server, subnet)
      : isS3
        ? fix("Add an S3 gateway endpoint to the subnet's route table.", EGRESS_PROP, withEndpoint(topology, subnet))
        : fix(
            "Add a route to a NAT gateway to the subnet's route table.",
            '`network: { egress: "nat" }`',
            withNat(topology, subnet),
          ),
  };
}

function withPublicAddress(server: Server, subnet: Subnet): Fix {
  return fix(
    "Assign public addresses to the instances.",
    '`instances: { placement: "public" }` assigns them, so no prop causes this; remove the override',
    // A launch template with its own security groups cannot set it.
    server.kind === "instance"
      ? [setting(server.settingsAddress, "associate_public_ip_address", true)]
      : [setting(subnet.address, "map_public_ip_on_launch", true)],
  );
}

function withEndpoint(topology: Topology, subnet: Subnet): readonly Edit[] {
  const table = known(known(subnet.routeTable)?.id);
  if (table === undefined) return [];
  const own = analyse(topology)
    .network.gatewaysOf(subnet.vpcId)
    .find(
      ({ kind, service, endpointType, isData }) =>
        kind === "endpoint" && !isData && known(service)?.endsWith(".s3") && known(endpointType) === "Gateway",
    );
  if (own !== undefined) return [setting(own.address, "route_table_ids", [...own.routeTableIds.items, table])];
  const region = known(subnet.region) ?? "us-east-1";
  return [
    {
      add: "aws_vpc_endpoint",
      name: `${nameFrom(subnet.address)}_s3`,
      body: {
        vpc_id: known(subnet.vpcId),
        service_name: `com.amazonaws.${region}.s3`,
        vpc_endpoint_type: "Gateway",
        route_table_ids: [table],
      },
      like: subnet.address,
    },
  ];
}

/** The VPC's own, or a new one in a public subnet, best in the same zone. */
function withNat(topology: Topology, subnet: Subnet): readonly Edit[] {
  const index = analyse(topology).network;
  const table = known(subnet.routeTable);
  const nats = index.gatewaysOf(subnet.vpcId).filter((it) => it.kind === "nat-gateway");
  const own = nats.map(({ id }) => known(id)).find((id) => id !== undefined);
  const publics = index.subnetsOf(subnet.vpcId).filter((it) => isPublic(topology, it));
  const home = publics.find(({ zone }) => known(zone) === known(subnet.zone)) ?? publics[0];
  if (table === undefined || (own === undefined && home === undefined)) return [];
  const name = `${nameFrom(subnet.address)}_nat`;
  return [
    ...(own !== undefined || home === undefined ? [] : newNat(name, home)),
    {
      add: "aws_route",
      name,
      body: {
        route_table_id: known(table.id),
        destination_cidr_block: "0.0.0.0/0",
        nat_gateway_id: own ?? `\${aws_nat_gateway.${name}.id}`,
      },
      like: subnet.address,
    },
  ];
}

function newNat(name: string, home: Subnet): readonly Edit[] {
  return [
    { add: "aws_eip", name, body: { domain: "vpc" }, like: home.address },
    {
      add: "aws_nat_gateway",
      name,
      body: { allocation_id: `\${aws_eip.${name}.id}`, subnet_id: known(home.id) },
      like: home.address,
    },
  ];
}

export const P62: Rule = {
  id: "P62",
  hop: "target",
  title: "the instances cannot download what they install",
  certainty: ["certain"],
  why:
    "A boot script that installs packages needs a route to where they are hosted. In a private subnet this is a " +
    "NAT gateway or, for Amazon Linux packages, which are in S3, a gateway endpoint in the subnet's route table. " +
    "In a public subnet the instance needs a public address of its own. Without one of these the installation " +
    "times out, the web server never starts, and all health checks fail.",
  symptom: "502 Bad Gateway or 504; the targets are unhealthy because nothing listens on their port",
  symptoms: ["502", "unhealthy", "504"],
  source: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html",
  needs: ["whole configuration", "boot scripts"],
  review: { effect: "outage" },
  check: { targets: packages },
};
