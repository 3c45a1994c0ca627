import type { Gateway, Server, Subnet, Topology } from "../../topology/model";
import { type Attr, isUnknown, known, Unknown } from "../../topology/value";
import { type Fetch, installs } from "../analysis/boot-scripts/user-data";
import { coversInternet, holdsPublic, rangesOf } from "../analysis/network/ipv4";
import { networkIndex } from "../analysis/network/network-index";
import { opensPort, ruleSet, rulesInWords } from "../analysis/network/reachability";
import { isForeign, isPublic, type Way, wayOut } from "../analysis/network/ways-out";
import { fix, setting } from "../fixes/fix";
import { nameFrom } from "../fixes/free-ranges";
import { opening } from "../fixes/group-fixes";
import { destinationSetting } from "../fixes/routes";
import type { Edit } from "../report";
import type { Reporter, TargetCheck } from "./rule";
import type { Rules } from "./subjects";

/* Whether what the instances install at their first boot can get to them. */

const NO_PROP =
  "`network: { egress }` makes the way that fits; no prop breaks it: remove the override or the added resource";
const SYMPTOM =
  "the boot script cannot install, nothing listens: connection refused, FailedHealthChecks, 502 Bad Gateway";

type Reach =
  | { readonly answer: "yes" }
  | { readonly answer: "assumed"; readonly text: string }
  | { readonly answer: "open"; readonly why: Unknown }
  | { readonly answer: "no"; readonly way: Way };

const YES: Reach = { answer: "yes" };

/**
 * P62: no way out of the subnet for what is installed; P63: a way that does not lead there; P64: a group that keeps it
 * in.
 */
const packages: TargetCheck = ({ topology, targets }, report) => {
  const servers = new Set(targets.flatMap(({ server }) => (server === undefined ? [] : [server])));
  const shutIn: ShutIn[] = [];
  for (const server of servers) {
    const subnets = server.subnetIds.items.flatMap((id) => topology.byId.subnet(id) ?? []);
    const script = server.userData;
    for (const subnet of subnets) brokenNat(topology, subnet, report);
    if (isUnknown(script)) unknownScript(topology, server, script, subnets, report);
    const fetches = installs(known(script) ?? "").filter(({ isNeeded }) => isNeeded);
    if (fetches.length === 0) continue;
    shutIn.push({ server, failed: failuresOf(topology, server, fetches, subnets, report) });
    groups(topology, server, fetches, report);
  }
  const count = shutIn.filter(({ failed }) => failed.length > 0).length;
  for (const it of shutIn)
    tell(topology, it, count < servers.size ? [`${count} of ${servers.size} servers`] : [], report);
};

/** A server and those of its subnets from which it does not get what it fetches. */
interface ShutIn {
  readonly server: Server;
  readonly failed: readonly { readonly subnet: Subnet; readonly fetch: Fetch; readonly reach: Reach }[];
}

/** What it does not say, it may need; but what Amazon Linux installs comes through S3. */
function unknownScript(
  topology: Topology,
  server: Server,
  why: Unknown,
  subnets: readonly Subnet[],
  report: Reporter,
): void {
  const reaches = subnets.map((subnet) => reachOf(topology, server, subnet, "internet"));
  if (reaches.every(({ answer }) => answer === "yes" || answer === "assumed")) return;
  if (subnets.every((subnet) => ["yes", "assumed"].includes(reachOf(topology, server, subnet, "s3").answer))) {
    report.assume({
      hop: "target",
      address: server.settingsAddress,
      text:
        `the user data of ${server.settingsAddress} needs nothing from outside but packages of Amazon Linux, ` +
        "which come through S3",
    });
  } else report.open("target", why);
}

function failuresOf(
  topology: Topology,
  server: Server,
  fetches: readonly Fetch[],
  subnets: readonly Subnet[],
  report: Reporter,
): ShutIn["failed"] {
  return subnets.flatMap((subnet) => {
    const results = fetches.map((fetch) => ({ subnet, fetch, reach: reachOf(topology, server, subnet, fetch.from) }));
    for (const { reach } of results) {
      if (reach.answer === "open") report.open("target", reach.why);
      if (reach.answer === "assumed") report.assume({ hop: "target", address: subnet.address, text: reach.text });
    }
    // What needs the internet comes first, as a way there is one for all.
    const [worst] = results
      .filter(({ reach }) => reach.answer === "no")
      .sort((a, b) => Number(a.fetch.from === "s3") - Number(b.fetch.from === "s3"));
    return worst === undefined ? [] : [worst];
  });
}

