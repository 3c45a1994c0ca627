import type { SecurityRule, Topology } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { isUnknown, known } from "../../../topology/value";
import { type Direction, isAll, type RuleSet } from "./security-rules";

/* Security group rules in reports. */

/** Such as `tcp 80 from aws_security_group.alb`. */
export function ruleInWords({ byId }: Topology, rule: SecurityRule, direction: Direction): string {
  const { protocol, fromPort, toPort, cidrs, ipv6Cidrs, groupIds, prefixListIds } = rule;
  const ports =
    isUnknown(fromPort) || isUnknown(toPort)
      ? "(unknown ports)"
      : fromPort === toPort
        ? `${fromPort}`
        : `${fromPort}-${toPort}`;
  const what = isAll(known(protocol))
    ? "all traffic"
    : `${isUnknown(protocol) ? "an unknown protocol" : protocol} ${ports}`;
  const peers = [
    ...cidrs.items,
    ...ipv6Cidrs.items,
    ...groupIds.items.map((id) => byId.securityGroup(id)?.address ?? plain(id)),
    ...prefixListIds.items.map((id) => `prefix list ${plain(id)}`),
  ];
  const [way, nobody] = direction === "ingress" ? ["from", "no source"] : ["to", "no destination"];
  return `${what} ${way} ${peers.join(", ") || nobody}`;
}

/** What security groups allow in one direction, in one line. */
export function rulesInWords(topology: Topology, { rules, groups, direction }: RuleSet): string {
  const who = groups.map(({ address }) => address).join(" and ");
  const verb = groups.length > 1 ? "allow" : "allows";
  if (rules.length === 0) return `${who} ${verb} no ${direction === "ingress" ? "inbound" : "outbound"} traffic`;
  const shown = rules.slice(0, 4).map((rule) => ruleInWords(topology, rule, direction));
  const more = rules.length > shown.length ? `; and ${rules.length - shown.length} more` : "";
  return `${who} ${verb} only ${shown.join("; ")}${more}`;
}
