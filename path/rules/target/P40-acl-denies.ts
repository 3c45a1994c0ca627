import type { AclEntry } from "../../../topology/model";
import { known } from "../../../topology/value";
import type { Blockage } from "../../analysis/network/acl-blockages";
import { analysePath } from "../../analysis/path-analysis";
import { everythingAllowed, lastNumber, NO_PROP_OF_ACL } from "../../fixes/acl-entries";
import { aboutBlockage, entryPorts, withoutEntries } from "../../fixes/acl-wording";
import { fix, setting } from "../../fixes/fix";
import type { FindingDetails, PathCheck, Rule } from "../rule";

const checkOrder: PathCheck = (path, report) => {
  analysePath(path).aclBlockages.blockages.forEach((blockage, index) => {
    const { by, isEmpty } = blockage;
    if (by !== undefined) report.finding(early(blockage, by, index));
    else if (isEmpty) report.finding(empty(blockage));
  });
};

/** A deny entry comes before an allow entry; several move behind all others, each to a number of its own. */
function early(blockage: Blockage, by: AclEntry, index: number): FindingDetails {
  const { acl, direction } = blockage;
  const number = lastNumber(acl[direction]) + 10 + index;
  return {
    address: by.address,
    attribute: by.attribute,
    ...aboutBlockage(blockage),
    observed:
      `entry ${known(by.number)} denies ${entryPorts(by)} ${direction === "ingress" ? "from" : "to"} ` +
      `${known(by.cidr)} before a later entry of ${acl.address} allows it`,
    fix: fix("Move the deny entry after the allow entry.", NO_PROP_OF_ACL, [
      setting(by.address, by.attribute.replace(/\[(\d+)\]/g, ".$1"), number),
    ]),
  };
}

function empty(blockage: Blockage): FindingDetails {
  const { acl, direction } = blockage;
  return {
    address: acl.address,
    attribute: direction,
    ...aboutBlockage(blockage),
    observed: withoutEntries(acl, direction),
    fix: fix(
      "Allow what the VPC's default network ACL allowed before.",
      NO_PROP_OF_ACL,
      everythingAllowed(acl, direction),
    ),
  };
}

export const P40: Rule = {
  id: "P40",
  hop: "target",
  title: "a network ACL denies traffic that a later entry allows, or has no entries",
  certainty: ["certain"],
  severity: { usual: "error", otherIf: "only health checks fail and nothing acts on the targets' health" },
  why:
    "Network ACL entries are evaluated from the lowest number up, and the first entry that matches a packet " +
    "decides. A later entry that allows the same packet is never evaluated. A network ACL that is created without " +
    "entries, or the default network ACL once Terraform manages it without any, denies all traffic.",
  symptom: "ERR_CONNECTION_TIMED_OUT, or 504 Gateway Timeout with Target.Timeout in the target's health",
  symptoms: ["timeout", "504", "unhealthy"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html",
  needs: [],
  review: { effect: "outage", headline: "observed" },
  check: { path: checkOrder },
};
