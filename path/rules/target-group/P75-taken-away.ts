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

/* Pairs: AWS takes the new one for the old one, and the destroy of the old one takes it away. */

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
        ? "targets are missing in the target group after the apply, and until the next one"
        : "503 Service Temporarily Unavailable after the apply, and until the next one; the target group has no " +
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
    const symptom = `NXDOMAIN for ${known(record.fqdn) ?? "its name"} after the apply, and until the next one`;
    return [[lost, { hop: "dns", attribute: "name", on: [balancer], symptom }]];
  });
}

function certificatesOf(balancer: Balancer, lostAt: OfAddress): LostPart[] {
  return balancer.listeners.flatMap(({ address, certificates }) =>
    [...new Set(certificates.flatMap((it) => lostAt(it.address) ?? []))].map((lost): LostPart => {
      const symptom = `${address} answers with another certificate: NET::ERR_CERT_COMMON_NAME_INVALID`;
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
    "whether it is there after the apply depends on what comes last: its creation, or the destroy of " +
    `${old.address}`;
  report.open(missing.hop, new Unknown(address, missing.attribute, why), on);
}

function seenOf({ old, isSure }: Lost): Pick<FindingDetails, "observed" | "required"> {
  if (old === undefined)
    return {
      observed:
        "replaced by one for the same pair, which is created before the old one is destroyed: AWS takes both " +
        "for one, and the destroy takes it away",
      required: "no `create_before_destroy` for what is no more than a pair",
    };
  return {
    observed:
      `${old.address} is the same on AWS, and is destroyed in the same apply; ` +
      `${isSure ? "that" : "if that comes last, it"} takes this one away`,
    required: isSure
      ? "terraform to forget the one, and to leave on AWS what the other stands for"
      : "a `moved` block, so that terraform keeps what is there",
  };
}

/*
 * Blocks and lists: AWS has what they stand for already, so that this apply does not add it, and the destroy of the
 * resource takes it away.
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
      `destroyed, and the \`${blockOfChild(type, before)}\` block of ${parent.address} stands for ` +
      `${childInWords(type, before)}: AWS has that already, so this apply does not add it again`,
    required: "terraform to forget the resource, and to leave on AWS what the block stands for",
    symptom: "it is missing after the apply, and until the next one",
    fix: forgetting(address, topology.writers.changes),
  };
}

function fromList(address: string, { list, group }: TakenLink, topology: Topology): FindingDetails {
  return {
    address,
    attribute: "autoscaling_group_name",
    observed:
      `destroyed, and ${list.argument} of ${list.address} names ${group.address}: AWS has that already, so ` +
      "this apply does not attach it again",
    required: "terraform to forget the attachment, and to leave on AWS what the list stands for",
    symptom: "503 Service Temporarily Unavailable after the apply, and until the next one",
    ...shareOf(1, group.registrations.length, "registrations"),
    fix: forgetting(address, topology.writers.changes),
  };
}

export const P75: Rule = {
  id: "P75",
  hop: "target-group",
  title: "a destroy takes away what another resource writes",
  certainty: ["certain"],
  why:
    "An attachment, a rule or a route is a link between other things, and AWS has it once, however many " +
    "Terraform resources stand for it. When one of two such resources is destroyed, or a replacement creates the " +
    "new one before it destroys the old one, the destroy removes the link for both. Terraform notices at the " +
    "next plan; until then requests fail.",
  symptom: "503 Service Temporarily Unavailable, NXDOMAIN or another certificate after an apply that succeeded",
  symptoms: ["503", "nxdomain", "certificate", "unhealthy"],
  source: "https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",
  needs: [],
  review: { effect: "outage", isOfDestroy: true, hasBlocks: true },
  check: { file: takenAway },
};
