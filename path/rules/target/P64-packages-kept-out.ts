import type { SecurityGroup, SecurityRule, Server, Topology } from "../../../topology/model";
import { isUnknown, known, type Unknown } from "../../../topology/value";
import type { Fetch } from "../../analysis/boot-scripts/fetches";
import { isInVpc } from "../../analysis/network/fetch-ways";
import { coversInternet, holdsPublic, rangesOf } from "../../analysis/network/ipv4";
import { rulesInWords } from "../../analysis/network/rule-words";
import { opensPort, type RuleSet, ruleSet } from "../../analysis/network/security-rules";
import { analyseEnd } from "../../analysis/path-analysis";
import type { Installing } from "../../analysis/targets/installing";
import { fix } from "../../fixes/fix";
import { opening } from "../../fixes/group-fixes";
import { NOT_INSTALLED } from "../../fixes/packages";
import type { FindingDetails, Reporter, Rule, TargetCheck } from "../rule";

/** The security groups of a server allow no outbound traffic to where its packages are. */
const groups: TargetCheck = (end, report) => {
  for (const it of analyseEnd(end).installing)
    if (known(it.server.hasSecurityGroups) !== false) keptIn(end.topology, it, report);
};

function keptIn(topology: Topology, { server, subnets, fetches }: Installing, report: Reporter): void {
  if (fetches.length === 0) return;
  const set = ruleSet(topology, server.securityGroupIds, "egress", {
    address: server.settingsAddress,
    attribute: "vpc_security_group_ids",
  });
  const [group] = set.groups;
  const vpcIds = [...new Set(subnets.flatMap(({ vpcId }) => known(vpcId) ?? []))];
  for (const fetch of fetches) {
    const isNear = isInVpc(topology, vpcIds, fetch.from);
    const out = set.rules.map((rule) => letsOut(rule, fetch, isNear));
    if (out.includes(true)) continue;
    const why = out.find(isUnknown) ?? set.open;
    if (why !== undefined) report.open("target", why);
    else if (group !== undefined) return report.finding(notOpened(topology, server, group, set, fetch));
  }
}

/** Whether a rule opens one of the ports to where the packages are. */
function letsOut(rule: SecurityRule, { ports }: Fetch, isNear: boolean): boolean | Unknown {
  const opens = ports.map((port) => opensPort(rule, port));
  const isOpen = opens.includes(true) ? true : (opens.find(isUnknown) ?? false);
  if (isOpen === false) return false;
  const ranges = rule.cidrs.items.flatMap(rangesOf);
  const leads =
    coversInternet(ranges) ||
    ranges.some(holdsPublic) ||
    rule.prefixListIds.items.length > 0 ||
    (isNear && (ranges.length > 0 || rule.groupIds.items.length > 0));
  return leads ? isOpen : (rule.cidrs.open ?? rule.prefixListIds.open ?? false);
}

function notOpened(
  topology: Topology,
  server: Server,
  group: SecurityGroup,
  set: RuleSet,
  fetch: Fetch,
): FindingDetails {
  const ports = fetch.ports.map((it) => `tcp ${it}`).join(" or ");
  return {
    address: group.address,
    attribute: "egress",
    observed: rulesInWords(topology, set),
    required:
      `${ports} to ${fetch.from === "s3" ? "S3 or all addresses" : "all addresses"}, for \`${fetch.command}\` of ` +
      `${server.settingsAddress}`,
    symptom: NOT_INSTALLED,
    fix: fix(
      "Allow outbound traffic from the instances to the package repositories.",
      "`network: { egress }` sets these rules: `none` allows S3, `nat` allows 80 and 443; remove the override",
      opening(
        group,
        "egress",
        [80, 443].map((port) => ({ port, source: { cidr: "0.0.0.0/0" } })),
        "to_packages",
      ),
    ),
  };
}

export const P64: Rule = {
  id: "P64",
  hop: "target",
  title: "the instances' security group does not allow package downloads",
  certainty: ["certain"],
  why:
    "A security group drops each new outbound connection that none of its egress rules allows, package downloads " +
    "included. AWS gives a new security group a rule that allows all outbound traffic, but Terraform removes that " +
    "rule. If the egress rules do not cover the package repositories, the boot script cannot install the web " +
    "server.",
  symptom: "502 Bad Gateway or 504; the targets are unhealthy because nothing listens on their port",
  symptoms: ["502", "unhealthy", "504"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  needs: ["whole configuration", "boot scripts"],
  review: { effect: "outage", blames: "security groups" },
  check: { targets: groups },
};
