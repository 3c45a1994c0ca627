import type { Change } from "../../../topology/changes";
import { listOf, own } from "../../../topology/json";
import type { DnsRecord } from "../../../topology/model";
import { known } from "../../../topology/value";
import { ancestry } from "../../analysis/names/domain-names";
import { recordsOf } from "../../analysis/names/record-targets";
import { code, type EffectRule, named, tell } from "../because";
import { goesFirst, isGone, type World } from "../world";
import { takesPairAway } from "./same-pair";

/* Zones, records and certificates. */

export const recordRule: EffectRule = (change, world) => {
  const record = world.serving.records.get(change.address);
  if (record === undefined) return besideRule(change, world) ?? delegationRule(change, world);
  if (takesPairAway(change, world)) return [];
  const hop = "dns";
  const fqdn = known(record.fqdn);
  const over = fqdn === undefined ? [] : world.serving.namesOver(fqdn);
  const itself = fqdn === undefined ? "its name" : code(fqdn);
  const name =
    over.length === 0 ? itself : `${itself}, over which ${named(over)} ${over.length === 1 ? "leads" : "lead"},`;
  const { lost, leading, answering } = world.later;
  if (change.doing === "update" && lost.has(change.address))
    return tell(change, world, {
      hop,
      effect: "outage",
      then: `${name} leads to nothing from then on`,
      avoid: "let it lead to the load balancer",
      phrase: `at ${itself}, which leads to nothing`,
    });
  if (
    change.doing === "update" &&
    change.differing.some((it) => /^(alias\.name|records)/.test(it)) &&
    !leading.has(change.address)
  ) {
    return tell(change, world, {
      hop,
      effect: "unknown",
      then:
        `${name} leads to something that is not in this plan from then on, so nobody can tell here whether that ` +
        "answers",
      avoid: "make sure that it answers before the apply",
      phrase: `as ${itself} leads out of this plan`,
    });
  }
  if (!isGone(change))
    return change.doing === "update"
      ? tell(change, world, {
          hop,
          effect: "none",
          then: "Route 53 answers with the old values or the new ones, never with none",
        })
      : [];
  const sisters = (world.serving.recordsNamed.get(fqdn ?? "") ?? []).filter(
    (it) => it !== record && !isGone(world.byAddress.get(it.address)) && answersAs(it, record),
  );
  if (sisters.length > 0)
    return tell(change, world, {
      hop,
      effect: "brief",
      then: `${name} still has ${named(sisters.map(({ address }) => address))}`,
      phrase: "while one of its records is away",
    });
  const later = answering(fqdn ?? "").filter((it) => answersAs(it, record) && !lost.has(it.address));
  const isRenamed = change.doing === "replace" && later.length === 0;
  const overwriting = later.map(({ address }) => world.byAddress.get(address)).find((it) => overwrites(it, change));
  if (overwriting !== undefined) return tellOverwritten(change, overwriting, name, itself, world);
  if (change.doing === "destroy" && later.length > 0) {
    return tell(change, world, {
      hop,
      effect: "brief",
      then: `${name} is answered by ${named(later.map(({ address }) => address))} once that is there`,
      avoid: "add a `moved` block, if it is the same record under another name",
      phrase: "while a record is exchanged",
    });
  }
  if (change.doing === "replace" && change.isCreatedFirst && !isRenamed)
    return tell(change, world, {
      hop,
      effect: "brief",
      then: `${name} is answered by one of both`,
      phrase: "while a record is exchanged",
    });
  const isForGood = isRenamed || change.doing === "destroy";
  // The name stays, with answers of the other kind of addresses.
  const other =
    isForGood &&
    (world.serving.recordsNamed.get(fqdn ?? "") ?? []).some(
      (it) => it !== record && !isGone(world.byAddress.get(it.address)),
    );
  const missing = other ? `has no ${known(record.type) ?? ""} record any more` : "is not found any more";
  return tell(change, world, {
    hop,
    effect: "outage",
    then: isForGood
      ? `${name} ${missing}, and resolvers keep that answer`
      : `${name} is not found in between, and resolvers keep that answer for as long as the zone's SOA record ` +
        "says (15 minutes in Route 53)",
    avoid: isRenamed
      ? "add the new name beside the old one, and take that away when nobody asks for it any more"
      : change.doing === "destroy"
        ? "keep the record until nobody asks for it any more"
        : "make the new record in place of the old one with `allow_overwrite`, or in two applies",
    phrase: isForGood
      ? `at ${shownAll(itself, over)}, which ` +
        `${over.length === 0 ? missing : missing.replace(/^is /, "are ").replace(/^has /, "have ")}`
      : `at ${shownAll(itself, over)} until resolvers ask again`,
  });
};

