import { blockOf } from "../../topology/addresses";
import type { Change } from "../../topology/changes";
import { own } from "../../topology/json";
import type { Balancer, Topology } from "../../topology/model";
import { known, Unknown } from "../../topology/value";
import { recordsOf } from "../analysis/names/record-targets";
import { groupUsers } from "../analysis/targets/group-users";
import { type Lost, lostIn } from "../analysis/writers/lost-pairs";
import { isRuleBeside, permissionsOfRule } from "../analysis/writers/permissions-of-groups";
import { type Twins, twinsOf } from "../analysis/writers/twins";
import { importOfRule, movedBlock, removedBlock } from "../fixes/blocks";
import type { Fix, Hop } from "../report";
import type { Fault, FileReporter } from "./rule";
import { hopOfGroup } from "./written-twice";

/*
 * P74 and P75, of what has a new address in the configuration, and no `moved` block: terraform destroys the old one and
 * creates the new one in whatever order, as it takes them for two.
 */

const HOPS: Readonly<Record<string, Hop>> = {
  aws_lb: "listener",
  aws_lb_listener: "listener",
  aws_lb_listener_rule: "listener",
  aws_lb_target_group: "target-group",
  aws_route53_record: "dns",
  aws_route: "listener",
  aws_route_table_association: "listener",
  aws_security_group: "target",
  aws_network_acl_rule: "target",
  aws_autoscaling_group: "target",
  aws_launch_template: "target",
};

/** What comes of it where the destroy is the faster one. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "Resource.AlreadyAssociated": ", or the new association is gone after it",
  RouteAlreadyExists: ", or terraform waits five minutes for the old route to be gone, and fails",
};

/** P74: AWS refuses the new one while the old one is there. */
export function oldOneInTheWay(topology: Topology, report: FileReporter): void {
  for (const twins of twinsOf(topology.writers.changes).all) {
    const { old, fresh, code } = twins;
    const hop = isRuleBeside(fresh.type)
      ? hopOfGroup(own(fresh.after, "security_group_id"), topology)
      : HOPS[fresh.type];
    if (code === undefined || hop === undefined) continue;
    report.fault({
      id: "P74",
      hop,
      address: fresh.address,
      attribute: "",
      observed: `${old.address} is the same on AWS, and is destroyed in the same apply; terraform does not wait for that`,
      required:
        old.type === fresh.type
          ? "a `moved` block, so that terraform keeps what is there"
          : "terraform to forget the one, and to import the other",
      symptom: `${code} at apply${OTHERWISE[code] ?? ""}`,
      fix: keeping(twins, topology.writers.changes),
    });
  }
}

/** What keeps the thing itself; between types of resources nothing can be moved. */
function keeping({ old, fresh }: Pick<Twins, "old" | "fresh">, changes: readonly Change[]): Fix {
  const base = { props: "", edits: [] };
  if (old.type === fresh.type)
    return {
      ...base,
      text: "Add the `moved` block, so that terraform keeps what is there.",
      hcl: movedBlock(old.address, fresh.address),
    };
  const imported = isRuleBeside(fresh.type)
    ? importOfRule(fresh.type, fresh.address, permissionsOfRule(fresh.type, fresh.after))
    : "";
  return {
    ...base,
    text:
      `Let terraform forget ${old.address}${imported === "" ? "" : " and import what stands"}, as nothing can be ` +
      `moved from ${old.type} to ${fresh.type}.`,
    hcl: [removedBlock(old.address, changes), imported].filter((it) => it !== "").join("\n\n"),
  };
}

