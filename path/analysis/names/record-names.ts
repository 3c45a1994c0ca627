import { plainName } from "../../../topology/dns";
import type { DnsRecord, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";

/* The names of a record: its own, and those in its values. */

/** A, AAAA and CNAME records; others, such as MX, route no request to a load balancer. */
export function mayServe({ type, validates }: DnsRecord): boolean {
  return validates.length === 0 && (isUnknown(type) || isAddress(type) || isCname(type));
}

function isAddress(type: DnsRecord["type"]): boolean {
  return /^a(aaa)?$/i.test(known(type) ?? "");
}

function isCname(type: DnsRecord["type"]): boolean {
  return known(type)?.toUpperCase() === "CNAME";
}

/** Whether the record is in a private zone. */
export function isPrivate({ zoneId }: DnsRecord, { byId }: Topology): boolean {
  return byId.zone(zoneId)?.isPrivate === true;
}

/**
 * Route 53 accepts 100 weighted records with a name, and one for each country and state. A file with more is not valid.
 */
export const MOST_OF_A_NAME = 500;

/** The targets of a record: the alias's name, or a CNAME's values. */
export function targetNames(record: DnsRecord): readonly string[] {
  if (record.alias !== undefined) return [known(record.alias.name)].filter((name) => name !== undefined).map(hostOf);
  return isCname(record.type) || isUnknown(record.type)
    ? [...new Set(record.values.items.slice(0, MOST_OF_A_NAME).map(hostOf))]
    : [];
}

/** Whether the targets of a record are literal names, so that it is certain that none is a resource of the file. */
export function isResolved(record: DnsRecord): boolean {
  const { alias, values } = record;
  return alias === undefined
    ? values.open === undefined && !values.items.some((it) => it.includes("${"))
    : !(known(alias.name) ?? "${").includes("${");
}

/** Without the `dualstack.` prefix that aliases may put before a load balancer's name. */
export function hostOf(name: string): string {
  return nameOf(name).replace(/^dualstack\./, "");
}

/** The form in which names are compared; an expression is unchanged. */
export function nameOf(name: string): string {
  return known(plainName(name)) ?? "";
}

/** For a wildcard, one of the names that it matches; any other name unchanged. */
export function anyNameOf(name: string): string {
  return name.replace(/^\*\./, "any-name.");
}

/** Whether it is a literal load balancer name, such as `web-123.us-east-1.elb.amazonaws.com`. */
export function isBalancerName(name: string): boolean {
  return /^[a-z0-9-]+\.([a-z0-9-]+\.elb|elb\.[a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.test(name);
}
