import { isReference } from "../../references";
import { isInZone, MAX_COMMON_NAME } from "../domain-names";
import { rule, when } from "./prop-rule";

export const domainNameFitsCertificate = rule(["domainName", "certificate"], ({ domainName, certificate }) => {
  return when(
    certificate === undefined && domainName.length > MAX_COMMON_NAME,
    "domainName",
    domainName,
    `must be at most ${MAX_COMMON_NAME} characters long if the stack requests a certificate; shorten it, or set ` +
      "certificate.arn",
  );
});

export const namesDiffer = rule(["domainName", "alternativeNames"], ({ domainName }, { alternativeNames = [] }) => {
  return when(
    alternativeNames.includes(domainName),
    "alternativeNames",
    domainName,
    "must not contain domainName; remove it, because the site always has that name",
  );
});

export const zoneIsWhole = rule(["domainName", "hostedZone"], ({ domainName, hostedZone }, props) => {
  const { name, id, create, delegated } = props.hostedZone ?? {};
  return [
    ...when(
      !isInZone(domainName, hostedZone.name),
      "hostedZone.name",
      name,
      `must be the name of a hosted zone that contains ${domainName}`,
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
      "must be true or false with hostedZone.create: true; use false for the first deploy, which creates only the " +
        "zone and outputs its name servers, and true once the registrar has them",
    ),
  ];
});

export const certificateIsInRegion = rule(["region", "certificate"], ({ region, certificate }) => {
  const itsRegion = certificate?.arn.split(":")[3];
  // A reference is known only during the apply, when AWS rejects another region.
  return when(
    itsRegion !== undefined && !isReference(itsRegion) && itsRegion !== region,
    "certificate.arn",
    certificate?.arn,
    `must be the ARN of a certificate in ${region}, the stack's region`,
  );
});
