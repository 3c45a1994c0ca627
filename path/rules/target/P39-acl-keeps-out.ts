import type { AclEntry } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { known } from "../../../topology/value";
import type { Direction } from "../../analysis/network/security-rules";
import { analysePath } from "../../analysis/path-analysis";
import { flowsAllowed, NO_PROP_OF_ACL } from "../../fixes/acl-entries";
import { aboutBlockage, entryPorts, flowsInWords } from "../../fixes/acl-wording";
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
      text: `clients connect from port 32768 or above, as ${address} lets no answers out to lower ones`,
    });
  for (const blockage of blockages) {
    const { acl, direction, by, isEmpty, flows } = blockage;
    if (by !== undefined || isEmpty) continue;
    const way = direction === "ingress" ? "in" : "out";
    const entries = acl[direction];
    report.finding({
      address: acl.address,
      attribute: direction,
      ...aboutBlockage(blockage),
      observed:
        entries.length === 0
          ? `${acl.address} has no ${direction} entry, and so lets nothing ${way}`
          : `${acl.address} lets ${way} only ${entriesInWords(entries, direction)}`,
      fix: fix(
        `Allow ${flowsInWords(flows)} in the ACL.`,
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
      "the network ACLs of subnets that the file does not make let requests and answers pass " +
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
  title: "a network ACL keeps out answers or health checks",
  certainty: ["certain"],
  why:
    "A network ACL looks at each packet for itself: unlike a security group it does not let answers pass because the " +
    "request did. Answers go to the port from which the other side connected, one from 1024 to 65535, so an ACL at " +
    "the subnets of the load balancer or of the targets needs entries for these ports in the other direction. What " +
    "no entry allows is dropped.",
  symptom: "ERR_CONNECTION_TIMED_OUT, or 504 Gateway Timeout with Target.Timeout in the target's health",
  symptoms: ["timeout", "504", "unhealthy"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: checkEntries },
};
