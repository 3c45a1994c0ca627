import { plainText } from "../../../topology/dns";
import type { Balancer, Topology } from "../../../topology/model";
import { once } from "../once";
import { matches } from "../requests/wildcards";
import { coveringNames } from "./domain-names";
import { recordsOf } from "./record-targets";

/* Which names a load balancer is made for, whatever records lead to it. */

/**
 * Whether the load balancer is made for requests to this name: one of its certificates is good for it, or a rule takes
 * it. In a rule `*` is any number of characters, dots among them; in a certificate it is one label.
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
  /** Those of its certificates. */
  readonly certified: ReadonlySet<string>;
  /** Those of its rules. */
  readonly hosts: ReadonlySet<string>;
  /** Those of its rules that have wildcards. */
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

/** Load balancers that no record leads to, by the names that they are made for. */
export const waitingFor = once((topology: Topology): ReadonlyMap<string, Balancer> => {
  const namesOf = namesIn(topology);
  return new Map(
    recordsOf(topology).orphans.flatMap((balancer) => {
      const { certified, hosts } = namesOf(balancer);
      return [...certified, ...hosts].map((name) => [name, balancer] as const);
    }),
  );
});