function tell(topology: Topology, { server, failed }: ShutIn, shares: readonly string[], report: Reporter): void {
  const parts = [
    ...shares,
    ...(failed.length < server.subnetIds.items.length
      ? [`${failed.length} of ${server.subnetIds.items.length} subnets`]
      : []),
  ];
  const common = { hop: "target" as const, symptom: SYMPTOM, ...(parts.length > 0 && { share: parts.join(", ") }) };
  for (const { subnet, fetch, reach } of failed) {
    // A NAT gateway without a way out is told already.
    if (reach.answer !== "no" || reach.way.kind === "nat-gateway") continue;
    const narrow =
      reach.way.kind === "none"
        ? reach.way.table.routes.find(
            ({ target, destination }) =>
              !isUnknown(target) && target?.kind === "nat-gateway" && rangesOf(known(destination) ?? "").length > 0,
          )
        : undefined;
    if (narrow !== undefined) {
      report.fault({
        id: "P63",
        ...common,
        address: narrow.address,
        attribute: narrow.attribute,
        observed: `the NAT gateway is for ${known(narrow.destination)} only`,
        required: `a route 0.0.0.0/0, for \`${fetch.command}\` of ${server.settingsAddress}`,
        fix: fix("Let the route to the NAT gateway be for all addresses.", NO_PROP, [
          destinationSetting(narrow, "0.0.0.0/0"),
        ]),
      });
      continue;
    }
    const isPublicSubnet = reach.way.kind === "internet-gateway" || reach.way.kind === "by-default";
    const attribute = isPublicSubnet
      ? "associate_public_ip_address"
      : server.kind === "instance"
        ? "subnet_id"
        : "vpc_zone_identifier";
    report.fault({
      id: "P62",
      ...common,
      address: isPublicSubnet ? server.settingsAddress : server.address,
      attribute,
      observed: isPublicSubnet
        ? `no public address in ${subnet.address}, whose only way out is an internet gateway`
        : `${subnet.address} has no way to the ` +
          `internet${fetch.from === "s3" ? ", nor an endpoint for S3 in its route table" : ""}`,
      required:
        `a way out for \`${fetch.command}\`: ` +
        `${fetch.from === "s3" ? "an S3 gateway endpoint in the route table (packages of Amazon Linux), or " : ""}` +
        `${isPublicSubnet ? "a public address" : "a route 0.0.0.0/0 to a NAT gateway"}`,
      fix: isPublicSubnet
        ? fix(
            "Give the instances public addresses.",
            '`instances: { placement: "public" }` gives them; no prop takes them away: remove the override',
            withPublicAddress(server, subnet),
          )
        : fetch.from === "s3"
          ? fix("Let the subnet's route table have an S3 gateway endpoint.", NO_PROP, withEndpoint(topology, subnet))
          : fix("Give the subnet a route to a NAT gateway.", '`network: { egress: "nat" }`', withNat(topology, subnet)),
    });
  }
}

function reachOf(topology: Topology, server: Server, subnet: Subnet, from: Fetch["from"]): Reach {
  const far = internetReach(topology, server, subnet);
  if (far.answer === "yes" || from === "internet") return far;
  const near = endpointReach(topology, subnet, from);
  if (near === undefined) return far;
  return near.answer === "open" && far.answer === "assumed" ? far : near;
}

function internetReach(topology: Topology, server: Server, subnet: Subnet): Reach {
  const way = wayOut(topology, subnet);
  switch (way.kind) {
    case "open":
      return { answer: "open", why: way.why };
    case "none":
    case "egress-only":
      return isIpv6Out(topology, subnet)
        ? { answer: "assumed", text: `${subnet.address} gets out by IPv6, and what is fetched is there by it` }
        : { answer: "no", way };
    case "elsewhere":
      return {
        answer: "assumed",
        text: `what ${way.route.address} leads to lets ${subnet.address} out to the internet`,
      };
    case "nat-gateway":
      return way.gateway === undefined
        ? { answer: "assumed", text: `the NAT gateway that ${way.route.address} names has a way out` }
        : natReach(topology, way.gateway, way);
    case "internet-gateway":
    case "by-default": {
      if (way.kind === "internet-gateway" && isForeign(topology, subnet, way.gateway)) return { answer: "no", way };
      const hasAddress: Attr<boolean> = server.publicIp ?? subnet.mapPublicIp;
      if (isUnknown(hasAddress)) return { answer: "open", why: hasAddress };
      return hasAddress === true ? YES : { answer: "no", way };
    }
  }
}

