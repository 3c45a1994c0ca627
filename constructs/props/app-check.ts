import { type IConstruct, Node } from "constructs";
import { withoutWildcard } from "../../topology/domain-names";
import { shown } from "./echo";
import { propErrors } from "./errors";
import { InvalidPropsError } from "./refusals";
import { type Settings, settingsOf } from "./settings";
import { type PropError, sentence } from "./values";
import type { WebStackProps } from "./web-stack-props";

interface Registered {
  readonly stackId: string;
  readonly errors: readonly PropError[];
  /** Only for a stack without errors. */
  readonly settings?: Settings;
}

/** The stacks of each app, and their number when they were last checked against each other. */
const stacksOf = new WeakMap<IConstruct, { readonly all: Registered[]; checked: number }>();

const settingsByOwner = new WeakMap<IConstruct, Settings>();

/**
 * Checks the props of a stack, or of a topology in another stack. The errors are stored until `throwIfAnyError`, which
 * reports those of all stacks at once.
 * @param stackId the id from which names are derived
 */
export function checkProps(owner: IConstruct, stackId: string, props: WebStackProps): Settings | undefined {
  const errors = propErrors(stackId, props);
  const root = Node.of(owner).root;
  const known = stacksOf.get(root) ?? { all: [], checked: 0 };
  const settings = errors.length === 0 ? settingsOf(stackId, props) : undefined;
  known.all.push({ stackId, errors, settings });
  stacksOf.set(root, known);
  if (settings !== undefined) settingsByOwner.set(owner, settings);
  return settings;
}

/** The settings of a stack whose props were checked and are valid. */
export function checkedSettings(owner: IConstruct): Settings | undefined {
  return settingsByOwner.get(owner);
}

/** @throws {InvalidPropsError} if any stack of the app has an error, or two stacks conflict */
export function throwIfAnyError(stack: IConstruct): void {
  const known = stacksOf.get(Node.of(stack).root);
  if (known === undefined || known.checked === known.all.length) return;
  const errors = [
    ...known.all.flatMap(({ stackId, errors }) => errors.map((error) => `${stackId}: ${sentence(error)}`)),
    ...collisions(known.all.flatMap(({ settings }) => settings ?? [])),
  ];
  if (errors.length > 0) throw new InvalidPropsError(errors);
  known.checked = known.all.length;
}

/** Errors for what only one stack of an account can have. */
function collisions(stacks: readonly Settings[]): string[] {
  const ownerOf = new Map<string, Settings>();
  return stacks.flatMap((stack) => {
    const taken = claims(stack).flatMap((claim) => {
      const owner = ownerOf.get(claim.kind + claim.thing) ?? stack;
      ownerOf.set(claim.kind + claim.thing, owner);
      return owner === stack ? [] : [{ ...claim, owner }];
    });
    // Two stacks with the same name also share its validation record, which need not be reported as well.
    const isServedTwice = ({ owner }: { owner: Settings }) =>
      taken.some((it) => it.kind === "name" && it.owner === owner);
    return taken
      .filter((it) => it.kind !== "validation record" || !isServedTwice(it))
      .map(
        ({ prop, thing, owner, advice }) =>
          `${stack.owner.stackId}: ` +
          `${sentence({ prop, got: `${shown(thing)}, which stack ${owner.owner.stackId} already has`, advice })}`,
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
      advice: "must be different for each stack; the names of the stack's folder and state derive from it",
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
      advice: "must not repeat a name of another stack; a name has one alias record",
    })),
    ...validated.map((thing) => ({
      kind: "validation record",
      prop: propOf(thing),
      thing,
      advice:
        "must not need the same validation record as another stack's certificate, as a name and its wildcard do; " +
        "list the host names individually, or set certificate.arn to the other stack's certificate",
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
      advice: "must be true in only one stack per zone; omit it here to use the existing zone",
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
        advice: "must be different for each stack; omit it to use the default",
      },
    ];
  if ("cloud" in backend)
    return [
      {
        kind: "state",
        prop: "backend.cloud.workspace",
        thing: [backend.cloud.hostname, backend.cloud.organization, backend.cloud.workspace].join("/"),
        advice: "must be different for each stack",
      },
    ];
  return [];
}
