import type { Change } from "../../../topology/changes";
import { known } from "../../../topology/value";
import { type EffectRule, named, tell } from "../because";
import { goesFirst, isGone, type World } from "../world";

/* Certificates, and what validates them. */

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

/** The record by which a certificate is validated; it is asked for only when that is issued or renewed. */
export function validationRecordRule(change: Change, world: World): ReturnType<EffectRule> {
  if (change.type !== "aws_route53_record" || !(isGone(change) || change.doing === "update")) return [];
  return !world.serving.validations.has(change.address)
    ? []
    : tell(change, world, {
        hop: "tls",
        effect: "none",
        then: "certificates that are issued stay valid; ACM looks for it when it issues or renews one",
      });
}
