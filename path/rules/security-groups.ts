import type { Balancer, SecurityGroup, SecurityRule, Topology } from "../../topology/model";
import { isUnknown, known, Unknown } from "../../topology/value";
import { balancerGroups, isApplication } from "../analysis/network/balancer-groups";
import {
  argument,
  attributeOf,
  audience,
  type Direction,
  opensPort,
  plain,
  ruleInWords,
  ruleSet,
  rulesInWords,
  vpcIdOf,
} from "../analysis/network/reachability";
import type { TracedPath } from "../analysis/requests/traced-path";
import { fix, setting } from "../fixes/fix";
import { movedOut, opening, renamed, takenAway } from "../fixes/group-fixes";
import { BY_NO_PROP, few } from "../fixes/wording";
import type { Edit, Fix } from "../report";
import { prefixListWeights } from "./prefix-lists";
import type { PathCheck, Reporter } from "./rule";
import type { Rules } from "./subjects";
import { targetPassage } from "./target-passage";

/** P30: the clients do not get to the port; P31: the balancer has no group that could let them. */
const clients: PathCheck = (path, report) => {
  const { balancer, topology, from } = path;
  if (balancer === undefined || !isApplication(balancer)) return;
  const { ids, isMissing, open } = balancerGroups(path, balancer);
  if (open !== undefined) report.open("listener", open);
  if (isMissing) missingGroup(path, balancer, ids.items, report);
  if (ids.items.length === 0 && ids.open === undefined) {
    if (!isMissing)
      report.open(
        "listener",
        new Unknown(
          balancer.address,
          "security_groups",
          "it has the default group of its VPC, whose rules the file does not hold",
        ),
      );
    return;
  }
  const set = ruleSet(topology, ids, "ingress", { address: balancer.address, attribute: "security_groups" });
  const vpc = topology.byId.vpc(vpcIdOf(topology, balancer.subnetIds));
  const ipv6Only = known(balancer.ipAddressType) === "dualstack-without-public-ipv4";
  const audiences = new Map(portsOf(path).map((port) => [port, audience(topology, set, port, from, vpc, ipv6Only)]));
  for (const [port, who] of audiences) {
    if (who.answer === "open") report.open("listener", who.why);
    if (who.answer === "some")
      report.assume({
        hop: "listener",
        address: balancer.address,
        text: `port ${port} of ${balancer.address} is only for ${few(who.who)}, and whoever asks is one of them`,
      });
  }
  const [group] = set.groups;
  if (group === undefined || ![...audiences.values()].some(({ answer }) => answer === "nobody")) return;
  // One group is told of once: with the ports of all its listeners.
  const others = balancer.listeners
    .flatMap(({ port }) => known(port) ?? [])
    .filter((port) => audience(topology, set, port, from, vpc, ipv6Only).answer === "nobody");
  const closed = [
    ...new Set([...portsOf(path).filter((port) => audiences.get(port)?.answer === "nobody"), ...others]),
  ].sort((a, b) => a - b);
  const hasIpv6 =
    known(balancer.ipAddressType) === "dualstack" &&
    from === "internet" &&
    closed.every((port) => audience(topology, set, port, from, vpc, true).answer === "everyone");
  const whom = from === "vpc" ? "its VPC" : ipv6Only ? "the internet, by IPv6" : "the internet";
  const source = { cidr: ipv6Only ? "::/0" : from === "vpc" ? (vpc?.cidrs.items[0] ?? "10.0.0.0/8") : "0.0.0.0/0" };
  report.fault({
    id: "P30",
    hop: "listener",
    address: group.address,
    attribute: "ingress",
    observed: rulesInWords(topology, set),
    required: `tcp ${closed.join(" and ")} from clients ${from === "vpc" ? "in" : "on"} ${whom}`,
    symptom: `ERR_CONNECTION_TIMED_OUT on port ${closed.join(" and ")}; Reachability Analyzer: ENI_SG_RULES_MISMATCH`,
    ...(hasIpv6 && { share: "clients without IPv6" }),
    fix: fix(
      `Let clients in to port ${closed.join(" and ")} of the balancer.`,
      "no prop closes 80 or 443: remove the override",
      opening(
        group,
        "ingress",
        closed.map((port) => ({ port, source })),
        "clients",
      ),
    ),
  });
};

/** The port of the URL, and those that redirects lead to. */
function portsOf({ port, steps }: TracedPath): readonly number[] {
  return [...new Set([port, ...steps.map(({ listener }) => known(listener.port) ?? port)])];
}

