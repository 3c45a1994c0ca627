import type { SecurityGroup, SecurityRule, Topology } from "../../../topology/model";
import { isUnknown, known, type Unknown } from "../../../topology/value";
import type { Fetch } from "../boot-scripts/fetches";
import type { Installing } from "../targets/installing";
import { isInVpc } from "./fetch-ways";
import { coversInternet, holdsPublic, rangesOf } from "./ipv4";
import { opensPort, type RuleSet, ruleSet } from "./security-rules";

/* Whether the security groups of a server allow the downloads of its boot script. */

/** A download that no rule allows, or that depends on an unknown value. */
export type KeptIn =
  | { readonly kind: "kept in"; readonly fetch: Fetch; readonly group: SecurityGroup; readonly set: RuleSet }
  | { readonly kind: "open"; readonly why: Unknown };

/** In the order of the downloads, up to the first that is certainly not allowed. */
export function keptIn(topology: Topology, { server, subnets, fetches }: Installing): readonly KeptIn[] {
  // P61 checks the default group of a VPC.
  if (fetches.length === 0 || known(server.hasSecurityGroups) === false) return [];
  const set = ruleSet(topology, server.securityGroupIds, "egress", {
    address: server.settingsAddress,
    attribute: "vpc_security_group_ids",
  });
  const [group] = set.groups;
  const vpcIds = [...new Set(subnets.flatMap(({ vpcId }) => known(vpcId) ?? []))];
  const found: KeptIn[] = [];
  for (const fetch of fetches) {
    const isNear = isInVpc(topology, vpcIds, fetch.from);
    const out = set.rules.map((rule) => letsOut(rule, fetch, isNear));
    if (out.includes(true)) continue;
    const why = out.find(isUnknown) ?? set.open;
    if (why !== undefined) found.push({ kind: "open", why });
    else if (group !== undefined) return [...found, { kind: "kept in", fetch, group, set }];
  }
  return found;
}

/** Whether a rule opens one of the ports to where the packages are. */
function letsOut(rule: SecurityRule, { ports }: Fetch, isNear: boolean): boolean | Unknown {
  const opens = ports.map((port) => opensPort(rule, port));
  const isOpen = opens.includes(true) ? true : (opens.find(isUnknown) ?? false);
  if (isOpen === false) return false;
  const ranges = rule.cidrs.items.flatMap(rangesOf);
  const leads =
    coversInternet(ranges) ||
    ranges.some(holdsPublic) ||
    rule.prefixListIds.items.length > 0 ||
    (isNear && (ranges.length > 0 || rule.groupIds.items.length > 0));
  return leads ? isOpen : (rule.cidrs.open ?? rule.prefixListIds.open ?? false);
}
