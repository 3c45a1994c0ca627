import type { SecurityRule } from "../../../topology/model";
import { isUnknown, known, type Unknown } from "../../../topology/value";
import { isMeantFor, namesGroup, type Peer } from "./places";
import { isAll, isTcp, opensPort, type RuleSet, rangesIn } from "./security-rules";

/** A rule that would allow a peer except for one mistake. */
export interface NearMiss {
  readonly rule: SecurityRule;
  readonly what: "ports" | "protocol" | "addresses";
}

/** The rule most likely meant for the peer; none if only a new rule helps. */
export function nearestMiss({ rules }: RuleSet, port: number | Unknown, peer: Peer): NearMiss | undefined {
  if (isUnknown(port)) return undefined;
  const rank = ({ rule, what }: NearMiss) =>
    (namesGroup(rule, peer) ? 0 : what === "addresses" ? 2 : 1) +
    (known(rule.fromPort) === port || known(rule.toPort) === port ? 0 : 3);
  const misses = rules.flatMap((rule): NearMiss[] => {
    const what = missOf(rule, port, peer, rules.length === 1);
    return what === undefined ? [] : [{ rule, what }];
  });
  return misses.sort((a, b) => rank(a) - rank(b))[0];
}

function missOf(rule: SecurityRule, port: number, peer: Peer, isOnlyRule: boolean): NearMiss["what"] | undefined {
  const [protocol, from, to] = [known(rule.protocol), known(rule.fromPort), known(rule.toPort)];
  if (opensPort(rule, port) === true) {
    // A rule for all ports among others is for something else, such as a private network.
    const isForEverything = isAll(protocol) || (from !== undefined && to !== undefined && to - from > 60_000);
    const isByAddress = rangesIn([rule]).length > 0 && rule.groupIds.items.length === 0;
    return isByAddress && (isOnlyRule || !isForEverything) ? "addresses" : undefined;
  }
  if (protocol === undefined || isAll(protocol) || from === undefined || to === undefined || !isMeantFor(rule, peer))
    return undefined;
  if (from > to) return to <= port && port <= from ? "ports" : undefined;
  return !isTcp(protocol) && from <= port && port <= to && !/^icmp/.test(protocol) ? "protocol" : undefined;
}