function missingGroup(path: TracedPath, balancer: Balancer, fitting: readonly string[], report: Reporter): void {
  const { topology } = path;
  const vpcId = known(vpcIdOf(topology, balancer.subnetIds));
  const standard = known(topology.byId.vpc(vpcId)?.defaultSecurityGroupId);
  const ports = portsOf(path);
  const added: Edit[] =
    fitting.length > 0
      ? []
      : [
          {
            add: "aws_security_group",
            name: "balancer",
            like: balancer.address,
            body: {
              vpc_id: vpcId,
              ingress: ports.map((it) => ({ from_port: it, to_port: it, protocol: "tcp", cidr_blocks: ["0.0.0.0/0"] })),
              egress: [{ from_port: 0, to_port: 0, protocol: "-1", cidr_blocks: ["0.0.0.0/0"] }],
            },
          },
        ];
  const groups =
    fitting.length > 0 ? fitting : [...(standard === undefined ? [] : [standard]), "${aws_security_group.balancer.id}"];
  report.fault({
    id: "P31",
    hop: "listener",
    address: balancer.address,
    attribute: "security_groups",
    observed:
      "no security group, so that the balancer has the VPC's default group, which lets in nothing from outside it",
    required: `a group that lets clients in to port ${ports.join(" and ")}`,
    symptom: "ERR_CONNECTION_TIMED_OUT on every port",
    fix: fix("Give the balancer a group that lets its clients in.", BY_NO_PROP, [
      ...added,
      setting(balancer.address, "security_groups", groups),
    ]),
  });
}

/** A group on the path, with the groups that are on the other side of it. */
interface Used {
  readonly group: SecurityGroup;
  /** The VPC in which it is used. */
  readonly vpcId: string | undefined;
  /** An id of a group on the other side. */
  readonly opposite: string | undefined;
}

const used = new WeakMap<TracedPath, readonly Used[]>();

/** The balancer's groups and those of the targets, each once. */
function usedGroups(path: TracedPath): readonly Used[] {
  const { topology, balancer, targets } = path;
  if (balancer === undefined || !isApplication(balancer)) return [];
  const before = used.get(path);
  if (before !== undefined) return before;
  const own = balancer.securityGroupIds.items;
  const seen = new Map<string, Used | undefined>();
  for (const user of [balancer, ...new Set(targets.map(({ server }) => server))]) {
    for (const id of user?.securityGroupIds.items ?? []) {
      if (user === undefined || seen.has(id)) continue;
      const group = topology.byId.securityGroup(id);
      const opposite =
        user === balancer
          ? targets.find(({ server }) => server !== undefined)?.server?.securityGroupIds.items[0]
          : own[0];
      seen.set(
        id,
        group === undefined ? undefined : { group, vpcId: known(vpcIdOf(topology, user.subnetIds)), opposite },
      );
    }
  }
  const found = [...seen.values()].filter((it) => it !== undefined);
  used.set(path, found);
  return found;
}

/** P36: a rule names a group of another VPC. */
const otherVpc: PathCheck = (path, report) => {
  const { topology } = path;
  const byGroup = new Map(usedGroups(path).map((it) => [it.group, it]));
  for (const { group, vpcId, opposite } of byGroup.values()) {
    for (const direction of ["ingress", "egress"] as const) {
      for (const rule of group[direction]) {
        const other = rule.groupIds.items
          .map((id) => topology.byId.securityGroup(id))
          .find((it) => it !== undefined && areInDifferentVpcs(topology, group, it));
        if (other === undefined) continue;
        if ([group, other].some((it) => routedElsewhere(topology).has(known(it.vpcId) ?? ""))) {
          report.assume({
            hop: "target",
            address: rule.address,
            text:
              `the VPCs of ${group.address} and ${other.address} are peered, so that a rule of the one may name ` +
              "the other",
          });
          continue;
        }
        report.fault({
          id: "P36",
          hop: "target",
          address: rule.address,
          attribute: attributeOf(rule, argument(rule, "groups")),
          observed:
            `${ruleInWords(topology, rule, direction)}, in ${inVpc(group)}; ${other.address} is in ` +
            `${inVpc(other)}`,
          required: "a group of the same VPC, or of one that is peered with it",
          symptom: "InvalidGroup.NotFound at apply",
          fix: otherVpcFix(path, { group, vpcId, opposite }, rule, { group: other, vpcId: byGroup.get(other)?.vpcId }),
        });
      }
    }
  }
};

