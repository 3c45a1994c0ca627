import { command, word } from "../../machine/text/pasteable";
import type { Served } from "./served";

/* What the command prints when the site is ready. */

/** One line; the names are fixed, because other programs read them. */
export function servedAsJson({ urls, listeners, dns, ca, page, targets, notModelled }: Served): string {
  return JSON.stringify({
    format_version: "1.0",
    urls: urls.map(({ url, connect }) => ({ url, connect })),
    listeners,
    dns,
    ca,
    page,
    targets: targets.map(({ address, kind, listens, reason }) => ({
      address,
      kind,
      listens: listens ?? null,
      ...(reason !== undefined && { reason }),
    })),
    notModelled,
  });
}

export function servedAsText(served: Served): string {
  const { source, urls, page, targets, errors, closed, notModelled, clock, client, seconds } = served;
  const named = urls.filter(({ opensInBrowser }) => opensInBrowser !== undefined);
  return [
    `Serving ${source} on this machine after ${seconds.toFixed(1)} s. Ctrl-C stops it.`,
    "",
    `Page:     ${page}`,
    ...distinct(named.map((it) => it.opensInBrowser ?? "")).map(
      (it) => `Browser:  ${it}  (plain HTTP; host and redirects are rewritten for this address only)`,
    ),
    "",
    "As a client:",
    ...urls.map(({ curl }) => `  ${curl}`),
    ...distinct(urls.map(({ url }) => new URL(url).hostname))
      .slice(0, MOST_NAMES)
      .map((it) => `  ${digFor(it, served)}`),
    "",
    "Targets:",
    ...(targets.length === 0 ? ["  none"] : targets.slice(0, MOST_TARGETS).map(targetLine)),
    ...(targets.length > MOST_TARGETS ? [`  … and ${targets.length - MOST_TARGETS} more`] : []),
    "",
    `The client has the address ${client}. ${
      clock === 1
        ? "Health checks and timeouts take as long as on AWS."
        : `Health checks and timeouts run ${clock} times faster than on AWS.`
    }`,
    ...section("Findings that prevent responses (`npx alb-web trace` reports them in full):", errors),
    ...section("No response for this client (--client sets another address):", closed),
    ...section("Not modeled or not known:", notModelled),
    "",
  ].join("\n");
}

/** Without items, nothing. */
function section(heading: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length - MOST_LINES;
  return [heading, ...items.slice(0, MOST_LINES).map((it) => `  ${it}`), ...(more > 0 ? [`  … and ${more} more`] : [])];
}

const MOST_LINES = 20;
const MOST_NAMES = 5;
const MOST_TARGETS = 20;

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

function digFor(name: string, { dns }: Served): string {
  const [host = "", port = ""] = dns.split(":");
  return command(["dig @", " -p ", " ", ""], word.host(host), word.port(port), word.dnsName(name));
}

function targetLine({ address, kind, listens, reason }: Served["targets"][number]): string {
  const what = { nginx: "NGINX", app: "your application", "stand-in": "stand-in (assumed)" }[kind];
  const where = listens === undefined ? "nothing listens" : `${what} at ${listens}`;
  return `  ${address}: ${where}${reason === undefined ? "" : `: ${reason}`}`;
}
