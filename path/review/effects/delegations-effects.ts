import type { Change } from "../../../topology/changes";
import { plainText } from "../../../topology/dns";
import { listOf, own } from "../../../topology/json";
import type { DnsRecord } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { ancestry } from "../../analysis/names/domain-names";
import { code, type EffectRule, tell } from "../because";
import { isGone, type World } from "../world";
import { overwriterOf, tellOverwritten } from "./overwritten-records-effects";

/* Zones, and what delegates to them: the record in the zone above, or the registrar's entry. */

/** The record by which the zone above names the servers of one in which a name that serves is. */
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
  return tell(change, world, {
    hop: "dns",
    effect: "unknown",
    then: `${zone} is asked of other name servers from then on, and nobody can tell here what those answer`,
    avoid: "make sure that they answer for all names before the apply",
    phrase: `as ${zone} is delegated elsewhere`,
  });
}

function undelegated(change: Change, record: DnsRecord, world: World): ReturnType<EffectRule> {
  const hop = "dns";
  const zone = code(known(record.fqdn) ?? "its zone");
  const again = analyse(world.after)
    .records.named(known(record.fqdn) ?? "")
    .filter(({ type }) => known(type)?.toUpperCase() === "NS");
  const overwriting = overwriterOf(change, again, world);
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
  const servers = new Set(theirs.map((it) => plainText(String(it))));
  const records = listOf(own(after, "records"));
  return records.length > 0 && records.every((it) => servers.has(plainText(String(it))));
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
