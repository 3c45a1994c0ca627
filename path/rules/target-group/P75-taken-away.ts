import { own } from "../../../topology/json";
import type { Balancer, TargetGroup, Topology } from "../../../topology/model";
import { known, Unknown } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { hopOfRulesIn } from "../../analysis/network/hop-of-rules";
import { type Lost, lostIn } from "../../analysis/writers/lost-pairs";
import { isOnTheWay } from "../../analysis/writers/on-the-way";
import { blockOfChild, childKind, type OfParent } from "../../analysis/writers/parents";
import type { TakenLink } from "../../analysis/writers/taken-links";
import { childInWords } from "../../fixes/children";
import { forgetting, keepingPair } from "../../fixes/kept-resources";
import { shareOf } from "../../fixes/shared-wording";
import type { Hop } from "../../report";
import type { FileCheck, FileReporter, FindingDetails, Rule } from "../rule";

const takenAway: FileCheck = (topology, report) => {
  pairs(topology, report);
  for (const it of analyse(topology).takenFromParents) report.finding(fromParent(it, topology));
  for (const [address, link] of analyse(topology).takenLinks) {
    const on = analyse(topology).groupUsers.balancersOf(link.group);
    if (on !== undefined) report.finding(fromList(address, link, topology), on);
  }
};

/* Pairs: for AWS the new one is the same as the old one, so the destroy of the old one removes it. */

/** What is missing then, and where. */
interface Missing {
  readonly hop: Hop;
  readonly attribute: string;
  readonly on: readonly Balancer[];
  readonly symptom: string;
  /** Absent: nothing is left. */
  readonly share?: string;
}

type OfAddress = (address: string) => Lost | undefined;

function pairs(topology: Topology, report: FileReporter): void {
  const byAddress = new Map(lostIn(topology.writers.changes).map((it) => [it.change.address, it]));
  if (byAddress.size === 0) return;
  const lostAt: OfAddress = (address) => byAddress.get(address);
  for (const [lost, missing] of [
    ...topology.targetGroups.flatMap((group) => registrationsOf(group, lostAt, topology)),
    ...recordsLost(lostAt, topology),
    ...topology.balancers.flatMap((balancer) => certificatesOf(balancer, lostAt)),
  ])
    reportPair(lost, missing, topology, report);
}

type LostPart = readonly [Lost, Missing];

function registrationsOf(group: TargetGroup, lostAt: OfAddress, topology: Topology): LostPart[] {
  const on = analyse(topology).groupUsers.balancersOf(group);
  const here = group.registrations.flatMap(({ address }) => lostAt(address) ?? []);
  if (on === undefined) return [];
  const count = group.registrations.length;
  const missing: Missing = {
    hop: "target-group",
    attribute: "target_group_arn",
    on,
    symptom:
      here.length < count
        ? "targets are missing in the target group after the apply, until the next one"
        : "503 Service Temporarily Unavailable after the apply, until the next one; the target group has no " +
          "registered targets",
    ...shareOf(here.length, count, "registrations"),
  };
  return here.map((lost) => [lost, missing]);
}

function recordsLost(lostAt: OfAddress, topology: Topology): LostPart[] {
  return topology.records.flatMap((record): LostPart[] => {
    const lost = lostAt(record.address);
    const balancer = lost === undefined ? undefined : analyse(topology).records.balancerOf(record);
    if (lost === undefined || balancer === undefined) return [];
    const symptom = `NXDOMAIN for ${known(record.fqdn) ?? "its name"} after the apply, until the next one`;
    return [[lost, { hop: "dns", attribute: "name", on: [balancer], symptom }]];
  });
}

function certificatesOf(balancer: Balancer, lostAt: OfAddress): LostPart[] {
  return balancer.listeners.flatMap(({ address, certificates }) =>
    [...new Set(certificates.flatMap((it) => lostAt(it.address) ?? []))].map((lost): LostPart => {
      const symptom = `${address} serves another certificate: NET::ERR_CERT_COMMON_NAME_INVALID`;
      return [lost, { hop: "tls", attribute: "certificate_arn", on: [balancer], symptom }];
    }),
  );
}

