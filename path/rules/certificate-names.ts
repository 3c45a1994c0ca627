import type { Certificate, DnsRecord, Listener } from "../../topology/model";
import { isUnknown, known, Unknown } from "../../topology/value";
import { fix, setting } from "../fix";
import type { Edit } from "../report";
import type { Reporter } from "../rule";
import type { TracedPath } from "../traced-path";
import { covers, isMistakenWildcard, isPublicName } from "./domain-names";
import { isByMistake } from "./record-names";
import { isPrivate, recordsOf } from "./record-targets";
import { validationRecord } from "./validation";

/* Whether one of the listener's certificates is good for the name that the client asks for. */

type Fault = Parameters<Reporter["fault"]>[0];

/** P11 and P12. */
export function goodForName(path: TracedPath, report: Reporter): void {
  if (path.isOwnName || isByMistake(path) || isForInside(path)) return;
  // A wildcard record stands for any name that it covers.
  const host = path.records.map(nameOf).find((name) => name?.startsWith("*.")) ?? path.host;
  for (const { listener } of path.steps) {
    if (known(listener.protocol) !== "HTTPS" || listener.certificates.length === 0) continue;
    const certificates = listener.certificates.map(({ arn }) => path.topology.byId.certificate(arn));
    if (certificates.some((it) => it !== undefined && isGoodFor(it, host))) continue;
    const open = openName(path, certificates) ?? openCertificate(listener, certificates, host);
    if (open !== undefined) report.open("tls", open);
    else faultsOf(listener, certificates.filter((it) => it !== undefined), host, path).forEach((fault) => report.fault(fault));
  }
}

export function isGoodFor({ names }: Certificate, host: string): boolean {
  return names.items.some((name) => covers(name, host));
}

/** A further name of a public balancer in a private zone; whether anybody uses it with TLS is not in the file. */
function isForInside({ from, records, topology, balancer }: TracedPath): boolean {
  if (from !== "internet" || records.length === 0 || balancer === undefined || !records.every((it) => isPrivate(it, topology))) return false;
  return records.every(({ fqdn }) => !isPublicName(known(fqdn) ?? "")) || recordsOf(topology).isFoundFromOutside(balancer);
}

/** A name of which the file tells only a part, if any. */
function openName({ records, topology, host }: TracedPath, certificates: readonly (Certificate | undefined)[]): Unknown | undefined {
  const isWhole = records.length === 0 || records.some(({ fqdn, zoneId }) => known(fqdn) !== undefined && known(topology.byId.zone(zoneId)?.name) !== undefined);
  const [record] = records;
  if (isWhole || record === undefined) return undefined;
  if (isUnknown(record.fqdn)) return record.fqdn;
  // `app.staging` in a zone that is not in the file may be a name that leaves the zone's out.
  const names = certificates.flatMap((it) => it?.names.items ?? []);
  const isBegun = names.some((name) => name.startsWith(`${host}.`) || name.startsWith(`*.${host.slice(host.indexOf(".") + 1)}.`));
  return isBegun || !isPublicName(host) ? new Unknown(record.address, "zone_id", `the zone's name is not in the file, so that ${host} may be a name within it`) : undefined;
}

/** A certificate of which the file does not tell whether it is good for the name. */
function openCertificate(listener: Listener, certificates: readonly (Certificate | undefined)[], host: string): Unknown | undefined {
  for (const [index, { address, arn }] of listener.certificates.entries()) {
    const certificate = certificates[index];
    if (isUnknown(arn)) return arn;
    if (certificate?.names.open !== undefined) return certificate.names.open;
    if (certificate?.isData === true) return new Unknown(certificate.address, "domain", `a data source tells the first name only, so that the certificate may be good for ${host} as well`);
    if (certificate === undefined) return new Unknown(address, "certificate_arn", `the certificate ${arn ?? ""} is not in this file, so that it cannot be told whether it is good for ${host}`);
  }
  return undefined;
}

const made = new WeakMap<Listener, { readonly names: ReadonlySet<string>; readonly faults: readonly Fault[] }>();

/** One fault and one fix for all names that lead to the balancer, as a listener may serve thousands. */
function faultsOf(listener: Listener, certificates: readonly Certificate[], host: string, path: TracedPath): readonly Fault[] {
  const found = made.get(listener) ?? forAll(certificates, path);
  made.set(listener, found);
  return found.names.has(host) ? found.faults.filter(({ id }) => id === idFor(host, certificates)) : faultsFor([host], certificates, path);
}

function forAll(certificates: readonly Certificate[], path: TracedPath): { names: ReadonlySet<string>; faults: readonly Fault[] } {
  const { topology, balancer } = path;
  const all = balancer === undefined ? [] : recordsOf(topology).to(balancer);
  const publics = all.filter((record) => !isPrivate(record, topology));
  const leading = (publics.length > 0 ? publics : all).map(nameOf).filter((name) => name !== undefined);
  const names = new Set(leading.filter((name) => !certificates.some((it) => isGoodFor(it, name))));
  return { names, faults: faultsFor([...names], certificates, path) };
}

function idFor(host: string, certificates: readonly Certificate[]): "P11" | "P12" {
  return certificates.some(({ names }) => names.items.some((name) => isMistakenWildcard(name, host))) ? "P12" : "P11";
}

function faultsFor(hosts: readonly string[], certificates: readonly Certificate[], path: TracedPath): Fault[] {
  const [certificate] = certificates;
  if (certificate === undefined) return [];
  const names = [...new Set(certificates.flatMap((it) => it.names.items))].join(", ");
  return (["P11", "P12"] as const).flatMap((id) => {
    const alike = hosts.filter((host) => idFor(host, certificates) === id);
    if (alike.length === 0) return [];
    const missing = alike.join(", ");
    return [{
      id, hop: "tls", address: certificate.address, attribute: "subject_alternative_names",
      observed: id === "P12" ? `${names}, and a wildcard stands for exactly one label, so not for ${missing}` : `good for ${names || "no name"}`,
      required: `${missing} among the certificate's names`, symptom: "NET::ERR_CERT_COMMON_NAME_INVALID in browsers",
      fix: fix(`Add ${missing} to the certificate's names.`, `alternativeNames: ${JSON.stringify(alike)}`, naming(certificate, hosts, alike, path)),
    }];
  });
}

/** A state writes the asterisk as `\052`. */
function nameOf({ fqdn }: DnsRecord): string | undefined {
  return known(fqdn)?.replace(/^\\052\./, "*.");
}

/** The list is set as a whole, so it has all names that are missing, whichever fault is mended first. */
function naming(certificate: Certificate, missing: readonly string[], added: readonly string[], path: TracedPath): Edit[] {
  const [, ...others] = new Set([...certificate.names.items, ...missing]);
  const records = known(certificate.validationMethod) === "DNS" ? added.flatMap((name) => validationRecord(certificate, name, path)) : [];
  return [setting(certificate.address, "subject_alternative_names", others), ...records];
}
