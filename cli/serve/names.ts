import { clientAt } from "../../path/serve/client-ways";
import { dnsAnswer } from "../../path/serve/dns-answers";
import type { Site } from "../../path/serve/site";
import { steadyNumbers } from "../../path/serve/steady-numbers";
import type { DnsServerOptions } from "./dns-server";
import type { LogEntry } from "./front";

/** How the name server answers for a site. */
export function namesOf(site: Site, ip: string, log: (entry: LogEntry) => void): DnsServerOptions {
  const { topology, refusals } = site;
  const [first] = topology.balancers;
  const from = first === undefined ? "internet" : clientAt(ip, topology, first).from;
  const next = steadyNumbers();
  return {
    answer: (question) => dnsAnswer(topology, question, next, { from, lost: refusals.names }),
    log: ({ name, type, code, text = code }) =>
      log({ method: "DNS", url: `${name} ${type}`, result: code, ms: 0, hop: "dns", text, isAssumed: false }),
  };
}
