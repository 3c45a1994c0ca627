import type { Change } from "../../../topology/changes";
import { listOf, own } from "../../../topology/json";
import type { DnsRecord } from "../../../topology/model";
import { known } from "../../../topology/value";
import { once } from "../../analysis/once";
import { code, type EffectRule, named, tell } from "../because";
import { isGone, type World } from "../world";
import { validationRecordRule } from "./certificates-effects";
import { delegationRule } from "./delegations-effects";
import { overwriterOf, tellOverwritten } from "./overwritten-records-effects";
import { takesPairAway } from "./same-pair-effects";

/* Records of names that serve, or that begin to. */

export const recordRule: EffectRule = (change, world) => {
  const record = world.serving.records.get(change.address);
  if (record === undefined)
    return besideRule(change, world) ?? delegationRule(change, world) ?? validationRecordRule(change, world);
  if (takesPairAway(change, world)) return [];
  const subject = subjectOf(change, record, world);
  if (isGone(change)) return leftBehind(subject) ?? exchanged(subject) ?? notFound(subject);
  return change.doing === "update" ? ledElsewhere(subject) : [];
};

/** A record that serves, and how a sentence names what it is for. */
interface Subject {
  readonly change: Change;
  readonly world: World;
  readonly record: DnsRecord;
  readonly fqdn: string;
  /** The record's own name. */
  readonly itself: string;
  /** Other names that lead over it. */
  readonly over: readonly string[];
  /** All of them. */
  readonly name: string;
}

function subjectOf(change: Change, record: DnsRecord, world: World): Subject {
  const fqdn = known(record.fqdn);
  const over = fqdn === undefined ? [] : world.serving.namesOver(fqdn);
  const itself = fqdn === undefined ? "its name" : code(fqdn);
  const name =
    over.length === 0 ? itself : `${itself}, over which ${named(over)} ${over.length === 1 ? "leads" : "lead"},`;
  return { change, world, record, fqdn: fqdn ?? "", itself, over, name };
}

function ledElsewhere({ change, world, itself, name }: Subject): ReturnType<EffectRule> {
  const hop = "dns";
  const { lost, leading } = world.later;
  if (lost.has(change.address))
    return tell(change, world, {
      hop,
      effect: "outage",
      then: `${name} leads to nothing from then on`,
      avoid: "let it lead to the load balancer",
      phrase: `at ${itself}, which leads to nothing`,
    });
  if (change.differing.some((it) => /^(alias\.name|records)/.test(it)) && !leading.has(change.address))
    return tell(change, world, {
      hop,
      effect: "unknown",
      then:
        `${name} leads to something that is not in this plan from then on, so nobody can tell here whether that ` +
        "answers",
      avoid: "make sure that it answers before the apply",
      phrase: `as ${itself} leads out of this plan`,
    });
  return tell(change, world, {
    hop,
    effect: "none",
    then: "Route 53 answers with the old values or the new ones, never with none",
  });
}

/** Where other records of the name stay that answer for the one that goes. */
function leftBehind({ change, world, record, fqdn, name }: Subject): ReturnType<EffectRule> | undefined {
  const sisters = staying(record, fqdn, world).filter((it) => answersAs(it, record));
  if (sisters.length === 0) return undefined;
  return tell(change, world, {
    hop: "dns",
    effect: "brief",
    then: `${name} still has ${named(sisters.map(({ address }) => address))}`,
    phrase: "while one of its records is away",
  });
}

/** Other records of the name that stay. */
function staying(record: DnsRecord, fqdn: string, { serving, byAddress }: World): readonly DnsRecord[] {
  return (serving.recordsNamed.get(fqdn) ?? []).filter((it) => it !== record && !isGone(byAddress.get(it.address)));
}

/** Where a record of the plan takes its place. */
function exchanged(subject: Subject): ReturnType<EffectRule> | undefined {
  const { change, world, itself, name } = subject;
  const later = succeeding(subject);
  const overwriting = overwriterOf(change, later, world);
  if (overwriting !== undefined) return tellOverwritten(change, overwriting, name, itself, world);
  if (later.length === 0) return undefined;
  if (change.doing === "destroy")
    return tell(change, world, {
      hop: "dns",
      effect: "brief",
      then: `${name} is answered by ${named(later.map(({ address }) => address))} once that is there`,
      avoid: "add a `moved` block, if it is the same record under another name",
      phrase: "while a record is exchanged",
    });
  return change.isCreatedFirst
    ? tell(change, world, {
        hop: "dns",
        effect: "brief",
        then: `${name} is answered by one of both`,
        phrase: "while a record is exchanged",
      })
    : undefined;
}

/** Records of the plan that will answer for the one that goes. */
function succeeding({ world, record, fqdn }: Subject): readonly DnsRecord[] {
  const { answering, lost } = world.later;
  return answering(fqdn).filter((it) => answersAs(it, record) && !lost.has(it.address));
}

function notFound(subject: Subject): ReturnType<EffectRule> {
  const { change, world, record, fqdn, itself, over, name } = subject;
  const isRenamed = change.doing === "replace" && succeeding(subject).length === 0;
  if (!isRenamed && change.doing !== "destroy")
    return tell(change, world, {
      hop: "dns",
      effect: "outage",
      then:
        `${name} is not found in between, and resolvers keep that answer for as long as the zone's SOA record ` +
        "says (15 minutes in Route 53)",
      avoid: "make the new record in place of the old one with `allow_overwrite`, or in two applies",
      phrase: `at ${shownAll(itself, over)} until resolvers ask again`,
    });
  // The name may stay, with answers of the other kind of addresses.
  const missing =
    staying(record, fqdn, world).length > 0
      ? `has no ${known(record.type) ?? ""} record any more`
      : "is not found any more";
  const missingOfAll = over.length === 0 ? missing : missing.replace(/^is /, "are ").replace(/^has /, "have ");
  return tell(change, world, {
    hop: "dns",
    effect: "outage",
    then: `${name} ${missing}, and resolvers keep that answer`,
    avoid: isRenamed
      ? "add the new name beside the old one, and take that away when nobody asks for it any more"
      : "keep the record until nobody asks for it any more",
    phrase: `at ${shownAll(itself, over)}, which ${missingOfAll}`,
  });
}

/**
 * Whether a record answers those who asked for the other; without IPv6 clients fall back to IPv4, and only few the
 * other way round.
 */
function answersAs(it: DnsRecord, other: DnsRecord): boolean {
  const [type, asked] = [known(it.type)?.toUpperCase(), known(other.type)?.toUpperCase()];
  return type === undefined || asked === undefined || type === asked || type === "CNAME" || type === "A";
}

function shownAll(name: string, over: readonly string[]): string {
  return over.length === 0
    ? name
    : over.length === 1
      ? `${name} and ${named(over)}`
      : `${name} and the ${over.length} names that lead over it`;
}

/**
 * A new record that answers for a name beside one that serves, and leads out of the plan: what it takes of the requests
 * comes there.
 */
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
  return tell(change, world, {
    hop: "dns",
    effect: "unknown",
    then:
      `some of those who ask for ${code(name)} are led to something that is not in this plan, so nobody can tell ` +
      "here whether that answers",
    avoid: "make sure that it answers before the apply",
    phrase: `as ${code(name)} leads out of this plan for some clients`,
  });
}

const recordsAfter = once(
  ({ after }: World): ReadonlyMap<string, DnsRecord> => new Map(after.records.map((it) => [it.address, it])),
);
