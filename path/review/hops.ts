import type { Change } from "../../topology/changes";
import { own } from "../../topology/json";
import { addTo } from "../../topology/lists";
import { leadsToGone } from "../analysis/names/record-ends";
import { lostIn } from "../analysis/writers/lost-pairs";
import type { Deadline } from "../deadline";
import {
  type Finding,
  HOPS,
  type Hop,
  type PathReport,
  placeOf,
  type TraceReport,
  type Verdict,
  worst,
} from "../report";
import { ruleOf } from "../rules/all";
import type { Rule } from "../rules/rule";
import { attributeOf, code, doneTo, followedBy, type PhrasedCause } from "./because";
import { phraseOf } from "./phrases";
import type { Effect, HopChange } from "./review-report";
import { unansweredBy } from "./unanswered";
import { isGone, type World } from "./world";

/*
 * The path before and after, by two traces. A hop is broken or repaired by the change only if both traces can see the
 * finding.
 */

export interface Traces {
  readonly before: TraceReport | undefined;
  readonly after: TraceReport;
}

/** Whether a state cannot show it. */
function isOfPlansOnly({ id }: Finding): boolean {
  return ruleOf(id).needs.includes("plan");
}

/** Whether it is read from user data. */
export function isOfScripts({ id }: Finding): boolean {
  return ruleOf(id).needs.includes("boot scripts");
}

export function hopChanges(traces: Traces, world: World): HopChange[] {
  const { before, after } = traces;
  if ((before?.paths.length ?? 0) === 0 && after.paths.length === 0) return [];
  // Some findings, such as a changed address, only break the apply and not the hop.
  const fresh = new Set(
    newErrors(traces, world)
      .filter(({ id }) => ruleOf(id).review.breaksHop !== false)
      .map(({ hop }) => hop),
  );
  return HOPS.map((hop): HopChange => {
    const [was, is] = [verdictOn(hop, before?.paths ?? []), verdictOn(hop, after.paths)];
    const change =
      was !== null && fresh.has(hop) ? "broken" : was === "broken" && is === "ok" ? "repaired" : "unchanged";
    return { hop, before: was, after: is, change };
  });
}

function verdictOn(hop: Hop, paths: readonly PathReport[]): Verdict | null {
  return paths.length === 0
    ? null
    : worst(paths.flatMap(({ hops }) => hops.filter((it) => it.hop === hop).map(({ verdict }) => verdict)));
}

/** Errors on a planned path that were not there before, if both traces can see them. */
export function newErrors({ before, after }: Traces, world: World): Finding[] {
  const onPath = new Set(after.paths.flatMap(({ hops }) => hops.flatMap(({ findings }) => findings.map(placeOf))));
  // A warning that becomes an error is new.
  const errors = before?.findings.filter(({ severity }) => severity === "error") ?? [];
  const known = new Set(errors.map(placeOf));
  const knownRules = new Set(errors.map(({ id, hop }) => `${id} ${hop}`));
  return after.findings.filter((finding) => {
    if (finding.severity !== "error" || known.has(placeOf(finding))) return false;
    if (!onPath.has(placeOf(finding)) && !isRefused(finding)) return false;
    if (before === undefined) return true;
    if (isOfPlansOnly(finding) || (isOfScripts(finding) && !world.knowsScripts)) return false;
    // The same rule at another resource is new if that resource changes.
    return (
      !knownRules.has(`${finding.id} ${finding.hop}`) ||
      (world.byAddress.get(finding.address)?.doing ?? "none") !== "none"
    );
  });
}

/** Errors that only a plan shows, so that it cannot be determined whether the change causes them. */
export function unseenBefore({ before, after }: Traces, world: World): Finding[] {
  if (before === undefined) return [];
  const reported = new Set([...newErrors({ before, after }, world), ...before.findings].map(placeOf));
  return after.findings.filter(
    (it) =>
      it.severity === "error" &&
      !reported.has(placeOf(it)) &&
      ruleOf(it.id).review.reportedBy !== "changes" &&
      (isOfPlansOnly(it) || isOfScripts(it)),
  );
}

/** Whether every apply fails with it. */
function isRefused({ id }: Pick<Finding, "id">): boolean {
  return ruleOf(id).review.effect === "fails";
}

const NONE: ReadonlySet<string> = new Set();