function isIpv6Out(topology: Topology, subnet: Subnet): boolean {
  return subnet.ipv6Cidr !== undefined && !["none", "open"].includes(wayOut(topology, subnet, "IPv6").kind);
}

/** Whether a NAT gateway itself gets out. */
function natReach(topology: Topology, nat: Gateway, way: Way): Reach {
  const subnet = topology.byId.subnet(nat.subnetId);
  if (isUnknown(nat.subnetId)) return { answer: "open", why: nat.subnetId };
  // Its subnet is in another file, or it is one of several zones, which has none.
  if (nat.isData || subnet === undefined) return { answer: "assumed", text: `${nat.address} has a way out` };
  const own = wayOut(topology, subnet);
  if (own.kind === "open") return { answer: "open", why: own.why };
  if (known(nat.connectivity) === "private")
    return { answer: "assumed", text: `${nat.address}, which is a private one, leads on to the internet` };
  if (own.kind === "elsewhere" || (own.kind === "nat-gateway" && own.gateway !== nat))
    return { answer: "assumed", text: `${nat.address} gets out by what ${own.route.address} leads to` };
  return isPublic(topology, subnet) ? YES : { answer: "no", way };
}

/**
 * P63: a NAT gateway on the servers' way out has none itself. It can never do its part, whatever the servers install.
 */
function brokenNat(topology: Topology, subnet: Subnet, report: Reporter): void {
  const way = wayOut(topology, subnet);
  if (way.kind !== "nat-gateway" || way.gateway === undefined) return;
  const { gateway } = way;
  if (natReach(topology, gateway, way).answer !== "no") return;
  const own = topology.byId.subnet(gateway.subnetId);
  const publics = networkIndex(topology)
    .subnetsOf(own?.vpcId)
    .filter((it) => isPublic(topology, it));
  const better =
    publics.find(({ zone }) => known(zone) !== undefined && known(zone) === known(own?.zone)) ?? publics[0];
  report.fault({
    id: "P63",
    hop: "target",
    address: gateway.address,
    attribute: "subnet_id",
    observed: `in ${own?.address}, whose route table has no route to an internet gateway`,
    required: "a subnet with a route 0.0.0.0/0 to an internet gateway",
    symptom: SYMPTOM,
    fix: fix(
      `Put the NAT gateway into ${better?.address ?? "a public subnet"}.`,
      NO_PROP,
      better === undefined ? [] : [setting(gateway.address, "subnet_id", known(better.id))],
    ),
  });
}

/** Through an endpoint of the VPC; nothing if there is none that would do. */
function endpointReach(topology: Topology, subnet: Subnet, from: "s3" | "registry"): Reach | undefined {
  const index = networkIndex(topology);
  const table = known(subnet.routeTable);
  const inVpc = index.gatewaysOf(subnet.vpcId).filter((it) => isEndpointFor(it, from));
  if (from === "s3" && index.endpointsOf(table?.id).some((it) => known(it.service)?.endsWith(".s3") === true))
    return YES;
  const [between] = inVpc.filter(({ endpointType }) => known(endpointType) === "Interface");
  if (between !== undefined)
    return { answer: "assumed", text: `the instances in ${subnet.address} reach ${between.address}` };
  const unsure = inVpc
    .map(
      ({ routeTableIds, service, isData, address }) =>
        routeTableIds.open ??
        (isUnknown(service)
          ? service
          : isData
            ? new Unknown(address, "route_table_ids", "the file does not say which route tables it is in")
            : undefined),
    )
    .find((it) => it !== undefined);
  return unsure === undefined ? undefined : { answer: "open", why: unsure };
}

/** Whether an endpoint is, or may be, for this service. */
function isEndpointFor({ kind, service }: Gateway, from: Fetch["from"]): boolean {
  return (
    kind === "endpoint" && (isUnknown(service) || (from === "s3" ? /\.s3$/ : /\.ecr\.(dkr|api)$/).test(service ?? ""))
  );
}

