import type { SecurityGroup, Server, Topology } from "../../../topology/model";
import type { Fetch } from "../../analysis/boot-scripts/fetches";
import { keptIn } from "../../analysis/network/fetch-groups";
import { rulesInWords } from "../../analysis/network/rule-words";
import type { RuleSet } from "../../analysis/network/security-rules";
import { analyseEnd } from "../../analysis/path-analysis";
import { fix } from "../../fixes/fix";
import { opening } from "../../fixes/group-fixes";
import { NOT_INSTALLED } from "../../fixes/packages";
import type { FindingDetails, Rule, TargetCheck } from "../rule";

/** The security groups of a server allow no outbound traffic to where its packages are. */
const groups: TargetCheck = (end, report) => {
  for (const it of analyseEnd(end).installing)
    for (const found of keptIn(end.topology, it)) {
      if (found.kind === "open") report.open("target", found.why);
      else report.finding(notOpened(end.topology, it.server, found.group, found.set, found.fetch));
    }
};

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
