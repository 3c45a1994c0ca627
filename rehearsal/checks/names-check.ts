import { covers } from "../../path/analysis/names/domain-names";
import type { Expectation } from "../expectation";
import { namesOf, type Site, withoutDot, type ZoneView } from "../site";
import { type CheckResult, distinct, listenerOn, unless } from "./check-result";

/** Policies from before TLS 1.2. */
const OLD_POLICY = /^ELBSecurityPolicy-(2015|2016|TLS-1-[01]|TLS13-1-[01]-|FS-2018|FS-1-1)/;
const sameMembers = (a: readonly string[] | undefined, b: readonly string[] | undefined) =>
  a !== undefined && [...a].sort().join() === [...(b ?? [])].sort().join();

export function domainHasZone({ zones }: Site, { names, createdZone, nameServers }: Expectation): CheckResult {
  const wanted = createdZone === undefined ? names : [createdZone, ...names];
  const used = distinct(wanted.map((name) => zoneFor(zones, name)?.name));
  const twice = used.filter((name) => zones.filter((zone) => zone.name === name).length > 1);
  const created = zones.find(({ name }) => name === createdZone);
  return {
    problems: [
      ...wanted.filter((name) => zoneFor(zones, name) === undefined).map((name) => `no public zone for ${name}`),
      ...twice.map((name) => `there are two public zones named ${name}; it is unknown which one is delegated`),
      ...unless(
        createdZone === undefined || sameMembers(created?.nameServers, nameServers),
        "output name_servers is not the list of the zone's name servers",
      ),
    ],
    observed:
      used.join(", ") + (createdZone === undefined ? "" : `, name servers in outputs: ${nameServers?.join(" ")}`),
  };
}

export function certificateIsIssued(
  { certificates, zones, listeners }: Site,
  { names, requestsCertificate }: Expectation,
): CheckResult {
  const inUse = listeners.flatMap(({ Certificates = [] }) => Certificates.map(({ CertificateArn }) => CertificateArn));
  const certificate = certificates.find(({ CertificateArn }) => inUse.includes(CertificateArn)) ?? certificates[0];
  if (certificate === undefined) return { problems: [`no certificate for ${names[0]}`], observed: "" };
  const uncovered = names.filter((name) => !namesOf(certificate).some((pattern) => covers(pattern, name)));
  const records = (certificate.DomainValidationOptions ?? []).flatMap(({ ResourceRecord }) =>
    ResourceRecord ? [ResourceRecord] : [],
  );
  const unseen = requestsCertificate
    ? records.filter(({ Name = "", Value = "" }) => !hasCname(zones, Name, Value))
    : [];
  return {
    problems: [
      ...unless(certificate.Status === "ISSUED", `the certificate's status is ${certificate.Status}`),
      ...uncovered.map((name) => `the certificate does not cover ${name}`),
      ...distinct(unseen.map(({ Name }) => Name)).map((name) => `the validation record ${name} is missing`),
    ],
    observed: `${certificate.Status}, for ${namesOf(certificate).join(", ")}`,
  };
}

export function httpsHasCertificate({ listeners, certificates }: Site, { names }: Expectation): CheckResult {
  const https = listenerOn(listeners, 443, "HTTPS");
  const arn = https?.Certificates?.[0]?.CertificateArn;
  const certificate = certificates.find(({ CertificateArn }) => CertificateArn === arn);
  const uncovered =
    certificate === undefined
      ? []
      : names.filter((name) => !namesOf(certificate).some((pattern) => covers(pattern, name)));
  return {
    problems: [
      ...unless(
        certificate?.Status === "ISSUED",
        arn === undefined
          ? "HTTPS:443 has no certificate"
          : certificate === undefined
            ? "its certificate covers none of the site's names"
            : `its certificate's status is ${certificate.Status}`,
      ),
      ...uncovered.map((name) => `its certificate does not cover ${name}`),
      ...unless(
        https?.SslPolicy !== undefined && !OLD_POLICY.test(https.SslPolicy),
        `its TLS policy must begin at TLS 1.2 or later (got ${https?.SslPolicy ?? "none"})`,
      ),
    ],
    observed: `${certificate?.DomainName}, ${https?.SslPolicy}`,
  };
}

export function aliasesPointToBalancer({ zones, balancer }: Site, { names }: Expectation): CheckResult {
  const problems = names.flatMap((name) => {
    const records =
      zoneFor(zones, name)?.records.filter((record) => withoutDot(record.Name ?? "") === name && record.Type === "A") ??
      [];
    const target = records[0]?.AliasTarget;
    if (target === undefined) return [`no A alias record for ${name}`];
    const isOurs =
      withoutDot(target.DNSName ?? "").toLowerCase() === balancer?.DNSName?.toLowerCase() &&
      target.HostedZoneId === balancer?.CanonicalHostedZoneId;
    return unless(isOurs, `${name} points to ${target.DNSName}`);
  });
  return { problems, observed: `${names.join(", ")} → ${balancer?.DNSName}` };
}

/** The zone with the longest name that the name ends with. */
function zoneFor(zones: readonly ZoneView[], name: string): ZoneView | undefined {
  return [...zones]
    .sort((a, b) => b.name.length - a.name.length)
    .find((zone) => name === zone.name || name.endsWith(`.${zone.name}`));
}

function hasCname(zones: readonly ZoneView[], name: string, value: string): boolean {
  const records = zoneFor(zones, withoutDot(name))?.records ?? [];
  return records.some(
    (record) =>
      withoutDot(record.Name ?? "") === withoutDot(name) &&
      record.ResourceRecords?.some((it) => withoutDot(it.Value ?? "") === withoutDot(value)),
  );
}
