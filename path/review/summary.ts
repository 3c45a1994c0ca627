import type { TraceReport } from "../report";
import { code, listed, type PhrasedCause } from "./because";
import { onlyHost } from "./phrases";
import type { Counts, Effect, HopChange, Review } from "./review-report";
import type { World } from "./world";

/** What the headline is made of. */
interface Facts {
  readonly effect: Effect;
  readonly causes: readonly PhrasedCause[];
  readonly counts: Counts;
  readonly hops: readonly HopChange[];
  readonly before: TraceReport | undefined;
  readonly after: TraceReport;
  /** "`aws_db_instance.main` is destroyed"; empty if no data is lost. */
  readonly lost: string;
}

/** The headline: the effect first, then the reason. */
export function summaryOf(facts: Facts, world: World): Pick<Review, "attention"> & { readonly summary: string } {
  const { effect, hops, lost } = facts;
  if (effect !== "none") return { summary: summaryOfEffect(facts, world) };
  const start = summaryOfNone(facts, world);
  if (start === NO_CHANGES) return { summary: `${start}.` };
  const isUnverified = hops.some(({ after }) => after === "unknown");
  const attention = isUnverified ? "not verified" : lost === "" ? undefined : "data lost";
  return {
    summary: `${start}${lost === "" ? "" : `; data is lost: ${lost}`}.`,
    ...(attention !== undefined && { attention }),
  };
}

function summaryOfEffect({ effect, causes, before, after }: Facts, world: World): string {
  const phrases = causes.filter((it) => it.effect === effect && it.phrase !== "").map((it) => it.phrase);
  const [phrase] = phrases;
  const others = new Set(phrases).size - 1;
  const more = others > 0 ? ` (and ${others} more ${others === 1 ? "reason" : "reasons"})` : "";
  switch (effect) {
    case "fails":
      return `Apply will fail: ${phrase ?? "AWS refuses one of its steps"}${more}.`;
    case "outage": {
      if (isTakenDown(after, world))
        return `Outage: ${siteIn(before)} is taken down because its load balancer is destroyed.`;
      const site = isNewSite(world) ? newSiteIn(after) : siteIn(before);
      return `Outage: ${outageOf(phrase ?? "during the apply", site)}${more}.`;
    }
    case "unknown":
      return (
        `Effect unknown${isNewSite(world) ? " for the new site" : ""}: ` +
        `${phrase ?? "it cannot be determined"}${more}.`
      );
    default:
      return `Some requests will fail ${phrase ?? "during the apply"}${more}.`;
  }
}

/** "`www.example.com` is unreachable while …", which names the site once. */
function outageOf(phrase: string, site: string): string {
  const [, names, what] = /^at (.+), which ((?:no longer|resolves) .+)$/.exec(phrase) ?? [];
  if (names !== undefined && what !== undefined) return `${names} ${what}`;
  const rest = phrase.startsWith(`at ${site}`) ? phrase.slice(`at ${site}`.length) : "";
  if (/^ (until|because|if) /.test(rest)) return `${site} is unreachable${rest}`;
  return `${phrase.startsWith("at ") ? "the site" : site} is unreachable ${phrase}`;
}

/** Its name, if it has only one. */
function siteIn(before: TraceReport | undefined): string {
  const host = onlyHost(before?.paths ?? []);
  return host === undefined ? "the site" : code(host);
}

function newSiteIn({ paths }: TraceReport): string {
  const host = onlyHost(paths);
  return host === undefined ? "the new site" : `the new site ${code(host)}`;
}

const NO_CHANGES = "No changes";

/** Without the period. */
function summaryOfNone({ counts, hops, lost, after: trace }: Facts, world: World): string {
  const { serving, changes, format } = world;
  if (format.invocations.length === 0 && changes.every(({ doing }) => doing === "none" || doing === "read"))
    return NO_CHANGES;
  const open = listed(hops.filter(({ after }) => after === "unknown").map(({ hop }) => hop.replace("-", " ")));
  if (isNewSite(world)) {
    if (open !== "") return `New site: ${open} cannot be verified from the plan`;
    return trace.verdict === "ok"
      ? "New site: no error found on its path, and no existing traffic is affected"
      : "New site: its path is not ok, and no existing traffic is affected";
  }
  if (serving.balancers.size === 0 && trace.paths.length === 0 && lost !== "") return "No load balancer in this plan";
  if (serving.balancers.size === 0 && trace.paths.length === 0)
    return counts.replace + counts.destroy > 0
      ? "No load balancer in this plan; check what is replaced and destroyed"
      : "No load balancer in this plan; nothing is replaced or destroyed";
  return open === "" ? "No downtime expected" : `No downtime found, but ${open} cannot be verified from the plan`;
}

function isNewSite({ serving, after }: World): boolean {
  return (
    serving.balancers.size === 0 && after.balancers.some(({ isData, actions }) => !isData && actions.includes("create"))
  );
}

function isTakenDown(trace: TraceReport, { serving, byAddress }: World): boolean {
  return (
    serving.balancers.size > 0 &&
    trace.paths.length === 0 &&
    [...serving.balancers.keys()].every((address) => byAddress.get(address)?.doing === "destroy")
  );
}
