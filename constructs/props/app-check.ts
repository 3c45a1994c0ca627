import { type IConstruct, Node } from "constructs";
import { withoutWildcard } from "../../topology/domain-names";
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

const settingsByOwner = new WeakMap<IConstruct, Settings>();

/**
 * Checks the props of a stack, or of a topology in a stack of the user's own. The faults are kept until
 * `throwIfAnyFault`, so that all stacks are named at once.
 * @param stackId names what is created
 */
export function checkProps(owner: IConstruct, stackId: string, props: WebStackProps): Settings | undefined {
  const faults = propFaults(stackId, props);
  const root = Node.of(owner).root;
  const known = stacksOf.get(root) ?? { all: [], checked: 0 };
  const settings = faults.length === 0 ? settingsOf(stackId, props) : undefined;
  known.all.push({ stackId, faults, settings });
  stacksOf.set(root, known);
  if (settings !== undefined) settingsByOwner.set(owner, settings);
  return settings;
}

/** The settings of one whose props were checked and are fine. */
export function checkedSettings(owner: IConstruct): Settings | undefined {
  return settingsByOwner.get(owner);
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

function claims(settings: Settings): Claim[] {
  return [...claimedId(settings), ...claimedNames(settings), ...claimedZone(settings), ...claimedState(settings)];
}

function claimedId({ owner }: Settings): Claim[] {
  return [
    {
      kind: "id",
      prop: "id",
      thing: owner.stackId,
      advice: "must be an id of its own; the stack's folder and state are named by it",
    },
  ];
}

function claimedNames({ names, domainName, certificate }: Settings): Claim[] {
  const validated = certificate === undefined ? [...new Set(names.map(withoutWildcard))] : [];
  const propOf = (name: string) => (name === domainName ? "domainName" : "alternativeNames");
  return [
    ...names.map((thing) => ({
      kind: "name",
      prop: propOf(thing),
      thing,
      advice: "must be names that no other stack serves; a name has one alias record",
    })),
    ...validated.map((thing) => ({
      kind: "validation record",
      prop: propOf(thing),
      thing,
      advice:
        "must not share a validation record with another stack's certificate, as a name and its wildcard do; " +
        "name the hosts one by one, or set certificate.arn to the other stack's certificate",
    })),
  ];
}

function claimedZone({ hostedZone }: Settings): Claim[] {
  if (!hostedZone.create) return [];
  return [
    {
      kind: "zone",
      prop: "hostedZone.create",
      thing: hostedZone.name,
      advice: "must be true in one stack only for each zone; omit it here to use the existing zone",
    },
  ];
}

function claimedState({ backend }: Settings): Claim[] {
  if ("s3" in backend)
    return [
      {
        kind: "state",
        prop: "backend.s3.key",
        thing: `${backend.s3.bucket}/${backend.s3.key}`,
        advice: "must be a key of its own; omit it for the default",
      },
    ];
  if ("cloud" in backend)
    return [
      {
        kind: "state",
        prop: "backend.cloud.workspace",
        thing: [backend.cloud.hostname, backend.cloud.organization, backend.cloud.workspace].join("/"),
        advice: "must be a workspace of its own",
      },
    ];
  return [];
}
