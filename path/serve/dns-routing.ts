import type { DnsRecord, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import type { Cause } from "./decisions";

/* Which of several records with the same name and type answers. */

export type PickedRecord =
  | { readonly kind: "record"; readonly record: DnsRecord }
  | { readonly kind: "not-modeled"; readonly cause: Cause };

/**
 * A record is picked with the probability of its weight among all; if all weights are 0, each is equally probable:
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html
 * @param records at least one
 */
export function pickRecord(records: readonly DnsRecord[], topology: Topology, random: () => number): PickedRecord {
  const weights: number[] = [];
  for (const record of records) {
    const policy = topology.writers.records.get(record.address)?.policy;
    if (policy === undefined) return { kind: "record", record };
    if (policy !== "weighted")
      return notModeled(record, `${record.address} has ${policy} routing, which is not modeled`);
    const weight = known(record.weight);
    if (weight === undefined || !(weight >= 0))
      return notModeled(record, `the weight of ${record.address} is not known`);
    weights.push(weight);
  }
  const sum = weights.reduce((total, it) => total + it, 0);
  let left = random() * (sum === 0 ? records.length : sum);
  const index = weights.findIndex((weight) => {
    left -= sum === 0 ? 1 : weight;
    return left < 0;
  });
  return { kind: "record", record: records[Math.max(index, 0)] as DnsRecord };
}

function notModeled({ address }: DnsRecord, text: string): PickedRecord {
  return { kind: "not-modeled", cause: { hop: "dns", address, text } };
}
