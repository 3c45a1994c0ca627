import type { Expectation } from "../expectation";
import type { Site } from "../site";
import { ANYONE, type CheckResult, distinct, groupNamed, rulesOf, unless } from "./check-result";

export const ALB_GROUP = "alb-security-group";
export const EC2_GROUP = "ec2-target-group-security-group";

type RuleView = Site["rules"][number];
const isTcp = (rule: RuleView, port: number) =>
  rule.IpProtocol === "tcp" && rule.FromPort === port && rule.ToPort === port;
const describe = (rule: RuleView) =>
  `${rule.IpProtocol} ${rule.FromPort}-${rule.ToPort} from ` +
  `${rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.ReferencedGroupInfo?.GroupId ?? rule.PrefixListId}`;

export function balancerGroupIsOpen(site: Site): CheckResult {
  const group = groupNamed(site, ALB_GROUP, site.balancer?.SecurityGroups);
  const rules = rulesOf(site, group?.GroupId, "in");
  const isWanted = (port: number) => rules.some((rule) => isTcp(rule, port) && rule.CidrIpv4 === ANYONE);
  const others = rules.filter((rule) => !([80, 443].some((port) => isTcp(rule, port)) && rule.CidrIpv4 === ANYONE));
  return {
    problems:
      group === undefined
        ? [`the load balancer has no security group named ${ALB_GROUP}`]
        : [
            ...[80, 443].filter((port) => !isWanted(port)).map((port) => `port ${port} is not open to ${ANYONE}`),
            ...others.map((rule) => `additional inbound rule: ${describe(rule)}`),
          ],
    observed: `${group?.GroupName}: ports 80 and 443 from ${ANYONE}`,
  };
}

export function instancesGroupIsClosed(site: Site, { appPort, healthCheckPort }: Expectation): CheckResult {
  const ids = distinct(
    site.instances.flatMap(({ SecurityGroups = [] }) => SecurityGroups.map(({ GroupId }) => GroupId)),
  );
  const group = groupNamed(site, EC2_GROUP, ids);
  const balancerGroups = site.balancer?.SecurityGroups ?? [];
  const rules = ids.flatMap((id) => rulesOf(site, id, "in"));
  const ports = distinct([appPort, healthCheckPort]);
  const isFromBalancer = ({ ReferencedGroupInfo }: { ReferencedGroupInfo?: { GroupId?: string } }) =>
    balancerGroups.includes(ReferencedGroupInfo?.GroupId ?? "");
  const isNarrowSsh = (rule: (typeof rules)[number]) =>
    isTcp(rule, 22) && rule.CidrIpv4 !== undefined && Number(rule.CidrIpv4.split("/")[1]) >= 8;
  const out = balancerGroups.flatMap((id) => rulesOf(site, id, "out"));
  const others = rules.filter(
    (rule) => !(ports.some((port) => isTcp(rule, port)) && isFromBalancer(rule)) && !isNarrowSsh(rule),
  );
  return {
    problems:
      group === undefined
        ? [`the instances have no security group named ${EC2_GROUP}`]
        : [
            ...ports
              .filter((port) => !rules.some((rule) => isTcp(rule, port) && isFromBalancer(rule)))
              .map((port) => `port ${port} is not open to the load balancer`),
            ...ports
              .filter(
                (port) => !out.some((rule) => isTcp(rule, port) && rule.ReferencedGroupInfo?.GroupId === group.GroupId),
              )
              .map((port) => `the load balancer's security group does not allow outbound traffic on port ${port}`),
            ...others.map((rule) => `open to other sources than the load balancer: ${describe(rule)}`),
          ],
    observed: `${group?.GroupName}: port ${ports.join(" and ")} from ${ALB_GROUP} only${
      rules.some(isNarrowSsh)
        ? `, SSH from ${rules
            .filter(isNarrowSsh)
            .map((rule) => rule.CidrIpv4)
            .join(", ")}`
        : ""
    }`,
  };
}

export function balancerHasGroup(site: Site): CheckResult {
  const ids = site.balancer?.SecurityGroups ?? [];
  const names = ids.map((id) => site.groups.find(({ GroupId }) => GroupId === id)?.GroupName ?? id);
  const isOnlyOurs = ids.length === 1 && groupNamed(site, ALB_GROUP, ids) !== undefined;
  return {
    problems: unless(
      isOnlyOurs,
      names.length === 0 ? "it has no security group" : `its security groups are ${names.join(", ")}`,
    ),
    observed: names.join(", "),
  };
}
