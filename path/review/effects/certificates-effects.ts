import type { Change } from "../../../topology/changes";
import { known } from "../../../topology/value";
import { type EffectRule, named, report } from "../because";
import { goesFirst, isGone, type World } from "../world";

/* Certificates and their validation. */

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
    return report(change, world, { hop, effect: "none", then: "the certificate stays in use" });
  if (!isGone(change)) return [];
  const inTheWay = users.filter((address) => {
    const user = world.byAddress.get(address);
    return !goesFirst(user) && (change.doing === "replace" || user === undefined || user.doing === "none");
  });
  if (goesFirst(change) && (inTheWay.length > 0 || (certificate.usedBeside && change.doing === "replace"))) {
    const who = inTheWay.length > 0 ? named(inTheWay) : "a service outside of this plan";
    return report(change, world, {
      hop,
      effect: "fails",
      then:
        `ACM refuses to delete it with \`ResourceInUseException\` because ${who} still ` +
        `${inTheWay.length > 1 ? "use" : "uses"} it`,
      avoid:
        change.doing === "replace"
          ? "add `lifecycle { create_before_destroy = true }` to the certificate"
          : "configure another certificate at the listener first",
      phrase: "the certificate is still in use by the listener",
    });
  }
  return report(change, world, {
    hop,
    effect: "none",
    then: change.isCreatedFirst
      ? "the listener switches to the new certificate after it is issued"
      : "nothing uses it by then",
  });
};

function validationRule(change: Change, world: World): ReturnType<EffectRule> {
  if (change.type !== "aws_acm_certificate_validation" || !isGone(change)) return [];
  return report(change, world, {
    hop: "tls",
    effect: "none",
    then: "it only records that Terraform has waited for the certificate; nothing changes on AWS",
  });
}

/** The validation record of a certificate, which ACM queries when it issues or renews the certificate. */
export function validationRecordRule(change: Change, world: World): ReturnType<EffectRule> {
  if (change.type !== "aws_route53_record" || !(isGone(change) || change.doing === "update")) return [];
  return !world.serving.validations.has(change.address)
    ? []
    : report(change, world, {
        hop: "tls",
        effect: "none",
        then: "issued certificates stay valid; ACM queries the record when it issues or renews one",
      });
}