function reportPair(lost: Lost, { on, ...missing }: Missing, { writers }: Topology, report: FileReporter): void {
  const { change, old, isSure } = lost;
  const { address } = change;
  report.finding(
    {
      ...missing,
      ...(!isSure && { severity: "warning" }),
      address,
      ...seenOf(lost),
      fix: keepingPair(lost, writers.changes),
    },
    on,
  );
  if (old === undefined || isSure || missing.share !== undefined) return;
  const why =
    "whether it exists after the apply depends on the order: its creation, or the destroy of " + `${old.address}`;
  report.open(missing.hop, new Unknown(address, missing.attribute, why), on);
}

function seenOf({ old, isSure }: Lost): Pick<FindingDetails, "observed" | "required"> {
  if (old === undefined)
    return {
      observed:
        "replaced by a resource for the same pair, created before the old one is destroyed: for AWS both are " +
        "the same, and the destroy removes it",
      required: "no `create_before_destroy` for a resource that only links two others",
    };
  return {
    observed:
      `${old.address} is the same on AWS and is destroyed in the same apply; ` +
      `${isSure ? "the destroy removes" : "if the destroy comes last, it removes"} this one too`,
    required: isSure
      ? "Terraform forgets the one and leaves on AWS what the other manages"
      : "a `moved` block, so that Terraform keeps the existing object",
  };
}

/*
 * Blocks and lists: AWS already has what they define, so this apply does not add it, and the destroy of the resource
 * removes it.
 */

const ATTRIBUTES = { rule: "security_group_id", route: "route_table_id", entry: "rule_number" };

function fromParent({ change, parent }: OfParent, topology: Topology): FindingDetails {
  const { address, type, before } = change;
  const kind = childKind(type) ?? "rule";
  return {
    ...(!isOnTheWay(change, topology) && { severity: "warning" }),
    hop:
      kind === "rule"
        ? hopOfRulesIn(own(before, "security_group_id"), topology)
        : kind === "route"
          ? "listener"
          : "target",
    address,
    attribute: ATTRIBUTES[kind],
    observed:
      `destroyed, but the \`${blockOfChild(type, before)}\` block of ${parent.address} defines ` +
      `${childInWords(type, before)}: AWS already has it, so this apply does not add it again`,
    required: "Terraform forgets the resource and leaves on AWS what the block defines",
    symptom: "it is missing after the apply, until the next one",
    fix: forgetting(address, topology.writers.changes),
  };
}

function fromList(address: string, { list, group }: TakenLink, topology: Topology): FindingDetails {
  return {
    address,
    attribute: "autoscaling_group_name",
    observed:
      `destroyed, but ${list.argument} of ${list.address} lists ${group.address}: AWS already has it, so ` +
      "this apply does not attach it again",
    required: "Terraform forgets the attachment and leaves on AWS what the list defines",
    symptom: "503 Service Temporarily Unavailable after the apply, until the next one",
    ...shareOf(1, group.registrations.length, "registrations"),
    fix: forgetting(address, topology.writers.changes),
  };
}

export const P75: Rule = {
  id: "P75",
  hop: "target-group",
  title: "destroying a resource also removes what another resource manages",
  certainty: ["certain"],
  severity: { usual: "error", otherIf: "the destroy may come first, or what it removes may not affect requests" },
  onlyIn: "plans of changes",
  why:
    "An attachment, a rule or a route is a link between other things, and AWS has it once, however many Terraform " +
    "resources manage it. When one of two such resources is destroyed, or a replacement creates the new one before " +
    "it destroys the old one, the destroy removes the link for both. Terraform notices at the next plan; until " +
    "then requests fail.",
  symptom: "503 Service Temporarily Unavailable, NXDOMAIN or another certificate after an apply that succeeded",
  symptoms: ["503", "nxdomain", "certificate", "unhealthy"],
  source: "https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",
  needs: [],
  review: { effect: "outage", headline: "observed", isOfDestroy: true, hasBlocks: true },
  check: { file: takenAway },
};
