import { plainText } from "../../../topology/dns";
import type { Balancer, Topology } from "../../../topology/model";
import { once } from "../once";
import { matches } from "../requests/wildcards";
import { coveringNames } from "./domain-names";
import { recordsOf } from "./record-targets";

/* The names that a load balancer is set up for, whatever records point to it. */

/**
 * Whether the load balancer is set up for this name: one of its certificates covers it, or a listener rule matches it.
 * In a listener rule, `*` matches any number of characters, including dots; in a certificate, exactly one label.
 */
export function isMadeFor(balancer: Balancer, name: string, topology: Topology): boolean {
  const { certified, hosts, patterns } = namesIn(topology)(balancer);
  return (
    coveringNames(name).some((it) => certified.has(it)) ||
    hosts.has(name) ||
    patterns.some((pattern) => matches(pattern, name))
  );
}

interface BalancerNames {
  /** The names of its certificates. */
  readonly certified: ReadonlySet<string>;
  /** The hosts of its listener rules. */
  readonly hosts: ReadonlySet<string>;
  /** The hosts of its listener rules that have wildcards. */
  readonly patterns: readonly string[];
}

const namesIn = once(({ byId }: Topology) =>
  once(({ listeners }: Balancer): BalancerNames => {
    const conditions = listeners.flatMap(({ rules }) => rules.flatMap((it) => it.conditions));
    const hosts = new Set(
      conditions.flatMap(({ kind, values }) => (kind === "host-header" ? values.items.map(plainText) : [])),
    );
    const certificates = listeners.flatMap((it) => it.certificates);
    return {
      certified: new Set(certificates.flatMap(({ arn }) => byId.certificate(arn)?.names.items ?? [])),
      hosts,
      patterns: [...hosts].filter((it) => /[*?]/.test(it)),
    };
  }),
);

/** Load balancers without a record, by the names that they are set up for. */
export const waitingFor = once((topology: Topology): ReadonlyMap<string, Balancer> => {
  const namesOf = namesIn(topology);
  return new Map(
    recordsOf(topology).orphans.flatMap((balancer) => {
      const { certified, hosts } = namesOf(balancer);
      return [...certified, ...hosts].map((name) => [name, balancer] as const);
    }),
  );
});
