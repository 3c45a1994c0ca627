import type { Action, DnsRecord, Topology } from "../../../topology/model";
import { missing } from "../../../topology/symbols";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { isResolved } from "../../analysis/names/record-names";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { few } from "../../fixes/shared-wording";
import type { Hop } from "../../report";
import type { OpenCheck, OpenReporter } from "./open-check";

/* What the file leaves open about the path itself; other rules depend on it. */

const where = "the rules on the file's structure";

export const STRUCTURE: readonly OpenCheck[] = [
  { where, path: names },
  { where, path: listeners },
  { where, path: groups },
  { where, path: targets },
  { where, file: lastRefresh },
];

function names({ records, isOwnName, host, balancer, topology }: TracedPath, report: OpenReporter): void {
  if (isOwnName) return;
  const [first] = records;
  if (first === undefined)
    report.open(
      "dns",
      new Unknown(balancer?.address ?? "aws_route53_record", "name", `the file has no record for ${host}`),
    );
  if (balancer === undefined && first !== undefined)
    report.open(
      "dns",
      new Unknown(
        first.address,
        first.alias === undefined ? "records" : "alias.name",
        isResolved(first)
          ? "it does not point to a load balancer in the file"
          : "the load balancer that it points to cannot be resolved from the file",
      ),
    );
  for (const record of records) {
    if (isUnknown(record.zoneId)) report.open("dns", record.zoneId);
    else zoneOf(record, host, topology, report);
    if (record.alias !== undefined && isUnknown(record.alias.name)) report.open("dns", record.alias.name);
  }
}

function zoneOf({ zoneId, address }: DnsRecord, host: string, { byId, source }: Topology, report: OpenReporter): void {
  const zone = byId.zone(zoneId);
  if (zone === undefined)
    report.assume({
      hop: "dns",
      address,
      text: `the zone of ${address} is public, and DNS for ${host} is delegated to it`,
    });
  // P02 reports a zone that the file creates.
  else if (zone.isPrivate === false && (zone.isData || (source === "plan" && !zone.actions.includes("create"))))
    report.assume({
      hop: "dns",
      address: zone.address,
      text: "the registrar or the parent zone delegates to its name servers",
    });
}

function listeners({ balancer, steps, from }: TracedPath, report: OpenReporter): void {
  if (balancer === undefined) return;
  const { isInternal, type, subnetIds, listeners: all } = balancer;
  for (const value of [type, isInternal]) if (isUnknown(value)) report.open("listener", value);
  if (subnetIds.open !== undefined) report.open("listener", subnetIds.open);
  if (steps.length === 0) for (const { port } of all) if (isUnknown(port)) report.open("listener", port);
  if (balancer.isData && all.length === 0)
    report.open("listener", new Unknown(balancer.address, "arn", "its listeners are not in the file"));
  if (from === "vpc")
    report.assume({
      hop: "dns",
      address: balancer.address,
      text: "clients are in the load balancer's VPC, or have a route to it",
    });
  for (const { listener, outcomes } of steps) {
    if (isUnknown(listener.protocol)) report.open("listener", listener.protocol);
    for (const { actions, address, match } of outcomes) {
      if (match instanceof Unknown) report.open("listener", match);
      for (const action of actions) unknownAction(action, address, report);
    }
  }
}

function unknownAction(action: Action, address: string, report: OpenReporter): void {
  if (action.type === "unknown") report.open("listener", new Unknown(address, action.attribute, action.why));
  if (action.type === "authenticate") report.assume({ hop: "listener", address, text: "clients can sign in" });
  if (action.type !== "redirect") return;
  for (const value of [action.protocol, action.host, action.port]) if (isUnknown(value)) report.open("listener", value);
}

function groups({ steps, topology }: TracedPath, report: OpenReporter): void {
  for (const { outcomes } of steps) {
    for (const { actions, address } of outcomes) {
      for (const action of actions) {
        if (action.type !== "forward") continue;
        for (const { arn } of action.targetGroups) {
          if (isUnknown(arn)) report.open("target-group", arn);
          else if (topology.byId.targetGroup(arn) === undefined)
            report.open("target-group", new Unknown(address, action.attribute, missing("the target group", arn)));
        }
      }
    }
  }
}

function targets(path: TracedPath, report: OpenReporter): void {
  for (const { server, registration, targetGroup, port, healthPort, subnets } of path.targets) {
    const open = (hop: Hop, attribute: string, why: string) =>
      report.open(hop, new Unknown(registration.address, attribute, why));
    if (isUnknown(port)) report.open("target-group", port);
    if (isUnknown(healthPort)) report.open("target-group", healthPort);
    if (isUnknown(targetGroup.targetType)) report.open("target-group", targetGroup.targetType);
    if (targetGroup.targetType === "lambda") continue;
    if (isUnknown(registration.targetId)) report.open("target", registration.targetId);
    else if (server === undefined)
      open("target", registration.attribute, missing("the target", known(registration.targetId)));
    if (server === undefined) continue;
    if (server.subnetIds.open !== undefined) report.open("target", server.subnetIds.open);
    else if (subnets.length < server.subnetIds.items.length)
      report.open(
        "target",
        new Unknown(
          server.address,
          "subnet_id",
          missing(
            "one of its subnets",
            server.subnetIds.items.find((it) => path.topology.byId.subnet(it) === undefined),
          ),
        ),
      );
    else if (subnets.length === 0)
      report.open("target", new Unknown(server.address, "subnet_id", "AWS chooses the subnet"));
    report.assume({
      hop: "target",
      address: server.address,
      text: "its image boots, and its application listens on the port that receives requests",
    });
  }
}

/**
 * A state also shows in a security group what other resources added. Without a refresh it still shows what an apply
 * has removed since.
 */
function lastRefresh({ source, securityGroups, routeTables, networkAcls }: Topology, report: OpenReporter): void {
  if (source !== "state") return;
  const isOwn = (
    part: { readonly address: string; readonly isData: boolean },
    lines: readonly { readonly address: string; readonly attribute: string }[],
  ) =>
    !part.isData && lines.some((it) => it.address === part.address && /^(ingress|egress|route)\b/.test(it.attribute));
  const listing = [
    ...securityGroups.filter((it) => isOwn(it, [...it.ingress, ...it.egress])),
    ...networkAcls.filter((it) => isOwn(it, [...it.ingress, ...it.egress])),
    ...routeTables.filter((it) => isOwn(it, it.routes)),
  ];
  if (listing.length > 0)
    report.assume({
      hop: "target",
      text:
        "the state was refreshed after the last apply, so the inline rules and routes it lists in " +
        `${few(listing.map(({ address }) => address))} still exist`,
    });
}
