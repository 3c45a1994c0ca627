import type { AclEntry } from "../../../topology/model";
import { known } from "../../../topology/value";
import type { Blockage } from "../../analysis/network/acl-blockages";
import { analysePath } from "../../analysis/path-analysis";
import { everythingAllowed, lastNumber, NO_PROP_OF_ACL } from "../../fixes/acl-entries";
import { aboutBlockage, entryPorts } from "../../fixes/acl-wording";
import { fix, setting } from "../../fixes/fix";
import type { FindingDetails, PathCheck, Rule } from "../rule";

const checkOrder: PathCheck = (path, report) => {
  analysePath(path).aclBlockages.blockages.forEach((blockage, index) => {
    const { by, isEmpty } = blockage;
    if (by !== undefined) report.finding(early(blockage, by, index));
    else if (isEmpty) report.finding(empty(blockage));
  });
};

/** An entry that denies comes before one that allows; several move behind all others, each to a number of its own. */
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
    fix: fix("Let the entry that denies come after the one that allows.", NO_PROP_OF_ACL, [
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
    observed: `${acl.address} has no ${direction} entry, and so lets nothing ${direction === "ingress" ? "in" : "out"}`,
    fix: fix("Allow what the VPC's own ACL allowed before.", NO_PROP_OF_ACL, everythingAllowed(acl, direction)),
  };
}

export const P40: Rule = {
  id: "P40",
  hop: "target",
  title: "a network ACL denies what a later entry allows, or has no entries",
  certainty: ["certain"],
  why:
    "The entries of a network ACL are tried from the lowest number up, and the first one that fits a packet decides; " +
    "a later entry that allows the same packets is never reached. An ACL that is created without entries, or the " +
    "default ACL once terraform manages it without any, denies everything.",
  symptom: "ERR_CONNECTION_TIMED_OUT, or 504 Gateway Timeout with Target.Timeout in the target's health",
  symptoms: ["timeout", "504", "unhealthy"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: checkOrder },
};
