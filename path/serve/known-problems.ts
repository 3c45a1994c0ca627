import type { Finding } from "../report";
import { answersOf, requestFor } from "./answers";
import { type Client, clientAt, clientWays } from "./client-ways";
import type { Cause } from "./decisions";
import { notModeledOf } from "./not-modeled";
import type { Site } from "./site";

/* What is already known to prevent responses, before any request is sent. */

/** The errors of the trace, one sentence each. */
export function errorsIn({ report }: Pick<Site, "report">): readonly string[] {
  const errors = report.findings.filter(({ severity, accepted }) => severity === "error" && accepted === undefined);
  return [...new Set(errors.map(sentence))];
}

function sentence({ id, address, observed }: Finding): string {
  return observed.startsWith(address) ? `${id} ${observed}` : `${id} ${address}: ${observed}`;
}

/** Why the URLs themselves get no answer of the site, but a refusal: their request needs what is not modeled. */
export function refusedByName(ip: Client["ip"], { topology, urls }: Site): readonly Cause[] {
  const causes = urls.flatMap(({ url, door: { listener, balancer } }): Cause[] => {
    if (listener === undefined) return [];
    const answer = answersOf(listener, balancer, topology)(requestFor(url, ip));
    if (answer.kind === "not-modeled") return [answer.cause];
    if (answer.kind !== "forward") return [];
    const groups = answer.groups.map(({ arn }) => topology.byId.targetGroup(arn));
    return groups.flatMap((group) => (group === undefined ? [] : (notModeledOf(group) ?? [])));
  });
  return [...new Map(causes.map((it) => [it.text, it])).values()];
}

/**
 * Why this client receives no response from URLs on whose path the trace, which assumes other clients, finds no error.
 */
export function closedTo(ip: Client["ip"], { topology, urls, paths }: Site): readonly Cause[] {
  const broken = new Set(paths.filter(({ report }) => report.verdict === "broken").map(({ entry }) => entry));
  const causes = urls
    .filter(({ entry }) => entry !== undefined && !broken.has(entry))
    .flatMap(({ door: { balancer, port, refused } }): Cause[] => {
      const ways = clientWays(topology, balancer, port, clientAt(ip, topology, balancer));
      const [first] = ways;
      return refused === undefined && first?.kind === "closed" && ways.every(({ kind }) => kind === "closed")
        ? [first.cause]
        : [];
    });
  return [...new Map(causes.map((it) => [it.text, it])).values()];
}
