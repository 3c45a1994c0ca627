import type { Change } from "../../../topology/changes";
import { listOf, own } from "../../../topology/json";
import type { DnsRecord } from "../../../topology/model";
import { known } from "../../../topology/value";
import { once } from "../../analysis/once";
import { code, type EffectRule, named, report } from "../because";
import { isGone, type World } from "../world";
import { validationRecordRule } from "./certificates-effects";
import { delegationRule } from "./delegations-effects";
import { overwriterOf, reportOverwritten } from "./overwritten-records-effects";
import { takesPairAway } from "./same-pair-effects";

/* Records of serving names, and new records with the same names. */

export const recordRule: EffectRule = (change, world) => {
  const record = world.serving.records.get(change.address);
  if (record === undefined)
    return besideRule(change, world) ?? delegationRule(change, world) ?? validationRecordRule(change, world);
  if (takesPairAway(change, world)) return [];
  const subject = subjectOf(change, record, world);
  if (isGone(change)) return leftBehind(subject) ?? exchanged(subject) ?? notFound(subject);
  return change.doing === "update" ? ledElsewhere(subject) : [];
};

/** A serving record, and the texts for its names. */
interface Subject {
  readonly change: Change;
  readonly world: World;
  readonly record: DnsRecord;
  readonly fqdn: string;
  /** The record's own name. */
  readonly itself: string;
  /** Other names that resolve through it. */
  readonly over: readonly string[];
  /** All of them. */
  readonly name: string;
}

function subjectOf(change: Change, record: DnsRecord, world: World): Subject {
  const fqdn = known(record.fqdn);
  const over = fqdn === undefined ? [] : world.serving.namesOver(fqdn);
  const itself = fqdn === undefined ? "its name" : code(fqdn);
  const name =
    over.length === 0
      ? itself
      : `${itself} (and ${named(over)}, which ${over.length === 1 ? "resolves" : "resolve"} through it)`;
  return { change, world, record, fqdn: fqdn ?? "", itself, over, name };
}

function ledElsewhere({ change, world, itself, name }: Subject): ReturnType<EffectRule> {
  const hop = "dns";
  const { lost, leading } = world.later;
  if (lost.has(change.address))
    return report(change, world, {
      hop,
      effect: "outage",
      then: `${name} resolves to nothing`,
      avoid: "point it to the load balancer",
      phrase: `at ${itself}, which resolves to nothing`,
    });
  if (change.differing.some((it) => /^(alias\.name|records)/.test(it)) && !leading.has(change.address))
    return report(change, world, {
      hop,
      effect: "unknown",
      then: `${name} points to something that is not in this plan, so it cannot be determined whether that responds`,
      avoid: "make sure that it responds before the apply",
      phrase: `${itself} points out of this plan`,
    });
  return report(change, world, {
    hop,
    effect: "none",
    then: "Route 53 returns either the old or the new values, never none",
  });
}

/** If other records of the name remain that replace the destroyed one. */
function leftBehind({ change, world, record, fqdn, name }: Subject): ReturnType<EffectRule> | undefined {
  const sisters = staying(record, fqdn, world).filter((it) => answersAs(it, record));
  if (sisters.length === 0) return undefined;
  return report(change, world, {
    hop: "dns",
    effect: "brief",
    then: `${name} still has ${named(sisters.map(({ address }) => address))}`,
    phrase: "while one of its records is missing",
  });
}

/** Other records of the name that remain. */
function staying(record: DnsRecord, fqdn: string, { serving, byAddress }: World): readonly DnsRecord[] {
  return (serving.recordsNamed.get(fqdn) ?? []).filter((it) => it !== record && !isGone(byAddress.get(it.address)));
}

