import type { Registration, SecurityGroup, Server, TargetGroup, Topology } from "../../topology/model";
import { isUnknown } from "../../topology/value";
import { registeredServer } from "../analysis/targets/registered-servers";
import { type Deadline, TimeIsUp } from "../deadline";
import { type Finding, type PathReport, placeOf } from "../report";
import { ruleOf } from "../rules/all";
import { traceTopology } from "../trace/trace";

/*
 * Whether nobody is answered at some declared URL. A finding's `share` says which part of a path it hits, where a path
 * is every request that may come to a name; here only the one request counts that a client without special headers
 * makes to the URL itself.
 */

/** Of a network ACL, by the subnets of the load balancer. */
const OF_SUBNETS = /^\d+ of \d+ of the load balancer's subnets$/;
/** Such as "1 of 2 targets": each that is hit is hit by every request. */
const OF_TARGETS = /^\d+ of \d+ (targets|servers)$/;

/**
 * Findings by which, alone or together, a URL is answered by nobody.
 * @param isNew whether the change brings a finding
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

/** The findings that keep the URL's request from any answer; none where some target may still give one. */
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

/** The findings by which network ACLs shut all of some subnets, each of them one part. */
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

/** The findings by which no target of a group answers. */
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
      // Of a security group that several targets have it does not say which of them it hits.
      return Number.parseInt(finding.share ?? "", 10) < hit.size ? [] : [{ finding, hit }];
    });
  const hit = group.registrations.map((registration) =>
    parts.filter((it) => it.hit.has(registration)).map(({ finding }) => finding),
  );
  return hit.length > 0 && hit.every((it) => it.length > 0) ? hit.flat() : [];
}

/** Whether a finding's address is a registration's own, or one of its server's. */
function isAt(address: string, registration: Registration, topology: Topology): boolean {
  if (address === registration.address) return true;
  const server = registeredServer(registration, topology);
  return server !== undefined && isOf(address, server, topology);
}

/** Whether a finding's address is the server's own, or that of a group that it has or of a rule in one. */
function isOf(address: string, server: Server, { byId }: Topology): boolean {
  if (address === server.address || address === server.settingsAddress) return true;
  return server.securityGroupIds.items
    .map((id) => byId.securityGroup(id))
    .some((group) => group !== undefined && (group.address === address || hasRule(group, address)));
}

function hasRule({ ingress, egress }: SecurityGroup, address: string): boolean {
  return ingress.some((it) => it.address === address) || egress.some((it) => it.address === address);
}
