import type { Balancer, DnsRecord, SecurityGroup, SecurityRule } from "../../topology/model";
import { isUnknown, known, Unknown } from "../../topology/value";
import { recordsOf } from "../analysis/names/record-targets";
import type { TracedPath } from "../analysis/requests/traced-path";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import type { Edit } from "../report";
import type { Reporter } from "./rule";

/* Names are answered for IPv4 and IPv6 apart, and the balancer listens for both apart. */

const EVERYBODY = { ipv4: "0.0.0.0/0", ipv6: "::/0" };

/** P08. */
export function ipVersions(path: TracedPath, report: Reporter): void {
  const { balancer } = path;
  if (balancer === undefined) return;
  const records = [...path.records, ...path.over].filter((record) =>
    recordsOf(path.topology).leadsTo(record, balancer),
  );
  const answers = (type: string) =>
    records.filter((record) => known(record.type)?.toUpperCase() === type && record.alias !== undefined);
  const kind = balancer.ipAddressType;
  if (isUnknown(kind)) {
    if (answers("AAAA").length > 0) report.open("dns", kind);
    return;
  }
  if (kind === undefined || kind === "ipv4") return recordsWithoutIpv6(path, report, balancer, answers("AAAA"));
  if (
    kind === "dualstack-without-public-ipv4" &&
    path.from === "internet" &&
    answers("A").length > 0 &&
    answers("AAAA").length === 0
  )
    return noIpv4(report, balancer, answers("A")[0]?.address ?? "");
  // Whoever follows a CNAME, or the balancer's own name, is told both kinds of addresses.
  groupsWithoutIpv6(path, report, balancer, answers("AAAA").length > 0);
}

function recordsWithoutIpv6(
  path: TracedPath,
  report: Reporter,
  balancer: Balancer,
  records: readonly DnsRecord[],
): void {
  for (const { address, fqdn } of records) {
    report.fault({
      id: "P08",
      hop: "dns",
      address,
      attribute: "type",
      observed:
        "an AAAA record for " +
        `${path.records.some((it) => it.address === address) ? path.host : (known(fqdn) ?? path.host)}, and ` +
        `${balancer.address} has IPv4 addresses only`,
      required: 'ip_address_type "dualstack" on the balancer and IPv6 in its subnets, or no AAAA record',
      symptom: "no answer for AAAA; clients with IPv6 alone cannot reach the name",
      share: "clients over IPv6",
      fix: fix("Take the AAAA record away.", BY_NO_PROP, [{ remove: address }]),
    });
  }
}

function noIpv4(report: Reporter, balancer: Balancer, address: string): void {
  report.fault({
    id: "P08",
    hop: "dns",
    address: balancer.address,
    attribute: "ip_address_type",
    observed: `the balancer has no public IPv4 address, and ${address} answers IPv4 only`,
    required: 'an AAAA record, or ip_address_type "dualstack"',
    symptom: "the name has no address that the internet can reach",
    fix: fix("Give the balancer public IPv4 addresses as well.", BY_NO_PROP, [
      setting(balancer.address, "ip_address_type", "dualstack"),
    ]),
  });
}

function groupsWithoutIpv6(
  { topology, steps, url }: TracedPath,
  report: Reporter,
  balancer: Balancer,
  isAnswered: boolean,
): void {
  const groups = balancer.securityGroupIds.items.map((id) => topology.byId.securityGroup(id));
  const rules = groups.flatMap((group) => group?.ingress ?? []);
  for (const port of new Set(steps.map(({ listener }) => known(listener.port)))) {
    if (port === undefined) continue;
    const onPort = rules.filter((rule) => opens(rule, port));
    const ipv4 = onPort.find(({ cidrs }) => cidrs.items.includes(EVERYBODY.ipv4));
    // Rules that let in some of the IPv6 addresses are somebody's choice, as are those for IPv4.
    if (
      ipv4 === undefined ||
      onPort.some(({ ipv6Cidrs, prefixListIds }) => ipv6Cidrs.items.length > 0 || prefixListIds.items.length > 0)
    )
      continue;
    const left = openPart(balancer, groups, rules);
    if (left !== undefined) {
      if (isAnswered) report.open("dns", left);
      continue;
    }
    const group = groups.find((it) => it?.ingress.includes(ipv4));
    if (group === undefined) continue;
    report.fault({
      id: "P08",
      hop: "dns",
      share: "clients over IPv6",
      observed:
        `${balancer.address} has IPv6 addresses, and ${group.address} opens port ${port} to ${EVERYBODY.ipv4} ` +
        "only",
      ...(isAnswered
        ? { address: group.address, attribute: "ingress" }
        : { address: balancer.address, attribute: "ip_address_type" }),
      required: isAnswered
        ? `port ${port} open to ${EVERYBODY.ipv6} too`
        : `port ${port} open to ${EVERYBODY.ipv6} too, or a balancer for IPv4 alone`,
      symptom: `over IPv6 ${url.hostname} times out; clients that fall back to IPv4 are slow`,
      fix: isAnswered
        ? fix(`Open port ${port} to IPv6 as well.`, BY_NO_PROP, opening(group, ipv4, port))
        : fix("Let the balancer have IPv4 addresses alone.", BY_NO_PROP, [
            setting(balancer.address, "ip_address_type", "ipv4"),
          ]),
    });
  }
}

function opens({ protocol, fromPort, toPort }: SecurityRule, port: number): boolean {
  const [name, from, to] = [known(protocol), known(fromPort), known(toPort)];
  return name === "-1" || (name === "tcp" && from !== undefined && to !== undefined && from <= port && port <= to);
}

/** Where a rule for IPv6 may stand that cannot be seen. */
function openPart(
  balancer: Balancer,
  groups: readonly (SecurityGroup | undefined)[],
  rules: readonly SecurityRule[],
): Unknown | undefined {
  const open = [
    balancer.securityGroupIds.open,
    ...groups.map((group) => group?.openIngress),
    ...rules.flatMap(({ ipv6Cidrs, prefixListIds, protocol, fromPort, toPort }) => [
      ipv6Cidrs.open,
      prefixListIds.open,
      protocol,
      fromPort,
      toPort,
    ]),
  ].find(isUnknown);
  return (
    open ??
    (groups.includes(undefined)
      ? new Unknown(balancer.address, "security_groups", "one of the groups is not in this file")
      : undefined)
  );
}

/** Where the rule for IPv4 is, the one for IPv6 belongs. */
function opening(group: SecurityGroup, ipv4: SecurityRule, port: number): Edit[] {
  const path = ipv4.attribute.replace(/\[(\d+)\]/g, ".$1");
  const isOwnKind = /(^|\.)aws_vpc_security_group_ingress_rule\./.test(ipv4.address);
  if (!isOwnKind)
    return [setting(ipv4.address, path === "" ? "ipv6_cidr_blocks" : `${path}.ipv6_cidr_blocks`, [EVERYBODY.ipv6])];
  return [
    {
      add: "aws_vpc_security_group_ingress_rule",
      name: `ipv6-${port}`,
      like: ipv4.address,
      body: {
        security_group_id: `\${${group.address}.id}`,
        ip_protocol: "tcp",
        from_port: port,
        to_port: port,
        cidr_ipv6: EVERYBODY.ipv6,
      },
    },
  ];
}