function otherVpcFix(
  { targets }: TracedPath,
  own: Used,
  rule: SecurityRule,
  other: Pick<Used, "group" | "vpcId">,
): Fix {
  const wanted = other.vpcId ?? (other.group.vpcId === undefined ? known(own.group.vpcId) : undefined);
  const astray = [{ group: other.group, vpcId: wanted }, own].find(
    ({ group, vpcId }) => !group.isData && vpcId !== undefined && vpcId !== known(group.vpcId),
  );
  if (astray !== undefined)
    return fix(`Put ${astray.group.address} into the VPC in which it is needed.`, BY_NO_PROP, [
      setting(astray.group.address, "vpc_id", astray.vpcId),
    ]);
  const others = rule.groupIds.items.filter((id) => id !== known(other.group.id));
  if (others.length > 0) return fix(`Take ${other.group.address} out of it.`, BY_NO_PROP, renamed(rule, others));
  const { opposite } = own;
  const serves = targets.some(
    ({ port, healthPort }) => opensPort(rule, port) === true || opensPort(rule, healthPort) === true,
  );
  const isOnlyOne = ![...own.group.ingress, ...own.group.egress].some(
    (it) =>
      it !== rule &&
      opposite !== undefined &&
      it.groupIds.items.includes(opposite) &&
      known(it.fromPort) === known(rule.fromPort),
  );
  if (opposite === undefined || !serves || !isOnlyOne) return fix("Take the rule away.", BY_NO_PROP, takenAway(rule));
  return fix(`Name ${plain(opposite)} in it.`, BY_NO_PROP, renamed(rule, [opposite]));
}

function areInDifferentVpcs({ byId }: Topology, a: SecurityGroup, b: SecurityGroup): boolean {
  if (isUnknown(a.vpcId) || isUnknown(b.vpcId) || a.vpcId === b.vpcId) return false;
  const [one, other] = [byId.vpc(a.vpcId), byId.vpc(b.vpcId)];
  // Without an id a group is in the region's default VPC.
  if (a.vpcId === undefined || b.vpcId === undefined)
    return [one, other].some((it) => it !== undefined && !it.isData && !it.isDefault);
  if (one?.isData === false && other?.isData === false) return true;
  return [a.vpcId, b.vpcId].every((id) => /^vpc-/.test(id));
}

function inVpc({ vpcId }: SecurityGroup): string {
  return vpcId === undefined ? "the default VPC" : isUnknown(vpcId) ? "an unknown VPC" : plain(vpcId);
}

const elsewhere = new WeakMap<Topology, ReadonlySet<string>>();

/** VPCs with a route to something that may be a peering or a transit gateway. */
function routedElsewhere(topology: Topology): ReadonlySet<string> {
  const found =
    elsewhere.get(topology) ??
    new Set(
      topology.routeTables.flatMap(({ vpcId, routes }) => {
        const leads = routes.some(
          ({ target }) => target !== undefined && (isUnknown(target) || target.kind === "other"),
        );
        return leads ? [known(vpcId) ?? ""] : [];
      }),
    );
  elsewhere.set(topology, found);
  return found;
}

/** P37: terraform takes away the rules beside a group whose own rules it keeps. */
const twoKinds: PathCheck = (path, report) => {
  // A state lists the rules beside a group in the group as well.
  if (path.topology.source === "state") return;
  for (const { group } of usedGroups(path)) {
    for (const direction of ["ingress", "egress"] as const satisfies readonly Direction[]) {
      const beside = group.standalone.filter((it) => it.direction === direction);
      const [first] = beside;
      if (!group.hasInline[direction] || first === undefined) continue;
      report.fault({
        id: "P37",
        hop: "target",
        address: group.address,
        attribute: direction,
        observed:
          `${direction} rules in ${group.address} itself, and beside it ` +
          `${few(beside.map(({ address }) => address))}`,
        required: "rules either in the group or beside it",
        symptom: "rules vanish at every other apply, and with them the connections",
        fix: fix(`Write all ${direction} rules of the group beside it.`, BY_NO_PROP, movedOut(group, direction)),
      });
    }
  }
};

/** Rows 30 to 38. */
export const securityGroupRules: Rules = {
  path: [clients, targetPassage, otherVpc, twoKinds, prefixListWeights],
  file: [],
};
