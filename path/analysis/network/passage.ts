import type { SecurityRule, Topology } from "../../../topology/model";
import { isSymbolic, plain } from "../../../topology/symbols";
import type { Attr } from "../../../topology/value";
import { isUnknown, Unknown } from "../../../topology/value";
import { onceFor } from "../once";
import { merged, nextOf, type Range } from "./ipv4";
import { isMeantFor, isTouched, type Peer, type Place } from "./places";
import { argument, attributeOf, opensPort, peersOpen, type RuleSet, rangesIn } from "./security-rules";

/* Whether security groups let the other side through to a port. */

/** What groups let through: `partly` is so many places of all. */
export type Passage =
  | { readonly answer: "yes" | "no" }
  | { readonly answer: "partly"; readonly places: number; readonly of: number }
  | { readonly answer: "open"; readonly why: Unknown };

/** What a set of rules opens of one port, so that many peers can be looked up. */
interface Opened {
  readonly groups: ReadonlySet<string>;
  /** Merged. */
  readonly ranges: readonly Range[];
  readonly rules: readonly SecurityRule[];
  /** Of which the ports, the protocol or a part of the peers are left open. */
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
 * Whether the rules let TCP packets to this port pass between their groups and the peer. Only what the file leaves open
 * and what would change the answer makes it `open`.
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

/** The first thing in a rule that could let more pass than what surely passes. */
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
        `the file does not say which addresses ${plain(list)} has`,
      );
  }
  return undefined;
}

/** A group in a rule that may be one of the peer's, by another name. */
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
        `the file does not say which group ${plain(doubtful)} is`,
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
