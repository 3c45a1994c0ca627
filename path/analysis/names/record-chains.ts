import { addTo } from "../../../topology/lists";
import type { Balancer, DnsRecord, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { once } from "../once";
import { type NameAnswers, nameAnswersIn } from "./name-answers";
import { hostOf, isPrivate, mayServe, nameOf, targetNames } from "./record-names";

/*
 * What a record finally resolves to: a load balancer, directly or through other records in the file. The only place
 * that follows records.
 */

/** The resolution of a record. */
export interface Chain {
  /** The load balancers in the file at its ends; several if one of its names has several records. */
  readonly balancers: readonly Balancer[];
  /** The records after the first, nearest first. */
  readonly links: readonly DnsRecord[];
  /** Names at its ends without a record or load balancer in the file, each with the record that has it as a value. */
  readonly ends: readonly { readonly record: DnsRecord; readonly name: string }[];
  /** Whether an alias in the chain has an unknown target. */
  readonly isOpen: boolean;
  /** A private record in the chain of a public one. */
  readonly hiddenBy: DnsRecord | undefined;
  /** Whether it resolves back to its own record. */
  readonly isCircle: boolean;
}

export interface Chains {
  of(record: DnsRecord): Chain;
  /** What a record points to directly: load balancers and other records. */
  nextOf(record: DnsRecord): readonly (Balancer | DnsRecord)[];
  /** The records that answer for a name: its own, or those of the wildcard that matches it. */
  answering(name: string): readonly DnsRecord[];
  /** The records that have a name as a value. */
  leadingOver(name: string): readonly DnsRecord[];
  /**
   * The load balancers in the file that clients of a name reach: the one with this DNS name, or those of its records.
   */
  balancersAt(name: string): readonly Balancer[];
}

export const chainsOf = once((topology: Topology): Chains => {
  const answers = nameAnswersIn(topology);
  const named = recordsByTarget(topology, answers);
  const of = once((record: DnsRecord) => followed(record, topology, answers));
  return {
    of,
    answering: answers.answering,
    nextOf: (record) => targetNames(record).flatMap((name) => stepsFrom(record, name, answers)),
    leadingOver: (name) => named.get(nameOf(name)) ?? [],
    balancersAt: (name) => {
      const own = answers.balancerNamed(hostOf(name));
      return own === undefined ? [...new Set(answers.answering(name).flatMap((it) => of(it).balancers))] : [own];
    },
  };
});

function stepsFrom(record: DnsRecord, name: string, answers: NameAnswers): readonly (Balancer | DnsRecord)[] {
  const balancer = answers.balancerNamed(name);
  return balancer === undefined ? answers.answeringFor(record, name) : [balancer];
}

/** Records by the names in their values; if a wildcard answers for a name, by the wildcard. */
function recordsByTarget({ records }: Topology, { saidBy, answering }: NameAnswers): Map<string, DnsRecord[]> {
  const found = new Map<string, DnsRecord[]>();
  for (const record of records.filter(mayServe)) {
    for (const name of targetNames(record)) {
      const said = saidBy(name);
      addTo(found, nameOf(known(answering(said)[0]?.fqdn) ?? said), record);
    }
  }
  return found;
}

/** Resolvers give up after about ten. The limit also bounds the cost of a chain. */
const MAX_LINKS = 16;

function followed(first: DnsRecord, topology: Topology, answers: NameAnswers): Chain {
  const ends = new Map<string, { record: DnsRecord; name: string }>();
  const [links, balancers] = [new Set<DnsRecord>(), new Set<Balancer>()];
  let [isOpen, isCircle] = [false, false];
  let hiddenBy: DnsRecord | undefined;
  /** The records that one points to and that are new in the chain. */
  const passed = (record: DnsRecord, name: string): DnsRecord[] => {
    const balancer = answers.balancerNamed(name);
    const records = balancer === undefined ? answers.answeringFor(record, name) : [];
    if (balancer !== undefined) balancers.add(balancer);
    else if (records.length === 0) ends.set(name, { record, name });
    isCircle ||= records.includes(first);
    const further = records.filter((it) => it !== first && !links.has(it));
    for (const it of further) {
      if (!isPrivate(first, topology) && isPrivate(it, topology)) hiddenBy ??= it;
      links.add(it);
    }
    return further;
  };
  let reached: readonly DnsRecord[] = [first];
  for (let count = 0; reached.length > 0 && count < MAX_LINKS; count++) {
    isOpen ||= reached.some(({ alias }) => isUnknown(alias?.name));
    reached = reached.flatMap((record) => targetNames(record).flatMap((name) => passed(record, name)));
  }
  return { balancers: [...balancers], links: [...links], ends: [...ends.values()], isOpen, hiddenBy, isCircle };
}