function effectOf(finding: Finding, world: World, unanswered: ReadonlySet<string>): Effect {
  const { effect } = ruleOf(finding.id).review;
  if (effect === "none" || effect === "fails") return effect;
  // Other targets respond, or the same ones respond some of the time.
  if (finding.share !== undefined && !unanswered.has(placeOf(finding))) return "brief";
  const change = world.byAddress.get(finding.address);
  return effect === "fails if created" && (change?.doing === "create" || isGone(change)) ? "fails" : "outage";
}

/**
 * Errors of the plan's trace, as causes. Each is reported at the change that causes it, if that can be found, and
 * otherwise at the resource of the finding.
 * @param reported the causes that the effect rules found; one may be the change behind an error
 */
export function causesOfErrors(
  traces: Traces,
  world: World,
  reported: readonly PhrasedCause[],
  deadline: Deadline,
): PhrasedCause[] {
  const hadPath = (traces.before?.paths.length ?? 0) > 0;
  const errors = newErrors(traces, world);
  const fresh = new Set(errors.map(placeOf));
  const unanswered = errors.some(({ share }) => share !== undefined)
    ? unansweredBy(world.after, (it) => fresh.has(placeOf(it)), deadline)
    : NONE;
  const isReported = hadPath ? reportedByChanges(world, reported) : () => false;
  const causes = errors.filter((it) => !isReported(it));
  const suspects = suspectsIn(world, reported);
  const taken = new Map(causes.filter(isOfDestroy).map(({ address, fix }) => [address, fix.text]));
  // Errors that result from a destroy come after it and share its fix.
  return [...causes.filter(isOfDestroy), ...causes.filter((it) => !isOfDestroy(it))].map((finding) => {
    const effect = effectOf(finding, world, unanswered);
    const brought = hadPath ? broughtBy(finding, world, suspects) : undefined;
    const avoid = brought === undefined ? undefined : taken.get(brought.address);
    return causeOf(finding, effect, brought, avoid, world, phraseOf(finding, effect, traces.after, causes));
  });
}

function isOfDestroy({ id }: Finding): boolean {
  return ruleOf(id).review.isOfDestroy === true;
}

/** Whether an effect rule already reports an error, as for most resources that are destroyed. */
function reportedByChanges(world: World, reported: readonly PhrasedCause[]): (finding: Finding) => boolean {
  const out = new Set([
    ...reported.filter(({ effect }) => effect === "outage").map(({ address }) => address),
    ...lostIn(world.changes).map(({ change }) => change.address),
  ]);
  // A record that is destroyed is reported with all names that resolve through it.
  const isGoneReported = reported.some(({ hop, effect }) => hop === "dns" && effect === "outage");
  const ofGoneNames = new Set(
    isGoneReported ? world.after.records.filter((it) => leadsToGone(it, world.after)).map((it) => it.address) : [],
  );
  return (finding) => {
    const { reportedBy } = ruleOf(finding.id).review;
    return (
      reportedBy === "changes" ||
      (reportedBy === "changes that destroy its name" && ofGoneNames.has(finding.address)) ||
      (isOfDestroy(finding) && out.has(finding.address))
    );
  };
}

function causeOf(
  finding: Finding,
  effect: Effect,
  brought: Change | undefined,
  avoid: string | undefined,
  world: World,
  phrase: string,
): PhrasedCause {
  const { id, hop, observed, required, symptom, share, fix } = finding;
  const { title, review } = ruleOf(id);
  const at = brought === undefined || brought.address === finding.address ? "" : ` at ${code(finding.address)}`;
  const some = share === undefined ? "" : ` (${share})`;
  return {
    address: brought?.address ?? finding.address,
    attribute: brought === undefined ? finding.attribute : broughtAttribute(brought, review.blames),
    hop,
    effect,
    avoid: avoid ?? fix.text,
    ...(review.hasBlocks === true && fix.hcl !== "" && !fix.edits.some((it) => "remove" in it) && { hcl: fix.hcl }),
    why:
      `${brought === undefined ? "" : `${doneTo(brought, world)}; this causes `}${id}${at}: ` +
      `${title}${some}. Observed: ${observed}; required: ${required}. Symptom: ` +
      `${symptom}${/[.!?]$/.test(symptom) ? "" : "."}`,
    ...(brought !== undefined && { follows: followedBy(brought, world) }),
    phrase,
  };
}

