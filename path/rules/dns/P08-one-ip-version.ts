import type { Balancer, DnsRecord, SecurityGroup } from "../../../topology/model";
import { isUnknown, known, type Unknown } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { opensPort, type RuleSet, ruleSet } from "../../analysis/network/security-rules";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { opening } from "../../fixes/group-fixes";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FindingDetails, Reporter, Rule } from "../rule";

export const P08: Rule = {
  id: "P08",
  hop: "dns",
  title: "IPv6 is answered or listened to on one side only",
  certainty: ["certain"],
  why:
    "Names are answered for IPv4 (A) and IPv6 (AAAA) separately, and a load balancer has IPv6 addresses only if its " +
    "type is dualstack, and takes requests over them only if its security groups open the ports to IPv6 too. Where " +
    "one side has IPv6 and the other has not, clients with IPv6 alone get no answer; others wait, then use IPv4.",
  symptom: "the name is slow or does not answer for some clients; over IPv6 the connection times out",
  symptoms: ["timeout", "sometimes"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-ip-address-type.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: ipVersions },
};

const EVERYBODY = { ipv4: "0.0.0.0/0", ipv6: "::/0" };

function ipVersions(path: TracedPath, report: Reporter): void {
  const { balancer, topology } = path;
  if (balancer === undefined) return;
  const { leadsTo } = analyse(topology).records;
  const aliases = [...path.records, ...path.over].filter((it) => leadsTo(it, balancer) && it.alias !== undefined);
  const answers = (type: string) => aliases.filter((it) => known(it.type)?.toUpperCase() === type);
  const [ipv4, ipv6] = [answers("A"), answers("AAAA")];
  const kind = balancer.ipAddressType;
  if (isUnknown(kind)) {
    if (ipv6.length > 0) report.open("dns", kind);
    return;
  }
  if (kind === undefined || kind === "ipv4") {
    for (const record of ipv6) report.finding(recordWithoutIpv6(record, balancer, path));
    return;
  }
  const [first] = ipv4;
  const isIpv6Only = kind === "dualstack-without-public-ipv4" && path.from === "internet";
  if (isIpv6Only && first !== undefined && ipv6.length === 0) return report.finding(noIpv4(balancer, first));
  // Whoever follows a CNAME, or the load balancer's own name, gets both kinds of addresses.
  groupsWithoutIpv6(path, report, balancer, ipv6.length > 0);
}

function recordWithoutIpv6(
  { address, fqdn }: DnsRecord,
  balancer: Balancer,
  { records, host }: TracedPath,
): FindingDetails {
  const name = records.some((it) => it.address === address) ? host : (known(fqdn) ?? host);
  return {
    address,
    attribute: "type",
    observed: `an AAAA record for ${name}, and ${balancer.address} has IPv4 addresses only`,
    required: 'ip_address_type "dualstack" on the load balancer and IPv6 in its subnets, or no AAAA record',
    symptom: "no answer for AAAA; clients with IPv6 alone cannot reach the name",
    share: "clients over IPv6",
    fix: fix("Take the AAAA record away.", BY_NO_PROP, [{ remove: address }]),
  };
}

function noIpv4(balancer: Balancer, { address }: DnsRecord): FindingDetails {
  return {
    address: balancer.address,
    attribute: "ip_address_type",
    observed: `the load balancer has no public IPv4 address, and ${address} answers IPv4 only`,
    required: 'an AAAA record, or ip_address_type "dualstack"',
    symptom: "the name has no address that the internet can reach",
    fix: fix("Give the load balancer public IPv4 addresses as well.", BY_NO_PROP, [
      setting(balancer.address, "ip_address_type", "dualstack"),
    ]),
  };
}

function groupsWithoutIpv6(
  { topology, steps, url }: TracedPath,
  report: Reporter,
  balancer: Balancer,
  isAnswered: boolean,
): void {
  const { securityGroupIds, address } = balancer;
  const set = ruleSet(topology, securityGroupIds, "ingress", { address, attribute: "security_groups" });
  for (const port of new Set(steps.map(({ listener }) => known(listener.port)))) {
    if (port === undefined) continue;
    const onPort = set.rules.filter((rule) => opensPort(rule, port) === true);
    const ipv4 = onPort.find(({ cidrs }) => cidrs.items.includes(EVERYBODY.ipv4));
    // Rules that let in some of the IPv6 addresses are somebody's choice, as are those for IPv4.
    if (
      ipv4 === undefined ||
      onPort.some(({ ipv6Cidrs, prefixListIds }) => ipv6Cidrs.items.length > 0 || prefixListIds.items.length > 0)
    )
      continue;
    const left = openPart(set, port);
    if (left !== undefined) {
      if (isAnswered) report.open("dns", left);
      continue;
    }
    const group = set.groups.find(({ ingress }) => ingress.includes(ipv4));
    if (group !== undefined) report.finding(groupWithoutIpv6({ group, port }, balancer, isAnswered, url.hostname));
  }
}

/** What is open to all of IPv4. */
interface OpenPort {
  readonly group: SecurityGroup;
  readonly port: number;
}

/** @param isAnswered whether a record tells clients of IPv6 addresses, so that IPv6 is wanted */
function groupWithoutIpv6(
  { group, port }: OpenPort,
  balancer: Balancer,
  isAnswered: boolean,
  hostname: string,
): FindingDetails {
  const wanted = [{ port, source: { cidr: EVERYBODY.ipv6 } }];
  const required = `port ${port} open to ${EVERYBODY.ipv6} too`;
  const seen = {
    share: "clients over IPv6",
    observed:
      `${balancer.address} has IPv6 addresses, and ${group.address} opens port ${port} ` + `to ${EVERYBODY.ipv4} only`,
    symptom: `over IPv6 ${hostname} times out; clients that fall back to IPv4 are slow`,
  };
  return isAnswered
    ? {
        ...seen,
        address: group.address,
        attribute: "ingress",
        required,
        fix: fix(`Open port ${port} to IPv6 as well.`, BY_NO_PROP, opening(group, "ingress", wanted, "ipv6")),
      }
    : {
        ...seen,
        address: balancer.address,
        attribute: "ip_address_type",
        required: `${required}, or a load balancer for IPv4 alone`,
        fix: fix("Let the load balancer have IPv4 addresses alone.", BY_NO_PROP, [
          setting(balancer.address, "ip_address_type", "ipv4"),
        ]),
      };
}

/** Where a rule that opens the port to IPv6 may stand that cannot be seen. */
function openPart({ rules, open }: RuleSet, port: number): Unknown | undefined {
  const perhaps = rules.map((rule) => ({ rule, opens: opensPort(rule, port) })).filter(({ opens }) => opens !== false);
  return (
    open ?? perhaps.flatMap(({ rule, opens }) => [rule.ipv6Cidrs.open, rule.prefixListIds.open, opens]).find(isUnknown)
  );
}
