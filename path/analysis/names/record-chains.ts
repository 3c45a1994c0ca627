import { addTo } from "../../../topology/lists";
import type { Balancer, DnsRecord, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { once } from "../once";
import { type NameAnswers, nameAnswersIn } from "./name-answers";
import { hostOf, isPrivate, mayServe, nameOf, targetNames } from "./record-names";

/*
 * Where a record leads in the end: to a load balancer at once, or over other records of the file. The only place that
 * follows them.
 */

/** Where a record's answer comes from. */
export interface Chain {
  /** The load balancers of the file at its ends; several where one of its names has several records. */
  readonly balancers: readonly Balancer[];
  /** The records that it passes after the first, the nearest first. */
  readonly links: readonly DnsRecord[];
  /** Names at its ends of which the file has neither a record nor a load balancer, with the record that says each. */
  readonly ends: readonly { readonly record: DnsRecord; readonly name: string }[];
  /** Whether an alias on the way has a name that the file leaves open. */
  readonly isOpen: boolean;
  /** A record that only VPCs see, on the way of one that everybody sees. */
  readonly hiddenBy: DnsRecord | undefined;
  /** Whether it leads back to its own record. */
  readonly isCircle: boolean;
}

export interface Chains {
  of(record: DnsRecord): Chain;
  /** What a record leads to at once: load balancers and further records. */
  nextOf(record: DnsRecord): readonly (Balancer | DnsRecord)[];
  /** The records that answer for a name: its own, or those of the wildcard that stands for it. */
  answering(name: string): readonly DnsRecord[];
  /** The records that say a name, and so lead over its records. */
  leadingOver(name: string): readonly DnsRecord[];
  /**
   * The load balancers of the file that clients of a name reach: the one whose own name it is, or those of its records.
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

/** Records by the names that they say; where a wildcard answers for one, it is the wildcard over which they lead. */
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

/** Resolvers give up after some ten; nobody writes as many. It also bounds what a chain costs. */
const MAX_LINKS = 16;

function followed(first: DnsRecord, topology: Topology, answers: NameAnswers): Chain {
  const ends = new Map<string, { record: DnsRecord; name: string }>();
  const [links, balancers] = [new Set<DnsRecord>(), new Set<Balancer>()];
  let [isOpen, isCircle] = [false, false];
  let hiddenBy: DnsRecord | undefined;
  /** The records that one leads to and that were not passed yet. */
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
