import type { Registration, SecurityGroup, Server, TargetGroup, Topology } from "../../topology/model";
import { isUnknown } from "../../topology/value";
import { registeredServer } from "../analysis/targets/registered-servers";
import { type Deadline, TimeIsUp } from "../deadline";
import { type Finding, type PathReport, placeOf } from "../report";
import { ruleOf } from "../rules/all";
import { traceTopology } from "../trace/trace";

/*
 * Whether all requests to a declared URL fail. A finding's `share` is the part of a path that it affects, where a path
 * covers every request to a name. Here only one request counts: the one of a client without special headers to the URL
 * itself.
 */

/** The share of a network ACL's finding, by the load balancer's subnets. */
const OF_SUBNETS = /^\d+ of \d+ of the load balancer's subnets$/;
/** Such as "1 of 2 targets": every request to an affected target fails. */
const OF_TARGETS = /^\d+ of \d+ (targets|servers)$/;

/**
 * Findings that, alone or together, make all requests to a URL fail.
 * @param isNew whether the change causes a finding
 * @throws {TimeIsUp} if there was not enough time
 */
export function unansweredBy(
  topology: Topology,
  isNew: (finding: Finding) => boolean,
  deadline: Deadline,
): ReadonlySet<string> {
  const report = traceTopology(topology, { deadline, asksPlainly: true });
  if (report.stopped !== undefined) throw new TimeIsUp(report.stopped);
  const fresh = new Map(
    report.findings.filter((it) => it.severity === "error" && isNew(it)).map((it) => [placeOf(it), it]),
  );
  return new Set(
    report.paths
      .flatMap((path) =>
        endingIn(
          path,
          path.hops.flatMap(({ findings }) => findings.flatMap((it) => fresh.get(placeOf(it)) ?? [])),
          topology,
        ),
      )
      .map(placeOf),
  );
}

/** The findings that make the request to the URL fail; none if a target may still respond. */
function endingIn(
  { hops, balancer: at }: PathReport,
  found: readonly Finding[],
  topology: Topology,
): readonly Finding[] {
  const balancer = topology.balancers.find(({ address }) => address === at);
  const whole = [
    ...found.filter(({ id, share }) => share === undefined || ruleOf(id).review.hits === "every request of its step"),
    ...endingInSubnets(balancer?.subnetIds.items ?? [], found, topology),
  ];
  const addresses = hops.find(({ hop }) => hop === "target-group")?.resources ?? [];
  const groups = addresses.map((address) => topology.targetGroups.find((it) => it.address === address));
  const all = groups.flatMap((group) => group?.registrations ?? []);
  const parts = groups.map((group) => (group === undefined ? [] : endingAt(group, all, found, topology)));
  return parts.length > 0 && parts.every((it) => it.length > 0) ? [...whole, ...parts.flat()] : whole;
}

/** The findings by which network ACLs together block all subnets of the load balancer. */
function endingInSubnets(ids: readonly string[], found: readonly Finding[], { byId }: Topology): readonly Finding[] {
  const parts = found.filter(({ share = "" }) => OF_SUBNETS.test(share));
  if (parts.length < 2) return [];
  const hit = ids.map((id) => {
    const acl = byId.subnet(id)?.networkAcl;
    return acl === undefined || isUnknown(acl)
      ? []
      : parts.filter(
          ({ address }) =>
            acl.address === address || [...acl.ingress, ...acl.egress].some((it) => it.address === address),
        );
  });
  return hit.length > 0 && hit.every((it) => it.length > 0) ? hit.flat() : [];
}

/** The findings by which no target of a target group responds. */
function endingAt(
  group: TargetGroup,
  all: readonly Registration[],
  found: readonly Finding[],
  topology: Topology,
): readonly Finding[] {
  const ofGroup = found.filter(
    ({ id, address }) => ruleOf(id).review.hits === "every request to its group" && address === group.address,
  );
  if (ofGroup.length > 0) return ofGroup;
  const parts = found
    .filter(({ share = "" }) => OF_TARGETS.test(share))
    .flatMap((finding) => {
      const hit = new Set(all.filter((it) => isAt(finding.address, it, topology)));
      // If several targets use a security group, the finding does not say which of them it affects.
      return Number.parseInt(finding.share ?? "", 10) < hit.size ? [] : [{ finding, hit }];
    });
  const hit = group.registrations.map((registration) =>
    parts.filter((it) => it.hit.has(registration)).map(({ finding }) => finding),
  );
  return hit.length > 0 && hit.every((it) => it.length > 0) ? hit.flat() : [];
}

/** Whether a finding's address belongs to a registration or to its server. */
function isAt(address: string, registration: Registration, topology: Topology): boolean {
  if (address === registration.address) return true;
  const server = registeredServer(registration, topology);
  return server !== undefined && isOf(address, server, topology);
}

/** Whether a finding's address is that of the server, of one of its security groups, or of a rule in one. */
function isOf(address: string, server: Server, { byId }: Topology): boolean {
  if (address === server.address || address === server.settingsAddress) return true;
  return server.securityGroupIds.items
    .map((id) => byId.securityGroup(id))
    .some((group) => group !== undefined && (group.address === address || hasRule(group, address)));
}

function hasRule({ ingress, egress }: SecurityGroup, address: string): boolean {
  return ingress.some((it) => it.address === address) || egress.some((it) => it.address === address);
}