/**
 * Whether a record is written over one that is destroyed as well. The provider destroys whatever has the name, the type
 * and the set identifier at that moment; of two addresses nothing orders the two, and by create_before_destroy the new
 * one is always the one that goes.
 */
function overwrites(it: Change | undefined, { doing, address, isCreatedFirst, before }: Change): boolean {
  if (it === undefined || own(it.after, "allow_overwrite") !== true) return false;
  const isAlsoWritten =
    it.address === address
      ? doing === "replace" && isCreatedFirst
      : doing === "destroy" && (it.doing === "create" || it.doing === "replace");
  return (
    isAlsoWritten &&
    ["zone_id", "name", "type", "set_identifier"].every(
      (key) => (own(it.after, key) || undefined) === (own(before, key) || undefined),
    )
  );
}

function tellOverwritten(
  change: Change,
  by: Change,
  name: string,
  itself: string,
  world: World,
): ReturnType<EffectRule> {
  const isItself = by.address === change.address;
  return tell(change, world, {
    hop: "dns",
    effect: "outage",
    then:
      `${isItself ? "the new one is written over the old one" : `${code(by.address)} is written over it`}, and ` +
      `terraform ${isItself ? "then destroys" : "may then destroy"} that one, as the provider destroys whatever ` +
      `has the name and the type; ${name} is not found until the next apply`,
    avoid: isItself
      ? "take `create_before_destroy` away"
      : "add a `moved` block, if it is the same record under another name; or take the old one out of the state " +
        "with a `removed` block",
    phrase: `at ${itself}, whose new record may be destroyed with the old one`,
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
  const name = known(recordsByAddress(world).get(change.address)?.fqdn) ?? "";
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

const recordsAfter = new WeakMap<World, ReadonlyMap<string, DnsRecord>>();

function recordsByAddress(world: World): ReadonlyMap<string, DnsRecord> {
  const found = recordsAfter.get(world) ?? new Map(world.after.records.map((it) => [it.address, it]));
  recordsAfter.set(world, found);
  return found;
}

/** The record by which the zone above names the servers of one in which a name that serves is. */
function delegationRule(change: Change, world: World): ReturnType<EffectRule> {
  const record = world.serving.delegations.get(change.address);
  if (
    record !== undefined &&
    change.doing === "update" &&
    change.differing.some((it) => it.startsWith("records")) &&
    !namesOwnServers(change, record, world)
  ) {
    const zone = code(known(record.fqdn) ?? "its zone");
    return tell(change, world, {
      hop: "dns",
      effect: "unknown",
      then: `${zone} is asked of other name servers from then on, and nobody can tell here what those answer`,
      avoid: "make sure that they answer for all names before the apply",
      phrase: `as ${zone} is delegated elsewhere`,
    });
  }
  if (record === undefined || !isGone(change)) return validationRecord(change, world);
  const zone = code(known(record.fqdn) ?? "its zone");
  const hop = "dns";
  const again = recordsOf(world.after)
    .named(known(record.fqdn) ?? "")
    .filter(({ type }) => known(type)?.toUpperCase() === "NS");
  const overwriting = again.map(({ address }) => world.byAddress.get(address)).find((it) => overwrites(it, change));
  if (overwriting !== undefined) return tellOverwritten(change, overwriting, zone, zone, world);
  if (again.length > 0)
    return tell(change, world, {
      hop,
      effect: "brief",
      then: `${zone} is delegated again once the new record is there`,
      phrase: "while a delegation is exchanged",
    });
  return tell(change, world, {
    hop,
    effect: "outage",
    then: `nothing delegates to ${zone} any more, so its names are not found`,
    avoid: "keep it until nobody asks for the zone's names any more",
    phrase: `at all names of ${zone}, to which nothing delegates any more`,
  });
}

/** Whether a delegation names servers of the zone of this plan only. */
function namesOwnServers({ after }: Change, { fqdn }: DnsRecord, { serving, byAddress }: World): boolean {
  const theirs = [...serving.zones.values()]
    .filter(({ name }) => known(name) === known(fqdn))
    .flatMap(({ address }) => listOf(own(byAddress.get(address)?.after, "name_servers")));
  const bare = (it: unknown) => String(it).toLowerCase().replace(/\.$/, "");
  const servers = new Set(theirs.map(bare));
  const records = listOf(own(after, "records"));
  return records.length > 0 && records.every((it) => servers.has(bare(it)));
}

/** A registrar's entry, by which all names of a domain are found. */
export const registrationRule: EffectRule = (change, world) => {
  if (
    !/^aws_route53domains_(registered_)?domain$/.test(change.type) ||
    change.doing !== "update" ||
    !change.differing.some((it) => it.startsWith("name_server"))
  )
    return [];
  const domain = own(change.before, "domain_name");
  const isAsked = [...world.serving.zones.values()].some(
    ({ name }) => typeof domain === "string" && ancestry(known(name) ?? "").includes(domain),
  );
  return !isAsked
    ? []
    : tell(change, world, {
        hop: "dns",
        effect: "unknown",
        then:
          `${code(String(domain))} is asked of other name servers from then on, and nobody can tell here what ` +
          "those answer",
        avoid: "make sure that they answer for all names before the apply",
        phrase: `as ${code(String(domain))} is delegated elsewhere`,
      });
};

/** The record by which a certificate is validated; it is asked for only when that is issued or renewed. */
function validationRecord(change: Change, world: World): ReturnType<EffectRule> {
  if (change.type !== "aws_route53_record" || !(isGone(change) || change.doing === "update")) return [];
  return !world.serving.validations.has(change.address)
    ? []
    : tell(change, world, {
        hop: "tls",
        effect: "none",
        then: "certificates that are issued stay valid; ACM looks for it when it issues or renews one",
      });
}

export const zoneRule: EffectRule = (change, world) => {
  if (change.type !== "aws_route53_zone" || !isGone(change)) return [];
  if (!world.serving.zones.has(change.address)) return [];
  return tell(change, world, {
    hop: "dns",
    effect: "outage",
    then:
      change.doing === "destroy"
        ? "its names are not found any more"
        : "the new zone has other name servers, so its names are not found until the registrar, or the zone " +
          "above, names those",
    avoid:
      change.doing === "destroy"
        ? "keep it until nobody asks for its names any more"
        : "make the new zone beside the old one, delegate to it, and take the old one away when resolvers have " +
          "forgotten it (two days)",
    phrase:
      change.doing === "destroy" ? "once its zone is destroyed" : "until the new zone's name servers are delegated to",
  });
};

export const certificateRule: EffectRule = (change, world) => {
  if (change.type !== "aws_acm_certificate" && change.type !== "aws_iam_server_certificate")
    return validationRule(change, world);
  const certificate = world.serving.certificates.get(change.address);
  const hop = "tls";
  const arn = known(certificate?.arn);
  if (certificate === undefined || arn === undefined) return [];
  const users = world.serving.certificateUsers.get(arn) ?? [];
  if (users.length === 0 && !certificate.usedBeside) return [];
  if (change.doing === "update")
    return tell(change, world, { hop, effect: "none", then: "the certificate stays in use" });
  if (!isGone(change)) return [];
  const inTheWay = users.filter((address) => {
    const user = world.byAddress.get(address);
    return !goesFirst(user) && (change.doing === "replace" || user === undefined || user.doing === "none");
  });
  if (goesFirst(change) && (inTheWay.length > 0 || (certificate.usedBeside && change.doing === "replace"))) {
    const who = inTheWay.length > 0 ? named(inTheWay) : "what serves its names";
    return tell(change, world, {
      hop,
      effect: "fails",
      then:
        `ACM refuses to destroy it with \`ResourceInUseException\`, as ${who} still ` +
        `${inTheWay.length === 1 ? "uses" : "use"} it at that moment`,
      avoid:
        change.doing === "replace"
          ? "give the certificate `lifecycle { create_before_destroy = true }`"
          : "let the listener use another certificate first",
      phrase: "the certificate is still in use by the listener",
    });
  }
  return tell(change, world, {
    hop,
    effect: "none",
    then: change.isCreatedFirst
      ? "the listener turns to the new certificate once that is issued"
      : "nothing uses it by then",
  });
};

function validationRule(change: Change, world: World): ReturnType<EffectRule> {
  if (change.type !== "aws_acm_certificate_validation" || !isGone(change)) return [];
  return tell(change, world, {
    hop: "tls",
    effect: "none",
    then: "it is terraform's own note that it has waited for the certificate; nothing on AWS changes",
  });
}
