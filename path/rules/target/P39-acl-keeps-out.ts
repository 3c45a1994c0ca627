import type { AclEntry } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { known } from "../../../topology/value";
import type { Direction } from "../../analysis/network/security-rules";
import { analysePath } from "../../analysis/path-analysis";
import { flowsAllowed, NO_PROP_OF_ACL } from "../../fixes/acl-entries";
import { aboutBlockage, entryPorts, flowsInWords, withoutEntries } from "../../fixes/acl-wording";
import { fix } from "../../fixes/fix";
import { few } from "../../fixes/shared-wording";
import type { PathCheck, Reporter, Rule } from "../rule";

const checkEntries: PathCheck = (path, report) => {
  const { topology, balancer } = path;
  if (balancer === undefined) return;
  const { blockages, open, foreign, onlyForUsualPorts } = analysePath(path).aclBlockages;
  for (const { hop, why } of open) report.open(hop, why);
  if (foreign.length > 0) assumeForeign(balancer.address, foreign, report);
  for (const { address } of onlyForUsualPorts)
    report.assume({
      hop: "listener",
      address,
      text: `clients connect from port 32768 or above, as ${address} allows no responses to lower ports`,
    });
  for (const blockage of blockages) {
    const { acl, direction, by, isEmpty, flows } = blockage;
    if (by !== undefined || isEmpty) continue;
    const entries = acl[direction];
    report.finding({
      address: acl.address,
      attribute: direction,
      ...aboutBlockage(blockage),
      observed:
        entries.length === 0
          ? withoutEntries(acl, direction)
          : `${acl.address} has only these ${direction} entries: ${entriesInWords(entries, direction)}`,
      fix: fix(
        `Allow ${flowsInWords(flows)} in the network ACL.`,
        NO_PROP_OF_ACL,
        flowsAllowed(topology, acl, direction, flows),
      ),
    });
  }
};

function assumeForeign(address: string, foreign: readonly string[], report: Reporter): void {
  report.assume({
    hop: "target",
    address,
    text:
      "the network ACLs of subnets that the file does not create allow requests and responses " +
      `(${few([...new Set(foreign)])})`,
  });
}

function entriesInWords(entries: readonly AclEntry[], direction: Direction): string {
  const shown = entries
    .slice(0, 4)
    .map(
      (it) =>
        `${known(it.number) ?? "?"} ${known(it.allow) === false ? "deny" : "allow"} ${entryPorts(it)} ` +
        `${direction === "ingress" ? "from" : "to"} ${plain(known(it.cidr) ?? "IPv6 or an unknown range")}`,
    );
  return `${shown.join("; ")}${entries.length > shown.length ? `; and ${entries.length - shown.length} more` : ""}`;
}

export const P39: Rule = {
  id: "P39",
  hop: "target",
  title: "a network ACL blocks responses or health checks",
  certainty: ["certain"],
  severity: { usual: "error", otherIf: "only health checks fail and nothing acts on the targets' health" },
  why:
    "A network ACL is stateless: unlike a security group, it does not allow a response because it allowed the " +
    "request. Responses go to the port from which the other side connected, one from 1024 to 65535, so a network " +
    "ACL on the subnets of the load balancer or of the targets needs entries for these ports in the other " +
    "direction. Traffic that no entry allows is dropped.",
  symptom: "ERR_CONNECTION_TIMED_OUT, or 504 Gateway Timeout with Target.Timeout in the target's health",
  symptoms: ["timeout", "504", "unhealthy"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",
  needs: [],
  review: { effect: "outage", headline: "observed" },
  check: { path: checkEntries },
};
