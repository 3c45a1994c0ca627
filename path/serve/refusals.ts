import type { Listener, TargetGroup } from "../../topology/model";
import type { TracedPath } from "../analysis/requests/traced-path";
import type { Finding, Hop, PathReport, TraceReport } from "../report";
import { RULES } from "../rules/all";
import type { Cause } from "./decisions";

/*
 * What AWS refuses to create, or never completes. The other errors of a trace follow from the decisions about
 * connections and requests; these do not, because the resource does not exist.
 */

export interface Refusals {
  /** Names without an answer. */
  readonly names: ReadonlyMap<string, Cause>;
  readonly listeners: ReadonlyMap<Listener, Cause>;
  readonly groups: ReadonlyMap<TargetGroup, Cause>;
  /** Addresses of further certificates that no listener gets; it presents its default certificate instead. */
  readonly certificates: ReadonlySet<string>;
}

/** Errors of rules whose resource does not exist or never works, although AWS accepts the request. */
const NEVER_WORKS = new Set(["P04", "P15", "P17", "P18", "P37", "P49", "P75"]);

const REFUSED: ReadonlySet<string> = new Set([
  ...NEVER_WORKS,
  ...RULES.filter(({ certainty }) => certainty[0] === "apply" || certainty[0] === "plan").map(({ id }) => id),
]);

/** A path of the trace, with its report. */
export interface Reported {
  readonly path: TracedPath;
  readonly report: PathReport;
}

export function refusalsIn(paths: readonly Reported[], { findings }: Pick<TraceReport, "findings">): Refusals {
  const names = new Map<string, Cause>();
  const listeners = new Map<Listener, Cause>();
  const groups = new Map<TargetGroup, Cause>();
  const certificates = new Set<string>();
  const byPlace = new Map(findings.filter(isRefused).map((it) => [keyOf(it), it]));
  for (const { path, report } of paths)
    for (const hop of report.hops)
      for (const place of hop.findings) {
        const finding = byPlace.get(keyOf({ ...place, hop: hop.hop }));
        if (finding === undefined) continue;
        const cause = causeOf(finding);
        if (hop.hop === "dns") names.set(path.host, cause);
        if (isOfFurtherCertificate(path, finding)) certificates.add(finding.address);
        else if (hop.hop === "tls" || hop.hop === "listener")
          for (const it of listenersHit(path, finding)) if (!listeners.has(it)) listeners.set(it, cause);
        if (hop.hop === "target-group" || hop.hop === "target")
          for (const it of path.targetGroups) if (!groups.has(it)) groups.set(it, cause);
      }
  return { names, listeners, groups, certificates };
}

function isRefused({ id, severity, accepted }: Finding): boolean {
  return severity === "error" && accepted === undefined && REFUSED.has(id);
}

function keyOf({ id, address, hop }: { id: string; address: string; hop: Hop }): string {
  return JSON.stringify([id, address, hop]);
}

function causeOf({ id, hop, address, observed }: Finding): Cause {
  return { hop, address, text: `${address}: ${observed} (${id})` };
}

/** Whether it is about a certificate that is not the default of any listener of the path. */
function isOfFurtherCertificate({ steps, topology }: TracedPath, { hop, address }: Finding): boolean {
  const uses = steps.flatMap(({ listener }) =>
    listener.certificates
      .filter(({ arn }) => topology.byId.certificate(arn)?.address === address)
      .map((use) => use.address === listener.address),
  );
  return hop === "tls" && uses.length > 0 && !uses.includes(true);
}

/** The listener of the finding, or those with TLS for a certificate, or all of the path. */
function listenersHit({ steps }: TracedPath, { address, hop }: Finding): readonly Listener[] {
  const all = steps.map(({ listener }) => listener);
  const own = all.filter((it) => it.address === address || it.rules.some((rule) => rule.address === address));
  if (own.length > 0) return own;
  // A certificate that is never issued keeps no listener without TLS from being created.
  return hop === "tls" ? all.filter(({ certificates }) => certificates.length > 0) : all;
}