const GROUPS = /security_groups?(_ids)?$/;

function broughtAttribute(brought: Change, blames: Rule["review"]["blames"]): string {
  const groups = blames === "security groups" ? brought.differing.find((it) => GROUPS.test(it)) : undefined;
  return groups ?? attributeOf(brought);
}

/** Types around the resources of a path: what belongs to them, and the network. */
const AROUND =
  /_(rule|attachment|association|certificate|validation|record)$|^aws_(route|route_table|network_acl|internet_gateway|nat_gateway|security_group|subnet|lb_listener|lb_target_group)$/;

interface Naming {
  readonly change: Change;
  readonly place: number;
}

/** The changes that may cause an error, indexed once for all errors. */
interface Suspects {
  /** The first that changes its security groups. */
  readonly regrouped: Change | undefined;
  /** Changes around the path by the values that they refer to, before or after, with their places in the plan. */
  readonly naming: ReadonlyMap<unknown, readonly Naming[]>;
  /** The only change around the path that rules report at a hop; undefined if there are several. */
  readonly onlyAt: ReadonlyMap<Hop | null, Change | undefined>;
  /** The only change that rules report at all. */
  readonly single: Change | undefined;
}

function suspectsIn({ byAddress, moving: all, serving }: World, reported: readonly PhrasedCause[]): Suspects {
  const moving = all.filter(({ type }) => AROUND.test(type));
  const naming = new Map<unknown, Naming[]>();
  for (const [place, change] of moving.entries()) {
    for (const value of new Set([change.before, change.after].flatMap((values) => Object.values(values ?? {})))) {
      if (typeof value !== "string" || value === "") continue;
      addTo(naming, value, { change, place });
    }
  }
  const hops = new Map<string, Set<Hop | null>>();
  for (const { address, hop } of reported) hops.set(address, (hops.get(address) ?? new Set()).add(hop));
  const onlyAt = new Map<Hop | null, Change | undefined>();
  for (const change of moving)
    for (const hop of hops.get(change.address) ?? []) onlyAt.set(hop, onlyAt.has(hop) ? undefined : change);
  const [single = "", ...more] = hops.keys();
  return {
    regrouped: all.find(
      ({ address: at, doing, differing }) =>
        doing === "update" &&
        differing.some((it) => GROUPS.test(it)) &&
        (serving.servers.has(at) || serving.balancers.has(at)),
    ),
    naming,
    onlyAt,
    single: more.length === 0 ? byAddress.get(single) : undefined,
  };
}

/**
 * The change that causes an error: the change of the resource itself, of a resource that refers to it, or the only
 * possible one at its hop.
 */
function broughtBy(
  { id, address, hop }: Finding,
  { byAddress }: World,
  { regrouped, naming, onlyAt, single }: Suspects,
): Change | undefined {
  const itself = byAddress.get(address);
  if (
    itself !== undefined &&
    itself.doing !== "none" &&
    itself.doing !== "read" &&
    (itself.differing.some((it) => it !== "tags") || itself.doing !== "update")
  )
    return itself;
  // The resource that changes its security groups is the cause, not the security group.
  if (ruleOf(id).review.blames === "security groups" && regrouped !== undefined) return regrouped;
  const ids = new Set([own(itself?.before, "id"), own(itself?.before, "arn")]);
  const named = [...ids]
    .flatMap((it) => naming.get(it) ?? [])
    .sort((a, b) => a.place - b.place)
    .map((it) => it.change);
  const { direction } = ruleOf(id).review;
  const ownRules = direction === undefined ? [] : named.filter((it) => isOwnRule(it, ids, direction));
  const meant = ownRules.length > 0 ? ownRules : named;
  if (meant.length > 0) return meant.find(({ doing }) => doing !== "create") ?? meant[0];
  return onlyAt.has(hop) ? onlyAt.get(hop) : single;
}

/** Whether the changed rule belongs to the security group itself; a rule of another one may refer to it too. */
function isOwnRule({ type, before, after }: Change, ids: ReadonlySet<unknown>, direction: string): boolean {
  return [before, after].some(
    (values) =>
      ids.has(own(values, "security_group_id") ?? "") &&
      (type.includes(`_${direction}_`) || own(values, "type") === direction),
  );
}
