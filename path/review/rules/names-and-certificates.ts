import type { Change } from "../../../topology/changes";
import { known } from "../../../topology/value";
import { named, tell, type EffectRule } from "../because";
import { goesFirst, isGone, type World } from "../world";

/* Zones, records and certificates. */

export const recordRule: EffectRule = (change, world) => {
  const record = world.serving.records.get(change.address);
  if (record === undefined) return validationRecord(change, world);
  const hop = "dns";
  const fqdn = known(record.fqdn);
  const name = fqdn === undefined ? "its name" : `\`${fqdn}\``;
  if (change.doing === "update" && change.differing.some((it) => /^(alias\.name|records)/.test(it)) && !leadsHere(change, world)) {
    return tell(change, world, { hop, effect: "none", then: `${name} leads to something that is not in this plan from then on, so nobody can tell here whether that answers` });
  }
  if (!isGone(change)) return change.doing === "update" ? tell(change, world, { hop, effect: "none", then: "Route 53 answers with the old values or the new ones, never with none" }) : [];
  const sisters = (world.serving.recordsNamed.get(fqdn ?? "") ?? []).filter((it) => it !== record && !isGone(world.byAddress.get(it.address)));
  if (sisters.length > 0) return tell(change, world, { hop, effect: "brief", then: `${name} still has ${named(sisters.map(({ address }) => address))}`, phrase: "while one of its records is away" });
  const later = world.later.recordsNamed.get(fqdn ?? "") ?? [];
  const isRenamed = change.doing === "replace" && later.length === 0;
  if (change.doing === "destroy" && later.length > 0) {
    return tell(change, world, { hop, effect: "brief", then: `${name} is answered by ${named(later.map(({ address }) => address))} once that is there`, avoid: "add a `moved` block, if it is the same record under another name", phrase: "while a record is exchanged" });
  }
  if (change.doing === "replace" && change.isCreatedFirst && !isRenamed) return tell(change, world, { hop, effect: "brief", then: `${name} is answered by one of both`, phrase: "while a record is exchanged" });
  return tell(change, world, {
    hop, effect: "outage", then: isRenamed || change.doing === "destroy" ? `${name} is not found any more, and resolvers keep that answer` : `${name} is not found in between, and resolvers keep that answer for as long as the zone's SOA record says (15 minutes in Route 53)`,
    avoid: isRenamed ? "add the new name beside the old one, and take that away when nobody asks for it any more" : change.doing === "destroy" ? "keep the record until nobody asks for it any more" : "make the new record in place of the old one with `allow_overwrite`, or in two applies",
    phrase: isRenamed || change.doing === "destroy" ? `at ${name}, which is not found any more` : `at ${name} until resolvers ask again`,
  });
};

/** Whether the record will lead to a balancer of the plan. */
function leadsHere({ address }: Change, { later }: World): boolean {
  return later.leading.has(address);
}

/** The record by which a certificate is validated; it is asked for only when that is issued or renewed. */
function validationRecord(change: Change, world: World): ReturnType<EffectRule> {
  if (change.type !== "aws_route53_record" || !(isGone(change) || change.doing === "update")) return [];
  return !world.serving.validations.has(change.address) ? [] : tell(change, world, { hop: "tls", effect: "none", then: "certificates that are issued stay valid; ACM looks for it when it issues or renews one" });
}

export const zoneRule: EffectRule = (change, world) => {
  if (change.type !== "aws_route53_zone" || !isGone(change)) return [];
  if (!world.serving.zones.has(change.address)) return [];
  return tell(change, world, {
    hop: "dns", effect: "outage", then: change.doing === "destroy" ? "its names are not found any more" : "the new zone has other name servers, so its names are not found until the registrar, or the zone above, names those",
    avoid: change.doing === "destroy" ? "keep it until nobody asks for its names any more" : "make the new zone beside the old one, delegate to it, and take the old one away when resolvers have forgotten it (two days)", phrase: change.doing === "destroy" ? "once its zone is destroyed" : "until the new zone's name servers are delegated to",
  });
};

export const certificateRule: EffectRule = (change, world) => {
  if (change.type !== "aws_acm_certificate" && change.type !== "aws_iam_server_certificate") return validationRule(change, world);
  const certificate = world.serving.certificates.get(change.address);
  const hop = "tls";
  const arn = known(certificate?.arn);
  if (certificate === undefined || arn === undefined) return [];
  const users = world.serving.certificateUsers.get(arn) ?? [];
  if (users.length === 0 && !certificate.usedBeside) return [];
  if (change.doing === "update") return tell(change, world, { hop, effect: "none", then: "the certificate stays in use" });
  if (!isGone(change)) return [];
  const inTheWay = users.filter((address) => {
    const user = world.byAddress.get(address);
    return !goesFirst(user) && (change.doing === "replace" || user === undefined || user.doing === "none");
  });
  if (goesFirst(change) && (inTheWay.length > 0 || (certificate.usedBeside && change.doing === "replace"))) {
    const who = inTheWay.length > 0 ? named(inTheWay) : "what serves its names";
    return tell(change, world, {
      hop, effect: "fails", then: `ACM refuses to destroy it with \`ResourceInUseException\`, as ${who} still ${inTheWay.length === 1 ? "uses" : "use"} it at that moment`,
      avoid: change.doing === "replace" ? "give the certificate `lifecycle { create_before_destroy = true }`" : "let the listener use another certificate first", phrase: "the certificate is still in use by the listener",
    });
  }
  return tell(change, world, { hop, effect: "none", then: change.isCreatedFirst ? "the listener turns to the new certificate once that is issued" : "nothing uses it by then" });
};

function validationRule(change: Change, world: World): ReturnType<EffectRule> {
  if (change.type !== "aws_acm_certificate_validation" || !isGone(change)) return [];
  return tell(change, world, { hop: "tls", effect: "none", then: "it is terraform's own note that it has waited for the certificate; nothing on AWS changes" });
}
