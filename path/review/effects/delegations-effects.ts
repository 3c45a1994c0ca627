import type { Change } from "../../../topology/changes";
import { plainText } from "../../../topology/dns";
import { listOf, own } from "../../../topology/json";
import type { DnsRecord } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { ancestry } from "../../analysis/names/domain-names";
import { code, type EffectRule, report } from "../because";
import { isGone, type World } from "../world";
import { overwriterOf, reportOverwritten } from "./overwritten-records-effects";

/* Hosted zones and their delegation: the NS record in the parent zone, or the registrar's entry. */

/** The NS record in the parent zone of a zone with a serving name. */
export function delegationRule(change: Change, world: World): ReturnType<EffectRule> | undefined {
  const record = world.serving.delegations.get(change.address);
  if (record === undefined) return undefined;
  if (isGone(change)) return undelegated(change, record, world);
  const isElsewhere =
    change.doing === "update" &&
    change.differing.some((it) => it.startsWith("records")) &&
    !namesOwnServers(change, record, world);
  if (!isElsewhere) return undefined;
  const zone = code(known(record.fqdn) ?? "its zone");
  return report(change, world, {
    hop: "dns",
    effect: "unknown",
    then: `${zone} is delegated to other name servers, whose records are not in this plan`,
    avoid: "make sure that they have all records before the apply",
    phrase: `${zone} is delegated to name servers outside of this plan`,
  });
}

function undelegated(change: Change, record: DnsRecord, world: World): ReturnType<EffectRule> {
  const hop = "dns";
  const zone = code(known(record.fqdn) ?? "its zone");
  const again = analyse(world.after)
    .records.named(known(record.fqdn) ?? "")
    .filter(({ type }) => known(type)?.toUpperCase() === "NS");
  const overwriting = overwriterOf(change, again, world);
  if (overwriting !== undefined) return reportOverwritten(change, overwriting, zone, zone, world);
  if (again.length > 0)
    return report(change, world, {
      hop,
      effect: "brief",
      then: `${zone} is delegated again after the new record is created`,
      phrase: "while a delegation is replaced",
    });
  return report(change, world, {
    hop,
    effect: "outage",
    then: `nothing delegates to ${zone}, so its names do not resolve`,
    avoid: "keep it until the zone's names are no longer in use",
    phrase: `at all names of ${zone} because nothing delegates to it`,
  });
}

/** Whether a delegation lists only name servers of the zone in this plan. */
function namesOwnServers({ after }: Change, { fqdn }: DnsRecord, { serving, byAddress }: World): boolean {
  const theirs = [...serving.zones.values()]
    .filter(({ name }) => known(name) === known(fqdn))
    .flatMap(({ address }) => listOf(own(byAddress.get(address)?.after, "name_servers")));
  const servers = new Set(theirs.map((it) => plainText(String(it))));
  const records = listOf(own(after, "records"));
  return records.length > 0 && records.every((it) => servers.has(plainText(String(it))));
}

/** A registrar's entry, which delegates a domain. */
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
    : report(change, world, {
        hop: "dns",
        effect: "unknown",
        then:
          `${code(String(domain))} is delegated to other name servers, and the records that they have cannot be ` +
          "determined",
        avoid: "make sure that they have all records before the apply",
        phrase: `${code(String(domain))} is delegated to other name servers`,
      });
};

export const zoneRule: EffectRule = (change, world) => {
  if (change.type !== "aws_route53_zone" || !isGone(change)) return [];
  if (!world.serving.zones.has(change.address)) return [];
  return report(change, world, {
    hop: "dns",
    effect: "outage",
    then:
      change.doing === "destroy"
        ? "its names do not resolve"
        : "the new zone has other name servers, so its names do not resolve until the registrar or the parent zone " +
          "delegates to them",
    avoid:
      change.doing === "destroy"
        ? "keep it until its names are no longer in use"
        : "create the new zone in addition, delegate to it, and destroy the old one when the cached delegations have " +
          "expired (two days)",
    phrase: change.doing === "destroy" ? "after its zone is destroyed" : "until the new zone is delegated",
  });
};
