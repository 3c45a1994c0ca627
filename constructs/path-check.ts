import { Aspects } from "cdktf";
import { type IConstruct, Node } from "constructs";
import type { Finding, TraceReport } from "../path/report";
import { BrokenPathError } from "./props/refusals";

/** A stack, and how the path through what it synthesizes is asked for. */
export interface PathOwner {
  readonly stackId: string;
  readonly ask: () => PathAnswer;
}

export interface PathAnswer {
  /** With what is accepted marked. */
  readonly report: TraceReport;
  /** A sentence for each that is accepted although nothing is found of it. */
  readonly idle: readonly string[];
}

interface Paths {
  readonly owners: Map<IConstruct, PathOwner>;
  /** Those that cdktf has made ready to be written. */
  readonly prepared: Set<IConstruct>;
  /** Those that were asked since, so that they need not be asked again. */
  readonly asked: Set<IConstruct>;
}

/** The stacks of each app. */
const pathsOf = new WeakMap<IConstruct, Paths>();

/** Has a stack's path asked for before it is written. */
export function registerPath(stack: IConstruct, owner: PathOwner): void {
  const { root } = Node.of(stack);
  const paths = pathsOf.get(root) ?? { owners: new Map(), prepared: new Set(), asked: new Set() };
  paths.owners.set(stack, owner);
  pathsOf.set(root, paths);
}

/**
 * Asks all stacks of the app as soon as the last one is prepared, which is before the first is written.
 * @throws {BrokenPathError} if the path of any is broken, or accepts what is not there
 */
export function throwIfAnyPathIsBroken(stack: IConstruct): void {
  const paths = pathsOf.get(Node.of(stack).root);
  if (paths === undefined || !paths.owners.has(stack)) return;
  paths.prepared.add(stack);
  if (paths.prepared.size < paths.owners.size) return;
  paths.prepared.clear();
  const faults = [...paths.owners].flatMap(([each, owner]) => {
    paths.asked.add(each);
    return faultsOf(owner);
  });
  if (faults.length > 0) throw new BrokenPathError(faults);
}

/** What is wrong with one stack's path, where that was not asked already, or where aspects have been at it since. */
export function pathFault(stack: IConstruct): BrokenPathError | undefined {
  const paths = pathsOf.get(Node.of(stack).root);
  const owner = paths?.owners.get(stack);
  if (paths === undefined || owner === undefined) return undefined;
  if (paths.asked.delete(stack) && !hasAspects(stack)) return undefined;
  const faults = faultsOf(owner);
  // With aspects, cdktf may have written the stacks before this one; none of them is deployed.
  return faults.length > 0 ? new BrokenPathError(faults, "the stack was not written") : undefined;
}

function faultsOf({ stackId, ask }: PathOwner): string[] {
  const { report, idle } = ask();
  const faults =
    report.verdict === "broken"
      ? report.findings.filter(({ severity, accepted }) => severity === "error" && accepted === undefined)
      : [];
  return [
    ...faults.map((finding) => `${stackId}: ${sentence(finding)}`),
    ...(report.notAccepted ?? []).map((sentence) => `${stackId}: ${sentence}`),
    // Before the site is there, nothing can be found on its path.
    ...(report.paths.length === 0 ? [] : idle).map((sentence) => `${stackId}: ${sentence}`),
  ];
}

function sentence({ id, address, attribute, observed, required, share, fix }: Finding): string {
  const place = attribute === "" ? address : `${address}, ${attribute}`;
  const text =
    `${place}: got ${observed}${share === undefined ? "" : ` (${share})`}; required is ${required}; ` +
    `${fix.text}${fix.props === "" ? "" : ` Props: ${fix.props}`}`;
  return `${id}: ${text.replace(/\s+/g, " ")}`;
}

function hasAspects(stack: IConstruct): boolean {
  return [...stack.node.scopes, ...stack.node.findAll()].some((it) => Aspects.of(it).all.length > 0);
}
