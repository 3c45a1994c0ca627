import { Aspects } from "cdktf";
import { type IConstruct, Node } from "constructs";
import type { Finding, TraceReport } from "../path/report";
import { BrokenPathError } from "./props/refusals";

/** A stack, and how the path through its synthesized resources is traced. */
export interface PathOwner {
  readonly stackId: string;
  readonly tracePath: () => TracedPath;
}

export interface TracedPath {
  /** The trace, with accepted findings marked. */
  readonly report: TraceReport;
  /** An error for each entry of `accept` that matches no finding. */
  readonly idle: readonly string[];
}

interface Paths {
  readonly owners: Map<IConstruct, PathOwner>;
  /** The stacks that cdktf has prepared for writing. */
  readonly prepared: Set<IConstruct>;
  /** The stacks that were traced since, which need no second trace. */
  readonly traced: Set<IConstruct>;
}

/** The stacks of each app. */
const pathsOf = new WeakMap<IConstruct, Paths>();

/** Registers a stack whose path is traced before the stack is written. */
export function registerPath(stack: IConstruct, owner: PathOwner): void {
  const { root } = Node.of(stack);
  const paths = pathsOf.get(root) ?? { owners: new Map(), prepared: new Set(), traced: new Set() };
  paths.owners.set(stack, owner);
  pathsOf.set(root, paths);
}

/**
 * Traces all stacks of the app once the last one is prepared, before the first one is written.
 * @throws {BrokenPathError} if any stack's path is broken, or its `accept` has an entry that matches no finding
 */
export function throwIfAnyPathIsBroken(stack: IConstruct): void {
  const paths = pathsOf.get(Node.of(stack).root);
  if (paths === undefined || !paths.owners.has(stack)) return;
  paths.prepared.add(stack);
  if (paths.prepared.size < paths.owners.size) return;
  paths.prepared.clear();
  const errors = [...paths.owners].flatMap(([each, owner]) => {
    paths.traced.add(each);
    return errorsOf(owner);
  });
  if (errors.length > 0) throw new BrokenPathError(errors);
}

/** The errors of one stack's path, unless they were already reported and no aspects have changed the stack since. */
export function pathError(stack: IConstruct): BrokenPathError | undefined {
  const paths = pathsOf.get(Node.of(stack).root);
  const owner = paths?.owners.get(stack);
  if (paths === undefined || owner === undefined) return undefined;
  if (paths.traced.delete(stack) && !hasAspects(stack)) return undefined;
  const errors = errorsOf(owner);
  // With aspects, cdktf may already have written the previous stacks; none of them is deployed.
  return errors.length > 0 ? new BrokenPathError(errors, "the stack was not written") : undefined;
}

function errorsOf({ stackId, tracePath }: PathOwner): string[] {
  const { report, idle } = tracePath();
  const errors =
    report.verdict === "broken"
      ? report.findings.filter(({ severity, accepted }) => severity === "error" && accepted === undefined)
      : [];
  return [
    ...errors.map((finding) => `${stackId}: ${sentence(finding)}`),
    ...(report.notAccepted ?? []).map((sentence) => `${stackId}: ${sentence}`),
    // As long as the stack has no site, its path has no findings.
    ...(report.paths.length === 0 ? [] : idle).map((sentence) => `${stackId}: ${sentence}`),
  ];
}

function sentence({ id, address, attribute, observed, required, share, fix }: Finding): string {
  const place = attribute === "" ? address : `${address}, ${attribute}`;
  const text =
    `${place}: got ${observed}${share === undefined ? "" : ` (${share})`}; required: ${required}; ` +
    `${fix.text}${fix.props === "" ? "" : ` Props: ${fix.props}`}`;
  return `${id}: ${text.replace(/\s+/g, " ")}`;
}

function hasAspects(stack: IConstruct): boolean {
  return [...stack.node.scopes, ...stack.node.findAll()].some((it) => Aspects.of(it).all.length > 0);
}
