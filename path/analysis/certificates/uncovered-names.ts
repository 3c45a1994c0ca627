import type { Certificate, DnsRecord, Topology } from "../../../topology/model";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { ancestry, isMistakenWildcard, isPublicName } from "../names/domain-names";
import { isByMistake } from "../names/outside-names";
import { anyNameOf } from "../names/record-names";
import { recordsOf } from "../names/record-targets";
import { once } from "../once";
import type { TracedPath } from "../requests/traced-path";
import { certificatesAt, type ListenerCertificates } from "./picked-certificates";

/* Names that clients request from a listener and that none of its certificates covers. */

/** Uncovered names of one listener and of one kind. */
export interface UncoveredNames {
  readonly names: readonly string[];
  /** Whether a wildcard of one of the certificates may have been meant for these names. */
  readonly isBelowWildcard: boolean;
  /** The names of both kinds, because a certificate's names are set as a whole. */
  readonly all: readonly string[];
  /** The listener's first certificate that is in the file. */
  readonly certificate: Certificate;
  /** The names as text; joined once, because there can be thousands. */
  readonly shown: string;
  /** The names that the listener's certificates cover, as text. */
  readonly good: string;
  readonly topology: Topology;
  /** A record of the load balancer, whose zone can contain another record. */
  readonly nextTo: DnsRecord | undefined;
}

/** At each HTTPS listener that the path's requests reach; or the unknown value that prevents an answer. */
export const uncoveredOn = once((path: TracedPath): readonly (UncoveredNames | Unknown)[] => {
  if (path.isOwnName || isByMistake(path) || isForInside(path)) return [];
  // A wildcard record means any name below it, unless a specific one is traced.
  const wildcard = path.records.map(({ fqdn }) => known(fqdn)).find((name) => name?.startsWith("*."));
  const host = wildcard !== undefined && path.host === anyNameOf(wildcard) ? wildcard : path.host;
  return path.steps.flatMap(({ listener }): readonly (UncoveredNames | Unknown)[] => {
    if (known(listener.protocol) !== "HTTPS" || listener.certificates.length === 0) return [];
    const at = certificatesAt(listener, path);
    if (at.isGoodFor(host)) return [];
    const open = openName(path, at) ?? openCertificate(at, host);
    return open === undefined ? uncoveredAt(at, host, path) : [open];
  });
});

/**
 * An additional, private name of an internet-facing load balancer; the file does not say whether TLS is used with it.
 */
function isForInside({ from, records, topology, balancer }: TracedPath): boolean {
  const { isSeen, isFoundFromOutside } = recordsOf(topology);
  if (from !== "internet" || records.length === 0 || balancer === undefined || records.some(isSeen)) return false;
  return records.every(({ fqdn }) => !isPublicName(known(fqdn) ?? "")) || isFoundFromOutside(balancer);
}

/** A name that is not known completely. */
function openName({ records, topology, host }: TracedPath, { all }: ListenerCertificates): Unknown | undefined {
  const isWhole =
    records.length === 0 ||
    records.some(
      ({ fqdn, zoneId }) => known(fqdn) !== undefined && known(topology.byId.zone(zoneId)?.name) !== undefined,
    );
  const [record] = records;
  if (isWhole || record === undefined) return undefined;
  if (isUnknown(record.fqdn)) return record.fqdn;
  // `app.staging` in a zone that is not in the file may be a name that omits the zone's name.
  const isBegun = (name: string) =>
    name.startsWith(`${host}.`) || name.startsWith(`*.${host.slice(host.indexOf(".") + 1)}.`);
  return !isPublicName(host) || all.some(({ certificate }) => certificate?.names.items.some(isBegun))
    ? new Unknown(record.address, "zone_id", `the zone's name is not in the file, so ${host} may be a name within it`)
    : undefined;
}

/** The unknown value that may let a certificate cover the name. */
function openCertificate({ firstOpen }: ListenerCertificates, host: string): Unknown | undefined {
  if (firstOpen === undefined) return undefined;
  const {
    use: { address, arn },
    certificate,
  } = firstOpen;
  if (isUnknown(arn)) return arn;
  if (certificate?.names.open !== undefined) return certificate.names.open;
  if (certificate?.isData === true)
    return new Unknown(
      certificate.address,
      "domain",
      `the data source has only the first name, so the certificate may also cover ${host}`,
    );
  return new Unknown(
    address,
    "certificate_arn",
    `the certificate ${known(arn) ?? ""} is not in this file, so it cannot be determined whether it covers ${host}`,
  );
}

function uncoveredAt(at: ListenerCertificates, host: string, { topology, records }: TracedPath): UncoveredNames[] {
  const { names, found } = ofAllRecords(topology)(at);
  if (!names.has(host)) return uncovered([host], at, topology, records[0]);
  const isBelowWildcard = isBelowWildcardOf(at, host);
  return found.filter((it) => it.isBelowWildcard === isBelowWildcard);
}

/** One result for all names of the load balancer, because a listener may serve thousands. */
const ofAllRecords = once((topology: Topology) =>
  once((at: ListenerCertificates) => {
    const { to, isSeen } = recordsOf(topology);
    const all = at.balancer === undefined ? [] : to(at.balancer);
    const publics = all.filter(isSeen);
    const leading = publics.length > 0 ? publics : all;
    const names = new Set(leading.flatMap(({ fqdn }) => known(fqdn) ?? []).filter((name) => !at.isGoodFor(name)));
    return { names, found: uncovered([...names], at, topology, leading[0]) };
  }),
);

function uncovered(
  all: readonly string[],
  at: ListenerCertificates,
  topology: Topology,
  nextTo: DnsRecord | undefined,
): UncoveredNames[] {
  const certificate = at.all.map((it) => it.certificate).find((it) => it !== undefined);
  if (certificate === undefined) return [];
  const good = [...at.names].join(", ");
  return [false, true].flatMap((isBelowWildcard) => {
    const names = all.filter((host) => isBelowWildcardOf(at, host) === isBelowWildcard);
    const shown = names.join(", ");
    return names.length === 0 ? [] : [{ names, isBelowWildcard, all, certificate, shown, good, topology, nextTo }];
  });
}

function isBelowWildcardOf({ names }: ListenerCertificates, host: string): boolean {
  return ancestry(host)
    .map((above) => `*.${above}`)
    .some((pattern) => names.has(pattern) && isMistakenWildcard(pattern, host));
}
