import { plainName } from "../../../topology/dns";
import type { DnsRecord, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";

/* The names of a record: its own, and those that it says. */

/** Records of addresses and names; mail and the like lead no request here. */
export function mayServe({ type, validates }: DnsRecord): boolean {
  return validates.length === 0 && (isUnknown(type) || isAddress(type) || isCname(type));
}

function isAddress(type: DnsRecord["type"]): boolean {
  return /^a(aaa)?$/i.test(known(type) ?? "");
}

function isCname(type: DnsRecord["type"]): boolean {
  return known(type)?.toUpperCase() === "CNAME";
}

/** Whether the record is in a zone that only VPCs see. */
export function isPrivate({ zoneId }: DnsRecord, { byId }: Topology): boolean {
  return byId.zone(zoneId)?.isPrivate === true;
}

/**
 * Route 53 takes 100 weighted records of a name, and one for each country and state; what has more is none of its
 * files.
 */
export const MOST_OF_A_NAME = 500;

/** What a record says: the alias's name, or a CNAME's values. */
export function targetNames(record: DnsRecord): readonly string[] {
  if (record.alias !== undefined) return [known(record.alias.name)].filter((name) => name !== undefined).map(hostOf);
  return isCname(record.type) || isUnknown(record.type)
    ? [...new Set(record.values.items.slice(0, MOST_OF_A_NAME).map(hostOf))]
    : [];
}

/** Aliases may have `dualstack.` in front of a load balancer's name. */
export function hostOf(name: string): string {
  return nameOf(name).replace(/^dualstack\./, "");
}

/** As names are compared; one that is an expression stays as it is. */
export function nameOf(name: string): string {
  return known(plainName(name)) ?? "";
}

/** One of the names that a wildcard's records answer for; any other name itself. */
export function anyNameOf(name: string): string {
  return name.replace(/^\*\./, "any-name.");
}

/** The name of a load balancer that is written out, such as `web-123.us-east-1.elb.amazonaws.com`. */
export function isBalancerName(name: string): boolean {
  return /^[a-z0-9-]+\.([a-z0-9-]+\.elb|elb\.[a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.test(name);
}
