import type { SecurityRule, Topology } from "../../../topology/model";
import { isSymbolic, plain } from "../../../topology/symbols";
import type { Attr } from "../../../topology/value";
import { isUnknown, Unknown } from "../../../topology/value";
import { onceFor } from "../once";
import { merged, nextOf, type Range } from "./ipv4";
import { isMeantFor, isTouched, type Peer, type Place } from "./places";
import { argument, attributeOf, opensPort, peersOpen, type RuleSet, rangesIn } from "./security-rules";

/* Whether security groups allow traffic with the other side on a port. */

/** Whether the traffic is allowed; `partly`: for some of the places. */
export type Passage =
  | { readonly answer: "yes" | "no" }
  | { readonly answer: "partly"; readonly places: number; readonly of: number }
  | { readonly answer: "open"; readonly why: Unknown };

/** Whom a set of rules allows on one port, so that many peers can be looked up. */
interface Opened {
  readonly groups: ReadonlySet<string>;
  /** Merged. */
  readonly ranges: readonly Range[];
  readonly rules: readonly SecurityRule[];
  /** Rules with unknown ports, protocol or peers. */
  readonly vague: readonly { readonly rule: SecurityRule; readonly opens: boolean | Unknown }[];
}

const openedBy = onceFor((set: RuleSet, port: Attr<number>): Opened => {
  const all = set.rules.map((rule) => ({ rule, opens: opensPort(rule, port) })).filter(({ opens }) => opens !== false);
  const rules = all.filter(({ opens }) => opens === true).map(({ rule }) => rule);
  const vague = all.filter(
    ({ rule, opens }) => isUnknown(opens) || peersOpen(rule) !== undefined || rule.prefixListIds.items.length > 0,
  );
  return {
    groups: new Set(rules.flatMap(({ groupIds }) => groupIds.items)),
    ranges: merged(rangesIn(rules)),
    rules,
    vague,
  };
});

/**
 * Whether the rules allow TCP packets to this port between their groups and the peer. It is `open` only if an unknown
 * value could change the answer.
 */
export function passage(topology: Topology, set: RuleSet, port: Attr<number>, peer: Peer): Passage {
  const { groups, ranges, rules, vague } = openedBy(set, port);
  if (peer.groupIds.items.some((id) => groups.has(id))) return { answer: "yes" };
  const covered = peer.places.filter((place) => liesIn(place, ranges));
  if (covered.length === peer.places.length) return { answer: "yes" };
  const why =
    leftOpen(vague, peer) ??
    doubtfulGroup(topology, groups, rules, peer) ??
    peer.places.find((it) => !it.isExact && isTouched(it, ranges))?.why ??
    set.open;
  if (why !== undefined) return { answer: "open", why };
  return covered.length === 0 ? { answer: "no" } : { answer: "partly", places: covered.length, of: peer.places.length };
}

/** The first unknown value in a rule that could allow more than what is certainly allowed. */
function leftOpen(vague: Opened["vague"], peer: Peer): Unknown | undefined {
  for (const { rule, opens } of vague) {
    const [list] = rule.prefixListIds.items;
    if (isUnknown(opens) && (list !== undefined || isMeantFor(rule, peer))) return opens;
    const open = peersOpen(rule);
    if (open !== undefined) return open;
    if (list !== undefined)
      return new Unknown(
        rule.address,
        attributeOf(rule, argument(rule, "prefixLists")),
        `the addresses of ${plain(list)} are not in the file`,
      );
  }
  return undefined;
}

/** A group in a rule that may be one of the peer's by another name. */
function doubtfulGroup(
  { byId }: Topology,
  groups: ReadonlySet<string>,
  rules: readonly SecurityRule[],
  peer: Peer,
): Unknown | undefined {
  if (groups.size === 0) return undefined;
  if (peer.groupIds.open !== undefined) return peer.groupIds.open;
  const isMade = (id: string) => byId.securityGroup(id)?.isData === false;
  const arePeersMade = peer.groupIds.items.every(isMade);
  const doubtful = [...groups].find(
    (id) => !(arePeersMade && isMade(id)) && peer.groupIds.items.some((it) => isSymbolic(id) || isSymbolic(it)),
  );
  const rule = doubtful === undefined ? undefined : rules.find(({ groupIds }) => groupIds.items.includes(doubtful));
  return rule === undefined || doubtful === undefined
    ? undefined
    : new Unknown(
        rule.address,
        attributeOf(rule, argument(rule, "groups")),
        `the file does not say which security group ${plain(doubtful)} is`,
      );
}

/** @param by merged ranges */
function liesIn({ ranges }: Place, by: readonly Range[]): boolean {
  return (
    ranges.length > 0 &&
    ranges.every(({ first, last }) => {
      const next = nextOf(by, first);
      return next !== undefined && next.first <= first && last <= next.last;
    })
  );
}