/** P75: AWS takes the new one for the old one, and the destroy of the old one takes it away. */
export function takenAwayAgain(topology: Topology, report: FileReporter): void {
  const all = lostIn(topology.writers.changes);
  if (all.length === 0) return;
  const byAddress = new Map(all.map((it) => [it.change.address, it]));
  const tell = (lost: Lost, what: What): void => reportLost(lost, what, topology, report);
  for (const group of topology.targetGroups) {
    const on = groupUsers(topology).balancersOf(group);
    const here = group.registrations.flatMap(({ address }) => byAddress.get(address) ?? []);
    if (on === undefined || here.length === 0) continue;
    const count = group.registrations.length;
    const what: What =
      here.length < count
        ? {
            hop: "target-group",
            attribute: "target_group_arn",
            on,
            symptom: "targets are missing in the target group after the apply, and until the next one",
            share: `${here.length} of ${count} registrations`,
          }
        : {
            hop: "target-group",
            attribute: "target_group_arn",
            on,
            symptom:
              "503 Service Temporarily Unavailable after the apply, and until the next one; the target group " +
              "has no registered targets",
          };
    for (const lost of here) tell(lost, what);
  }
  const records = recordsOf(topology);
  for (const record of topology.records) {
    const lost = byAddress.get(record.address);
    const balancer = lost === undefined ? undefined : records.balancerOf(record);
    if (lost !== undefined && balancer !== undefined)
      tell(lost, {
        hop: "dns",
        attribute: "name",
        on: [balancer],
        symptom: `NXDOMAIN for ${known(record.fqdn) ?? "its name"} after the apply, and until the next one`,
      });
  }
  for (const balancer of topology.balancers) {
    for (const listener of balancer.listeners) {
      for (const lost of new Set(listener.certificates.flatMap(({ address }) => byAddress.get(address) ?? []))) {
        tell(lost, {
          hop: "tls",
          attribute: "certificate_arn",
          on: [balancer],
          symptom: `${listener.address} answers with another certificate: NET::ERR_CERT_COMMON_NAME_INVALID`,
        });
      }
    }
  }
}

/** What is missing then, and where. */
interface What {
  readonly hop: Hop;
  readonly attribute: string;
  readonly on: readonly Balancer[];
  readonly symptom: string;
  /** Absent: nothing is left. */
  readonly share?: string;
}

function reportLost(
  lost: Lost,
  { hop, attribute, on, ...seen }: What,
  { writers }: Topology,
  report: FileReporter,
): void {
  const {
    change: { address },
    old,
    isSure,
  } = lost;
  const severity: Pick<Fault, "severity"> = isSure ? {} : { severity: "warning" };
  report.fault(
    {
      id: "P75",
      hop,
      ...severity,
      address,
      attribute,
      ...seen,
      fix: repairOf(lost, writers.changes),
      observed:
        old === undefined
          ? "replaced by one for the same pair, which is created before the old one is destroyed: AWS takes both " +
            "for one, and the destroy takes it away"
          : `${old.address} is the same on AWS, and is destroyed in the same apply; ` +
            `${isSure ? "that" : "if that comes last, it"} takes this one away`,
      required:
        old === undefined
          ? "no `create_before_destroy` for what is no more than a pair"
          : isSure
            ? "terraform to forget the one, and to leave on AWS what the other stands for"
            : "a `moved` block, so that terraform keeps what is there",
    },
    on,
  );
  if (old !== undefined && !isSure && seen.share === undefined)
    report.open(
      hop,
      new Unknown(
        address,
        attribute,
        "whether it is there after the apply depends on what comes last: its creation, or the destroy of " +
          `${old.address}`,
      ),
      on,
    );
}

/** What keeps it. */
export function repairOf({ change, old, isSure }: Lost, changes: readonly Change[]): Fix {
  return old === undefined
    ? withoutCreateFirst(change)
    : isSure
      ? forgetting(old.address, changes)
      : keeping({ old, fresh: change }, changes);
}

/** Terraform leaves the resource on AWS. */
export function forgetting(address: string, changes: readonly Change[]): Fix {
  const hcl = removedBlock(address, changes);
  return {
    text:
      `Let terraform forget ${address}, with ${hcl === "" ? "`terraform state rm`" : "the `removed` block"}, in ` +
      "place of destroying it.",
    props: "",
    hcl,
    edits: [],
  };
}

/** What to do where a pair is replaced by itself. */
function withoutCreateFirst({ address, forcedBy, before, after }: Change): Fix {
  const isPort = forcedBy.join() === "port" && own(before, "port") !== own(after, "port");
  const text =
    `${isPort ? "Leave `port` as it was, as it is the target group's own. Or remove" : "Remove"} ` +
    `\`create_before_destroy\` from ${blockOf(address)} and from what makes it follow.`;
  return { text, props: "", hcl: "", edits: [] };
}
