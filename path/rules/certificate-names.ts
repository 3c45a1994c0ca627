import type { Certificate, DnsRecord, Listener } from "../../topology/model";
import { isUnknown, known, Unknown } from "../../topology/value";
import { certificatesAt, type ListenerCertificates } from "../analysis/certificates/picked-certificates";
import { ancestry, covers, isMistakenWildcard, isPublicName } from "../analysis/names/domain-names";
import { isByMistake } from "../analysis/names/outside-names";
import { anyNameOf } from "../analysis/names/record-chains";
import { recordsOf } from "../analysis/names/record-targets";
import type { TracedPath } from "../analysis/requests/traced-path";
import { fix, setting } from "../fixes/fix";
import type { Edit } from "../report";
import type { Fault, Reporter } from "./rule";
import { validationRecord } from "./validation";

/* Whether one of the listener's certificates is good for the name that the client asks for. */

/** P11 and P12. */
export function goodForName(path: TracedPath, report: Reporter): void {
  if (path.isOwnName || isByMistake(path) || isForInside(path)) return;
  // A wildcard record stands for any name below it, unless one of them is asked for.
  const wildcard = path.records.map(nameOf).find((name) => name?.startsWith("*."));
  const host = wildcard !== undefined && path.host === anyNameOf(wildcard) ? wildcard : path.host;
  for (const { listener } of path.steps) {
    if (known(listener.protocol) !== "HTTPS" || listener.certificates.length === 0) continue;
    const at = certificatesAt(listener, path);
    if (at.isGoodFor(host)) continue;
    const open = openName(path, at) ?? openCertificate(at, host);
    if (open !== undefined) report.open("tls", open);
    else faultsOf(listener, at, host, path).forEach((fault) => report.fault(fault));
  }
}

export function isGoodFor({ names }: Certificate, host: string): boolean {
  return names.items.some((name) => covers(name, host));
}

/** A further name of a public balancer in a private zone; whether anybody uses it with TLS is not in the file. */
function isForInside({ from, records, topology, balancer }: TracedPath): boolean {
  if (from !== "internet" || records.length === 0 || balancer === undefined || records.some(recordsOf(topology).isSeen))
    return false;
  return (
    records.every(({ fqdn }) => !isPublicName(known(fqdn) ?? "")) || recordsOf(topology).isFoundFromOutside(balancer)
  );
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

/** What lacks on a listener, and of which names. */
interface Lack {
  readonly names: ReadonlySet<string>;
  readonly faults: readonly Fault[];
}

const made = new WeakMap<Listener, Lack>();

/** One fault and one fix for all names that lead to the balancer, as a listener may serve thousands. */
function faultsOf(listener: Listener, at: ListenerCertificates, host: string, path: TracedPath): readonly Fault[] {
  const found = made.get(listener) ?? forAll(at, path);
  made.set(listener, found);
  return found.names.has(host) ? found.faults.filter(({ id }) => id === idFor(host, at)) : faultsFor([host], at, path);
}

function forAll(at: ListenerCertificates, path: TracedPath): Lack {
  const { topology, balancer } = path;
  const all = balancer === undefined ? [] : recordsOf(topology).to(balancer);
  const publics = all.filter(recordsOf(topology).isSeen);
  const leading = (publics.length > 0 ? publics : all).map(nameOf).filter((name) => name !== undefined);
  const names = new Set(leading.filter((name) => !at.isGoodFor(name)));
  return { names, faults: faultsFor([...names], at, path) };
}

function idFor(host: string, { names }: ListenerCertificates): "P11" | "P12" {
  return ancestry(host)
    .map((above) => `*.${above}`)
    .some((pattern) => names.has(pattern) && isMistakenWildcard(pattern, host))
    ? "P12"
    : "P11";
}

function faultsFor(hosts: readonly string[], at: ListenerCertificates, path: TracedPath): Fault[] {
  const certificate = at.all.map((it) => it.certificate).find((it) => it !== undefined);
  if (certificate === undefined) return [];
  const names = [...at.names].join(", ");
  return (["P11", "P12"] as const).flatMap((id) => {
    const alike = hosts.filter((host) => idFor(host, at) === id);
    if (alike.length === 0) return [];
    const missing = alike.join(", ");
    return [
      {
        id,
        hop: "tls",
        address: certificate.address,
        attribute: "subject_alternative_names",
        observed:
          id === "P12"
            ? `${names}, and a wildcard stands for exactly one label, so not for ${missing}`
            : `good for ${names || "no name"}`,
        required: `${missing} among the certificate's names`,
        symptom: "NET::ERR_CERT_COMMON_NAME_INVALID in browsers",
        fix: fix(
          `Add ${missing} to the certificate's names.`,
          `alternativeNames: ${JSON.stringify(alike)}`,
          naming(certificate, hosts, alike, path),
        ),
      },
    ];
  });
}

/** A state writes the asterisk as `\052`. */
function nameOf({ fqdn }: DnsRecord): string | undefined {
  return known(fqdn)?.replace(/^\\052\./, "*.");
}

/** The list is set as a whole, so it has all names that are missing, whichever fault is mended first. */
function naming(
  certificate: Certificate,
  missing: readonly string[],
  added: readonly string[],
  path: TracedPath,
): Edit[] {
  const [, ...others] = new Set([...certificate.names.items, ...missing]);
  const records =
    known(certificate.validationMethod) === "DNS"
      ? added.flatMap((name) => validationRecord(certificate, name, path))
      : [];
  return [setting(certificate.address, "subject_alternative_names", others), ...records];
}
