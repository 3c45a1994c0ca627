import { isReference } from "../../references";
import { isInZone, MAX_COMMON_NAME } from "../domain-names";
import { rule, when } from "./prop-rule";

export const domainNameFitsCertificate = rule(["domainName", "certificate"], ({ domainName, certificate }) => {
  return when(
    certificate === undefined && domainName.length > MAX_COMMON_NAME,
    "domainName",
    domainName,
    `must be at most ${MAX_COMMON_NAME} characters where a certificate is requested; shorten it, or set ` +
      "certificate.arn",
  );
});

export const namesDiffer = rule(["domainName", "alternativeNames"], ({ domainName }, { alternativeNames = [] }) => {
  return when(
    alternativeNames.includes(domainName),
    "alternativeNames",
    domainName,
    "must be names other than domainName; remove it, domainName is served anyway",
  );
});

export const zoneIsWhole = rule(["domainName", "hostedZone"], ({ domainName, hostedZone }, props) => {
  const { name, id, create, delegated } = props.hostedZone ?? {};
  return [
    ...when(
      !isInZone(domainName, hostedZone.name),
      "hostedZone.name",
      name,
      `must be a zone that contains ${domainName}`,
    ),
    ...when(create === true && id !== undefined, "hostedZone.id", id, "must be omitted with hostedZone.create: true"),
    ...when(
      create !== true && delegated !== undefined,
      "hostedZone.delegated",
      delegated,
      "must be omitted without hostedZone.create: true",
    ),
    ...when(
      create === true && delegated === undefined,
      "hostedZone.delegated",
      undefined,
      "must be true or false with hostedZone.create: true; false for the first deploy, which creates the zone " +
        "alone and prints its name servers, true once the registrar has them",
    ),
  ];
});

export const certificateIsInRegion = rule(["region", "certificate"], ({ region, certificate }) => {
  const itsRegion = certificate?.arn.split(":")[3];
  // A region that is a reference is known during the apply only; AWS refuses another one there.
  return when(
    itsRegion !== undefined && !isReference(itsRegion) && itsRegion !== region,
    "certificate.arn",
    certificate?.arn,
    `must be a certificate in ${region}, the region of the load balancer`,
  );
});