/** P64: the groups of a server let nothing out to where its packages are. */
function groups(topology: Topology, server: Server, fetches: readonly Fetch[], report: Reporter): void {
  if (known(server.hasSecurityGroups) === false) return;
  const set = ruleSet(topology, server.securityGroupIds, "egress", {
    address: server.settingsAddress,
    attribute: "vpc_security_group_ids",
  });
  const [group] = set.groups;
  const vpcIds = new Set(server.subnetIds.items.flatMap((id) => known(topology.byId.subnet(id)?.vpcId) ?? []));
  for (const fetch of fetches) {
    const isInVpc =
      fetch.from !== "internet" &&
      [...vpcIds].some((id) =>
        networkIndex(topology)
          .gatewaysOf(id)
          .some((it) => isEndpointFor(it, fetch.from) && known(it.endpointType) === "Interface"),
      );
    const out = set.rules.map((rule) => {
      const opens = fetch.ports.map((port) => opensPort(rule, port));
      const isOpen = opens.includes(true) ? true : (opens.find(isUnknown) ?? false);
      if (isOpen === false) return false;
      const ranges = rule.cidrs.items.flatMap(rangesOf);
      const leads =
        coversInternet(ranges) ||
        ranges.some(holdsPublic) ||
        rule.prefixListIds.items.length > 0 ||
        (isInVpc && (ranges.length > 0 || rule.groupIds.items.length > 0));
      const open = rule.cidrs.open ?? rule.prefixListIds.open;
      return leads ? isOpen : (open ?? false);
    });
    if (out.includes(true)) continue;
    const why = out.find(isUnknown) ?? set.open;
    if (why !== undefined) report.open("target", why);
    else if (group !== undefined) {
      const ports = fetch.ports.map((it) => `tcp ${it}`).join(" or ");
      return report.fault({
        id: "P64",
        hop: "target",
        address: group.address,
        attribute: "egress",
        observed: rulesInWords(topology, set),
        required:
          `${ports} to ${fetch.from === "s3" ? "S3 or everywhere" : "everywhere"}, for \`${fetch.command}\` of ` +
          `${server.settingsAddress}`,
        symptom: SYMPTOM,
        fix: fix(
          "Let the instances out to where their packages are.",
          "`network: { egress }` opens what fits: `none` opens S3, `nat` opens 80 and 443: remove the override",
          opening(
            group,
            "egress",
            [80, 443].map((port) => ({ port, source: { cidr: "0.0.0.0/0" } })),
            "to_packages",
          ),
        ),
      });
    }
  }
}

function withPublicAddress(server: Server, subnet: Subnet): readonly Edit[] {
  // Beside groups of its own a launch template has no place for it.
  return server.kind === "instance"
    ? [setting(server.settingsAddress, "associate_public_ip_address", true)]
    : [setting(subnet.address, "map_public_ip_on_launch", true)];
}

function withEndpoint(topology: Topology, subnet: Subnet): readonly Edit[] {
  const table = known(known(subnet.routeTable)?.id);
  if (table === undefined) return [];
  const own = networkIndex(topology)
    .gatewaysOf(subnet.vpcId)
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

function withNat(topology: Topology, subnet: Subnet): readonly Edit[] {
  const index = networkIndex(topology);
  const table = known(subnet.routeTable);
  const nats = index.gatewaysOf(subnet.vpcId).filter((it) => it.kind === "nat-gateway");
  const publics = index.subnetsOf(subnet.vpcId).filter((it) => isPublic(topology, it));
  const home = publics.find(({ zone }) => known(zone) === known(subnet.zone)) ?? publics[0];
  const own = nats.map(({ id }) => known(id)).find((id) => id !== undefined);
  if (table === undefined || (own === undefined && home === undefined)) return [];
  const name = nameFrom(subnet.address);
  const made: Edit[] =
    own !== undefined || home === undefined
      ? []
      : [
          { add: "aws_eip", name: `${name}_nat`, body: { domain: "vpc" }, like: home.address },
          {
            add: "aws_nat_gateway",
            name: `${name}_nat`,
            body: { allocation_id: `\${aws_eip.${name}_nat.id}`, subnet_id: known(home.id) },
            like: home.address,
          },
        ];
  return [
    ...made,
    {
      add: "aws_route",
      name: `${name}_nat`,
      body: {
        route_table_id: known(table.id),
        destination_cidr_block: "0.0.0.0/0",
        nat_gateway_id: own ?? `\${aws_nat_gateway.${name}_nat.id}`,
      },
      like: subnet.address,
    },
  ];
}

export const packageRules: Rules = { path: [], targets: [packages], file: [] };
