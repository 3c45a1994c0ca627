import { readFileSync } from "node:fs";
import type { Served } from "../../cli/serve/served";
import type { PathReport, TraceReport } from "../../path/report";
import { trace } from "../../path/trace/trace";
import { requestUrl, type Seen } from "./served-path";
import { CLIENT, servedSite } from "./served-site";

/* What the trace of a file and the served site say of each URL of the file, compared. */

const CLIENTS = { internet: CLIENT, vpc: "10.0.200.200" } as const;
const IPV6_CLIENT = "2001:db8::10";
/** More than the nodes and the targets of any file here, which receive requests in turn. */
const REQUESTS = 8;
/** The same if weights distribute requests: a tenth of them go to one target group. */
const WITH_WEIGHTS = 16;

/**
 * Errors that a request for the URL itself does not show: requests for other paths get another answer, or a target
 * group receives none. They are shown by what the load balancer would do with those.
 */
const SHOWN_ELSEWHERE: Readonly<Record<string, (served: Served) => boolean>> = {
  P28: () => true,
  P48: () => true,
};
/** Warnings of programs that do not respond as the target group requires; here it is visible. */
const OF_PROGRAMS = new Set(["P25", "P53", "P54", "P55", "P65"]);

/** Sentences for what disagrees; none if all agrees. */
export async function disagreements(document: unknown): Promise<string[]> {
  const report = trace(document);
  const found: string[] = [];
  const count = JSON.stringify(document).includes('"weight"') ? WITH_WEIGHTS : REQUESTS;
  for (const from of ["internet", "vpc"] as const) {
    const paths = report.paths.filter((it) => it.from === from && it.balancer !== undefined);
    if (paths.length === 0) continue;
    const check = async (client: string, over: "IPv4" | "IPv6", some: readonly PathReport[]) => {
      const served = await servedSite(document, { client });
      try {
        await served.settled();
        for (const path of some) found.push(...(await disagreement(path, report, served, { over, count })));
      } finally {
        await served.close();
      }
    };
    const ofIpv6 = paths.filter(({ hops }) => hops.some(({ findings }) => findings.some(({ id }) => id === "P08")));
    await check(
      CLIENTS[from],
      "IPv4",
      paths.filter((it) => !ofIpv6.includes(it)),
    );
    if (ofIpv6.length > 0) await check(IPV6_CLIENT, "IPv6", ofIpv6);
  }
  return found;
}

async function disagreement(
  path: PathReport,
  report: TraceReport,
  served: Served,
  { over, count }: { readonly over: "IPv4" | "IPv6"; readonly count: number },
): Promise<string[]> {
  const url = served.urls.find((it) => isSameUrl(it.url, path))?.url;
  if (url === undefined) return [`${path.url}: is not served`];
  if (path.verdict === "unknown") return unnamed(path, served);
  // A name that is not known cannot be requested.
  if (/^\w+:\/\/name-of-/.test(url))
    return served.notModelled.some((it) => it.includes(" is not known: "))
      ? []
      : [`${path.url}: its name is not named`];
  const ca = readFileSync(served.ca, "utf8");
  const isOwnName = path.url.includes("dns_name");
  // All at once: if any is never answered, that is what counts.
  const all = await Promise.all(Array.from({ length: count }, () => requestUrl(served, ca, url, { over, isOwnName })));
  const bad = all.find((it) => !isDeclared(it, path, served));
  if (path.verdict === "ok")
    return bad === undefined || report.findings.some(({ id }) => OF_PROGRAMS.has(id))
      ? []
      : [`${path.url}: ok, but ${inWords(bad)}; ${served.status().requests[0]?.text}`];
  const ids = path.hops.flatMap(({ findings }) => findings.map(({ id }) => id));
  const errors = ids.filter((id) => report.findings.some((it) => it.id === id && it.severity === "error"));
  const isShown =
    bad !== undefined ||
    all.some((it) => it.kind === "elsewhere" || (it.kind === "response" && it.status === 501)) ||
    served.status().targets.some(({ health }) => health === "unhealthy" || health === "unused") ||
    errors.some((id) => SHOWN_ELSEWHERE[id]?.(served) === true);
  return isShown ? [] : [`${path.url}: broken by ${[...new Set(errors)].join(", ")}, but ${inWords(all[0])}`];
}

function unnamed({ url, hops }: PathReport, { notModelled }: Served): string[] {
  return hops
    .flatMap((hop) => hop.open)
    .filter(({ address, attribute }) => !notModelled.some((it) => it.includes(address) && it.includes(attribute)))
    .map(({ address, attribute }) => `${url}: unknown by ${address} ${attribute}, which serve does not name`);
}

/** The URL of a load balancer's own name is an expression in a file. */
function isSameUrl(served: string, { url }: PathReport): boolean {
  const own = new URL(served);
  if (url.includes("dns_name"))
    return (
      own.hostname.endsWith(".elb.amazonaws.com") && url.startsWith(`${own.protocol}//`) && endsWithPort(url, own.port)
    );
  const its = new URL(url);
  return own.protocol === its.protocol && own.port === its.port && own.hostname === its.hostname;
}

function endsWithPort(url: string, port: string): boolean {
  return port === "" ? !/:\d+\/$/.test(url) : url.endsWith(`:${port}/`);
}

/** As declared: a response, a redirect to another site, or something that serve names at the start. */
function isDeclared(seen: Seen, { hops, verdict }: PathReport, { notModelled }: Served): boolean {
  if (seen.kind === "elsewhere") return true;
  if (seen.kind === "no name" && seen.code === "EREFUSED")
    return notModelled.some((it) => it.endsWith(" routing is not modeled"));
  if (seen.kind !== "response") return false;
  return (
    seen.status < 400 ||
    seen.status === 501 ||
    (verdict === "ok" && hops.some(({ observed }) => observed.includes(`returns a fixed ${seen.status} response`)))
  );
}

function inWords(seen: Seen | undefined): string {
  if (seen?.kind === "response") return `the client gets ${seen.status}`;
  if (seen?.kind === "never answered") return `never answered (${seen.entry?.text ?? "nothing listens"})`;
  return JSON.stringify(seen);
}
