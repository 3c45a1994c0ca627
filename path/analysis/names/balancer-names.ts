import { plainText } from "../../../topology/dns";
import type { Balancer, Topology } from "../../../topology/model";
import { once } from "../once";
import { coveringNames } from "./domain-names";
import { recordsOf } from "./record-targets";

/* Which names a balancer is made for, whatever records lead to it. */

/** Whether the balancer is made for requests to this name. */
export function isMadeFor(balancer: Balancer, name: string, topology: Topology): boolean {
  const names = namesIn(topology)(balancer);
  return coveringNames(name).some((pattern) => names.has(pattern));
}

/** The names of the balancer's certificates and of its rules, wildcards among them. */
const namesIn = once(({ byId }: Topology) =>
  once(
    ({ listeners }: Balancer): ReadonlySet<string> =>
      new Set(
        listeners.flatMap(({ certificates, rules }) => [
          ...certificates.flatMap(({ arn }) => byId.certificate(arn)?.names.items ?? []),
          ...rules.flatMap(({ conditions }) =>
            conditions.flatMap(({ kind, values }) => (kind === "host-header" ? values.items.map(plainText) : [])),
          ),
        ]),
      ),
  ),
);

/** Balancers that no record leads to, by the names that they are made for. */
export const waitingFor = once((topology: Topology): ReadonlyMap<string, Balancer> => {
  const namesOf = namesIn(topology);
  return new Map(
    recordsOf(topology).orphans.flatMap((balancer) => [...namesOf(balancer)].map((name) => [name, balancer] as const)),
  );
});
