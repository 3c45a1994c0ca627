import { type IConstruct, Node } from "constructs";
import { withoutWildcard } from "./domain-names";
import { shown } from "./echo";
import { propFaults } from "./faults";
import { InvalidPropsError } from "./refusals";
import { type Settings, settingsOf } from "./settings";
import { type Fault, sentence } from "./values";
import type { WebStackProps } from "./web-stack-props";

interface Registered {
  readonly stackId: string;
  readonly faults: readonly Fault[];
  /** Only of a stack without faults. */
  readonly settings?: Settings;
}

/** The stacks of each app, and how many there were when they were last checked against each other. */
const stacksOf = new WeakMap<IConstruct, { readonly all: Registered[]; checked: number }>();

/** Checks a stack's props; the faults are kept until `throwIfAnyFault`, so that all stacks are named at once. */
export function checkProps(stack: IConstruct, props: WebStackProps): Settings | undefined {
  const stackId = stack.node.id;
  const faults = propFaults(stackId, props);
  const root = Node.of(stack).root;
  const known = stacksOf.get(root) ?? { all: [], checked: 0 };
  const settings = faults.length === 0 ? settingsOf(stackId, props) : undefined;
  known.all.push({ stackId, faults, settings });
  stacksOf.set(root, known);
  return settings;
}

/** @throws {InvalidPropsError} if any stack of the app has a fault, or two stacks are in each other's way */
export function throwIfAnyFault(stack: IConstruct): void {
  const known = stacksOf.get(Node.of(stack).root);
  if (known === undefined || known.checked === known.all.length) return;
  const faults = [
    ...known.all.flatMap(({ stackId, faults }) => faults.map((fault) => `${stackId}: ${sentence(fault)}`)),
    ...collisions(known.all.flatMap(({ settings }) => settings ?? [])),
  ];
  if (faults.length > 0) throw new InvalidPropsError(faults);
  known.checked = known.all.length;
}

/** What only one stack of an account can have. */
function collisions(stacks: readonly Settings[]): string[] {
  const ownerOf = new Map<string, Settings>();
  return stacks.flatMap((stack) => {
    const taken = claims(stack).flatMap((claim) => {
      const owner = ownerOf.get(claim.kind + claim.thing) ?? stack;
      ownerOf.set(claim.kind + claim.thing, owner);
      return owner === stack ? [] : [{ ...claim, owner }];
    });
    // Two stacks that serve one name share its validation record too; that follows, and need not be said.
    const isServedTwice = ({ owner }: { owner: Settings }) =>
      taken.some((it) => it.kind === "name" && it.owner === owner);
    return taken
      .filter((it) => it.kind !== "validation record" || !isServedTwice(it))
      .map(
        ({ prop, thing, owner, advice }) =>
          `${stack.owner.stackId}: ` +
          `${sentence({ prop, got: `${shown(thing)}, which stack ${owner.owner.stackId} has already`, advice })}`,
      );
  });
}

interface Claim {
  readonly kind: string;
  readonly prop: string;
  readonly thing: string;
  readonly advice: string;
}

function claims({ owner, names, domainName, hostedZone, certificate, backend }: Settings): Claim[] {
  const validated = certificate === undefined ? [...new Set(names.map(withoutWildcard))] : [];
  return [
    {
      kind: "id",
      prop: "id",
      thing: owner.stackId,
      advice: "must be an id of its own; the stack's folder and state are named by it",
    },
    ...names.map((name) => ({
      kind: "name",
      prop: name === domainName ? "domainName" : "alternativeNames",
      thing: name,
      advice: "must be names that no other stack serves; a name has one alias record",
    })),
    ...validated.map((thing) => ({
      kind: "validation record",
      prop: thing === domainName ? "domainName" : "alternativeNames",
      thing,
      advice:
        "must not share a validation record with another stack's certificate, as a name and its wildcard do; " +
        "name the hosts one by one, or set certificate.arn to the other stack's certificate",
    })),
    ...(hostedZone.create
      ? [
          {
            kind: "zone",
            prop: "hostedZone.create",
            thing: hostedZone.name,
            advice: "must be true in one stack only for each zone; omit it here to use the existing zone",
          },
        ]
      : []),
    ...("s3" in backend
      ? [
          {
            kind: "state",
            prop: "backend.s3.key",
            thing: `${backend.s3.bucket}/${backend.s3.key}`,
            advice: "must be a key of its own; omit it for the default",
          },
        ]
      : []),
    ...("cloud" in backend
      ? [
          {
            kind: "state",
            prop: "backend.cloud.workspace",
            thing: [backend.cloud.hostname, backend.cloud.organization, backend.cloud.workspace].join("/"),
            advice: "must be a workspace of its own",
          },
        ]
      : []),
  ];
}
