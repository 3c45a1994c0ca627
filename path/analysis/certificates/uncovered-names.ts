import type { Certificate, DnsRecord, Topology } from "../../../topology/model";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { ancestry, isMistakenWildcard, isPublicName } from "../names/domain-names";
import { isByMistake } from "../names/outside-names";
import { anyNameOf } from "../names/record-names";
import { recordsOf } from "../names/record-targets";
import { once } from "../once";
import type { TracedPath } from "../requests/traced-path";
import { certificatesAt, type ListenerCertificates } from "./picked-certificates";

/* Names that clients ask a listener for and that none of its certificates is good for. */

/** Of one listener, and of one kind. */
export interface UncoveredNames {
  readonly names: readonly string[];
  /** Whether somebody who wrote one of the certificates' wildcards may have meant it for these. */
  readonly isBelowWildcard: boolean;
  /** Those of both kinds, as a certificate's names are set as a whole. */
  readonly all: readonly string[];
  /** The listener's first that is in the file. */
  readonly certificate: Certificate;
  /** The names as a list; put together once, as there can be thousands. */
  readonly shown: string;
  /** The names that the listener's certificates are good for, as a list. */
  readonly good: string;
  readonly topology: Topology;
  /** A record of the load balancer, in whose zone a further one can stand. */
  readonly beside: DnsRecord | undefined;
}

/** At each listener with TLS that the path's requests come to; or what the file leaves open of it. */
export const uncoveredOn = once((path: TracedPath): readonly (UncoveredNames | Unknown)[] => {
  if (path.isOwnName || isByMistake(path) || isForInside(path)) return [];
  // A wildcard record stands for any name below it, unless one of them is asked for.
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

/** A further name of a public load balancer in a private zone; whether anybody uses it with TLS is not in the file. */
function isForInside({ from, records, topology, balancer }: TracedPath): boolean {
  const { isSeen, isFoundFromOutside } = recordsOf(topology);
  if (from !== "internet" || records.length === 0 || balancer === undefined || records.some(isSeen)) return false;
  return records.every(({ fqdn }) => !isPublicName(known(fqdn) ?? "")) || isFoundFromOutside(balancer);
}

/** A name of which the file tells only a part, if any. */
function openName({ records, topology, host }: TracedPath, { all }: ListenerCertificates): Unknown | undefined {
  const isWhole =
    records.length === 0 ||
    records.some(
      ({ fqdn, zoneId }) => known(fqdn) !== undefined && known(topology.byId.zone(zoneId)?.name) !== undefined,
    );
  const [record] = records;
  if (isWhole || record === undefined) return undefined;
  if (isUnknown(record.fqdn)) return record.fqdn;
  // `app.staging` in a zone that is not in the file may be a name that leaves the zone's out.
  const isBegun = (name: string) =>
    name.startsWith(`${host}.`) || name.startsWith(`*.${host.slice(host.indexOf(".") + 1)}.`);
  return !isPublicName(host) || all.some(({ certificate }) => certificate?.names.items.some(isBegun))
    ? new Unknown(
        record.address,
        "zone_id",
        `the zone's name is not in the file, so that ${host} may be a name within it`,
      )
    : undefined;
}

/** A certificate of which the file does not tell whether it is good for the name. */
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
      `a data source tells the first name only, so that the certificate may be good for ${host} as well`,
    );
  return new Unknown(
    address,
    "certificate_arn",
    `the certificate ${known(arn) ?? ""} is not in this file, so that it cannot be told whether it is good for ${host}`,
  );
}

function uncoveredAt(at: ListenerCertificates, host: string, { topology, records }: TracedPath): UncoveredNames[] {
  const { names, found } = ofAllRecords(topology)(at);
  if (!names.has(host)) return uncovered([host], at, topology, records[0]);
  const isBelowWildcard = isBelowWildcardOf(at, host);
  return found.filter((it) => it.isBelowWildcard === isBelowWildcard);
}

/** One answer for all names that lead to the load balancer, as a listener may serve thousands. */
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
  beside: DnsRecord | undefined,
): UncoveredNames[] {
  const certificate = at.all.map((it) => it.certificate).find((it) => it !== undefined);
  if (certificate === undefined) return [];
  const good = [...at.names].join(", ");
  return [false, true].flatMap((isBelowWildcard) => {
    const names = all.filter((host) => isBelowWildcardOf(at, host) === isBelowWildcard);
    const shown = names.join(", ");
    return names.length === 0 ? [] : [{ names, isBelowWildcard, all, certificate, shown, good, topology, beside }];
  });
}

function isBelowWildcardOf({ names }: ListenerCertificates, host: string): boolean {
  return ancestry(host)
    .map((above) => `*.${above}`)
    .some((pattern) => names.has(pattern) && isMistakenWildcard(pattern, host));
}