/** If a record of the plan replaces it. */
function exchanged(subject: Subject): ReturnType<EffectRule> | undefined {
  const { change, world, itself, name } = subject;
  const later = succeeding(subject);
  const overwriting = overwriterOf(change, later, world);
  if (overwriting !== undefined) return reportOverwritten(change, overwriting, name, itself, world);
  if (later.length === 0) return undefined;
  if (change.doing === "destroy")
    return report(change, world, {
      hop: "dns",
      effect: "brief",
      then: `${name} resolves again after ${named(later.map(({ address }) => address))} is created`,
      avoid: "add a `moved` block if it is the same record under another address",
      phrase: "while a record is replaced",
    });
  return change.isCreatedFirst
    ? report(change, world, {
        hop: "dns",
        effect: "brief",
        then: `${name} resolves through either record`,
        phrase: "while a record is replaced",
      })
    : undefined;
}

/** Records of the plan that replace the destroyed one. */
function succeeding({ world, record, fqdn }: Subject): readonly DnsRecord[] {
  const { answering, lost } = world.later;
  return answering(fqdn).filter((it) => answersAs(it, record) && !lost.has(it.address));
}

function notFound(subject: Subject): ReturnType<EffectRule> {
  const { change, world, record, fqdn, itself, over, name } = subject;
  const isRenamed = change.doing === "replace" && succeeding(subject).length === 0;
  if (!isRenamed && change.doing !== "destroy")
    return report(change, world, {
      hop: "dns",
      effect: "outage",
      then:
        `${name} does not resolve in between, and resolvers cache that for as long as the zone's SOA record sets ` +
        "(15 minutes in Route 53)",
      avoid: "create the new record over the old one with `allow_overwrite`, or in a separate apply",
      phrase: `at ${shownAll(itself, over)} until cached DNS responses expire`,
    });
  const type = known(record.type) ?? "DNS";
  // The name may keep records of the other IP version.
  const missing =
    staying(record, fqdn, world).length > 0
      ? `no longer has ${type.startsWith("A") ? "an" : "a"} ${type} record`
      : "no longer resolves";
  const missingOfAll = over.length === 0 ? missing : missing.replace(" has ", " have ").replace("resolves", "resolve");
  return report(change, world, {
    hop: "dns",
    effect: "outage",
    then: `${name} ${missing}, and resolvers cache that`,
    avoid: isRenamed
      ? "add the new name in addition, and remove the old one when it is no longer in use"
      : "keep the record until its name is no longer in use",
    phrase: `at ${shownAll(itself, over)}, which ${missingOfAll}`,
  });
}

/** Whether a record can replace another one: clients fall back from IPv6 to IPv4, but few do the reverse. */
function answersAs(it: DnsRecord, other: DnsRecord): boolean {
  const [type, asked] = [known(it.type)?.toUpperCase(), known(other.type)?.toUpperCase()];
  return type === undefined || asked === undefined || type === asked || type === "CNAME" || type === "A";
}

function shownAll(name: string, over: readonly string[]): string {
  return over.length === 0
    ? name
    : over.length === 1
      ? `${name} and ${named(over)}`
      : `${name} and the ${over.length} names that resolve through it`;
}

/** A new record with the name of a serving one, which sends some of the requests out of the plan. */
function besideRule(change: Change, world: World): ReturnType<EffectRule> | undefined {
  if (change.type !== "aws_route53_record" || change.doing !== "create" || world.later.leading.has(change.address))
    return undefined;
  const name = known(recordsAfter(world).get(change.address)?.fqdn) ?? "";
  const weight = listOf(change.after?.weighted_routing_policy).map((it) => own(it, "weight"))[0];
  const isSpare = listOf(change.after?.failover_routing_policy).some((it) => own(it, "type") === "SECONDARY");
  if (
    !/^(A|AAAA|CNAME|NS)$/.test(String(change.after?.type)) ||
    weight === 0 ||
    isSpare ||
    !world.serving.recordsNamed.has(name)
  )
    return undefined;
  return report(change, world, {
    hop: "dns",
    effect: "unknown",
    then:
      `${code(name)} resolves for some clients to something that is not in this plan, so it cannot be determined ` +
      "whether that responds",
    avoid: "make sure that it responds before the apply",
    phrase: `${code(name)} points out of this plan for some clients`,
  });
}

const recordsAfter = once(
  ({ after }: World): ReadonlyMap<string, DnsRecord> => new Map(after.records.map((it) => [it.address, it])),
);
