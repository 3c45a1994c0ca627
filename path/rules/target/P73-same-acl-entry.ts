import type { NetworkAcl, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { childKind, standingInParents } from "../../analysis/writers/parents";
import { refusedOf, repeated } from "../../analysis/writers/written-twice";
import { standingChild } from "../../fixes/children";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FileCheck, FileReporter, Rule } from "../rule";

const entries: FileCheck = (topology, report) => {
  if (topology.source !== "state")
    for (const acl of topology.networkAcls)
      for (const direction of ["ingress", "egress"] as const) twoEntries(topology, acl, direction, report);
  for (const it of standingInParents(topology.writers.changes))
    if (childKind(it.change.type) === "entry")
      report.finding({
        ...standingChild(it),
        attribute: "rule_number",
        symptom: "NetworkAclEntryAlreadyExists at apply",
      });
};

function twoEntries(topology: Topology, acl: NetworkAcl, direction: "ingress" | "egress", report: FileReporter): void {
  const all = acl[direction].filter(
    ({ address }) => address !== acl.address || topology.writers.isInline(address, direction),
  );
  for (const pair of repeated(all, ({ number }) => known(number)?.toString())) {
    const refused = refusedOf(topology, pair, acl.address);
    if (refused === undefined) continue;
    const [kept] = pair.filter((it) => it !== refused);
    report.finding({
      address: refused.address,
      attribute: refused.attribute,
      observed: `${kept?.address} also defines ${direction} entry ${known(refused.number) ?? ""} of ${acl.address}`,
      required: "a unique number for each entry of a direction",
      symptom: "NetworkAclEntryAlreadyExists at apply",
      fix: fix("Choose another number.", BY_NO_PROP, [
        setting(refused.address, refused.attribute, freeNumber(acl, known(refused.number) ?? 100)),
      ]),
    });
  }
}

/** The next number that no entry has. */
function freeNumber({ ingress, egress }: NetworkAcl, from: number): number {
  const taken = new Set([...ingress, ...egress].map(({ number }) => known(number)));
  let free = from;
  while (taken.has(free)) free += 1;
  return free;
}

export const P73: Rule = {
  id: "P73",
  hop: "target",
  title: "the network ACL already has an entry with this number",
  certainty: ["apply"],
  why:
    "The number of a network ACL entry is its place in the order in which AWS evaluates the entries, separately " +
    "for each direction. AWS refuses a second entry with the same number, whether another resource writes it or " +
    "the network ACL still has it from a block that was removed from the configuration.",
  symptom: "NetworkAclEntryAlreadyExists at apply",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: { file: entries },
};
