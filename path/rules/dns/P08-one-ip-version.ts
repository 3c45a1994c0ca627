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
  title: "the record, the load balancer and its security groups support different IP versions",
  certainty: ["certain"],
  why:
    "DNS queries for IPv4 (A) and IPv6 (AAAA) are separate. A load balancer has IPv6 addresses only if its IP " +
    "address type is dualstack, and accepts connections over IPv6 only if its security groups allow them. If only " +
    "one side supports IPv6, clients with only IPv6 get no response; others wait and then use IPv4.",
  symptom: "the site is slow or does not respond for some clients; over IPv6, the connection times out",
  symptoms: ["timeout", "sometimes"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-ip-address-type.html",
  needs: [],
  review: { effect: "outage", headline: "observed" },
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
  // Clients that follow a CNAME, or use the load balancer's own name, get both kinds of addresses.
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
    observed: `an AAAA record for ${name}, but ${balancer.address} has only IPv4 addresses`,
    required: 'ip_address_type "dualstack" on the load balancer and IPv6 in its subnets, or no AAAA record',
    symptom: "no answer to AAAA queries; clients with only IPv6 cannot reach the site",
    share: "clients over IPv6",
    fix: fix("Remove the AAAA record.", BY_NO_PROP, [{ remove: address }]),
  };
}

function noIpv4(balancer: Balancer, { address }: DnsRecord): FindingDetails {
  return {
    address: balancer.address,
    attribute: "ip_address_type",
    observed: `the load balancer has no public IPv4 address, and ${address} is an A record only`,
    required: 'an AAAA record, or ip_address_type "dualstack"',
    symptom: "the name has no address that is reachable from the internet",
    fix: fix("Add public IPv4 addresses to the load balancer.", BY_NO_PROP, [
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
    // Rules that allow some IPv6 addresses are intentional, as are those for IPv4.
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

/** A port that is open to all IPv4 addresses. */
interface OpenPort {
  readonly group: SecurityGroup;
  readonly port: number;
}

/** @param isAnswered whether an AAAA record exists, so IPv6 is intended */
function groupWithoutIpv6(
  { group, port }: OpenPort,
  balancer: Balancer,
  isAnswered: boolean,
  hostname: string,
): FindingDetails {
  const wanted = [{ port, source: { cidr: EVERYBODY.ipv6 } }];
  const required = `inbound traffic on port ${port} allowed from ${EVERYBODY.ipv6} too`;
  const seen = {
    share: "clients over IPv6",
    observed:
      `${balancer.address} has IPv6 addresses, but ${group.address} allows inbound traffic on port ${port} ` +
      `only from ${EVERYBODY.ipv4}`,
    symptom: `connections to ${hostname} over IPv6 time out; clients that fall back to IPv4 are slow`,
  };
  return isAnswered
    ? {
        ...seen,
        address: group.address,
        attribute: "ingress",
        required,
        fix: fix(
          `Allow inbound traffic on port ${port} from IPv6 addresses too.`,
          BY_NO_PROP,
          opening(group, "ingress", wanted, "ipv6"),
        ),
      }
    : {
        ...seen,
        address: balancer.address,
        attribute: "ip_address_type",
        required: `${required}, or a load balancer with only IPv4`,
        fix: fix("Set the load balancer's IP address type to ipv4.", BY_NO_PROP, [
          setting(balancer.address, "ip_address_type", "ipv4"),
        ]),
      };
}

/** An unknown value that may hide a rule that allows IPv6 on the port. */
function openPart({ rules, open }: RuleSet, port: number): Unknown | undefined {
  const perhaps = rules.map((rule) => ({ rule, opens: opensPort(rule, port) })).filter(({ opens }) => opens !== false);
  return (
    open ?? perhaps.flatMap(({ rule, opens }) => [rule.ipv6Cidrs.open, rule.prefixListIds.open, opens]).find(isUnknown)
  );
}
