import type { Change } from "../../../topology/changes";
import { listOf, own } from "../../../topology/json";
import { type Attr, known } from "../../../topology/value";
import { once } from "../../analysis/once";
import { type Lost, lostIn } from "../../analysis/writers/lost-pairs";
import { keepingPair } from "../../fixes/kept-resources";
import { code, type EffectRule, named, type Telling, tell } from "../because";
import { isGone, type World } from "../world";

/*
 * What is no more than a pair on AWS, such as a target group and a target: AWS takes a second one for the first, and
 * whichever resource is destroyed last takes the pair away, also where another one stands for it by then.
 */

interface Pairs {
  /** By the change that destroys: the old one under its old address, or the one that is replaced. */
  readonly byGoing: ReadonlyMap<Change, Lost>;
  /** Addresses of what may not be there after the apply. */
  readonly addresses: ReadonlySet<string>;
  /** By a target group's ARN: how many registrations stay, and how many the plan has. */
  readonly left: Map<unknown, { readonly left: number; readonly all: number }>;
  /** What names a certificate for a listener. */
  readonly certificates: ReadonlySet<string>;
}

const pairsOf = once((world: World): Pairs => {
  const all = lostIn(world.changes);
  return {
    byGoing: new Map(all.map((it) => [it.old ?? it.change, it])),
    addresses: new Set(all.map(({ change }) => change.address)),
    left: new Map(),
    certificates: new Set([...world.serving.certificateUsers.values()].flat()),
  };
});

/** Whether destroying it takes away what another resource, or its own successor, stands for. */
export function takesPairAway(change: Change, world: World): boolean {
  return pairsOf(world).byGoing.has(change);
}

export const samePairRule: EffectRule = (change, world) => {
  const found = isGone(change) ? pairsOf(world).byGoing.get(change) : undefined;
  if (found === undefined) return [];
  if (change.type === "aws_route53_record") return record(change, found, world);
  return change.type === "aws_lb_listener_certificate"
    ? certificate(change, found, world)
    : attachment(change, found, world);
};

function attachment(change: Change, found: Lost, world: World): ReturnType<EffectRule> {
  const standing = world.serving.registrations.get(change.address);
  if (standing === undefined) return [];
  const { left, all } = leftIn(standing.group.arn, world);
  const how = howOf(found, "the target that it registers");
  const lost: Pick<Telling, "effect" | "then" | "phrase"> =
    left > 0
      ? {
          effect: "brief",
          then: `${how}; ${left} of ${all} targets are registered then`,
          phrase: "until the next apply registers its targets again",
        }
      : {
          effect: "outage",
          then: `${how}: no target is left in the group, and the load balancer answers 503 until the next apply`,
          phrase: `until the next apply, ${whyGone(found)}`,
        };
  return tell(change, world, { hop: "target-group", ...lost, ...repair(found, world) });
}

function whyGone({ old, isSure }: Lost): string {
  if (old === undefined) return "as the targets are registered and taken out again";
  return isSure
    ? "as another attachment of the targets is destroyed"
    : "if the destroy of an attachment comes after its creation under the new address";
}

function leftIn(arn: Attr<string>, world: World): { readonly left: number; readonly all: number } {
  const { left, addresses } = pairsOf(world);
  const before = left.get(arn);
  if (before !== undefined) return before;
  const later = world.after.byId.targetGroup(arn)?.registrations ?? [];
  const found = { left: later.filter(({ address }) => !addresses.has(address)).length, all: later.length };
  left.set(arn, found);
  return found;
}

/**
 * An Auto Scaling group lets a target group go from its own list, and an attachment that this apply makes adds it
 * again.
 */
export const relinkedRule: EffectRule = (change, world) => {
  if (change.type !== "aws_autoscaling_group" || change.doing !== "update") return [];
  const has = new Set(listOf(own(change.after, "target_group_arns")));
  const gone = listOf(own(change.before, "target_group_arns")).filter(
    (arn) => typeof arn === "string" && !has.has(arn) && world.serving.forwarders.has(arn),
  ) as string[];
  const again = gone.flatMap(
    (arn) =>
      world.after.byId
        .targetGroup(arn)
        ?.registrations.filter(({ address }) => world.byAddress.get(address)?.doing === "create") ?? [],
  );
  const [first] = again;
  if (first === undefined) return [];
  return tell(change, world, {
    hop: "target-group",
    effect: "brief",
    attribute: "target_group_arns",
    then:
      `its instances are taken out of the target group before ${code(first.address)} registers them again, and ` +
      "the load balancer answers 503 until one has passed a health check",
    avoid: "leave `target_group_arns` out in place of setting it to another list: the group then keeps what it has",
    phrase: "while the targets are registered anew",
  });
};

/** Only of a record with `allow_overwrite`, as Route 53 refuses another one. */
function record(change: Change, found: Lost, world: World): ReturnType<EffectRule> {
  const standing = world.serving.records.get(change.address);
  if (standing === undefined) return [];
  const name = known(standing.fqdn);
  const over = name === undefined ? [] : world.serving.namesOver(name);
  const names =
    name === undefined ? "its name is" : over.length === 0 ? `${code(name)} is` : `${named([name, ...over])} are`;
  return tell(change, world, {
    hop: "dns",
    effect: "outage",
    then: `${howOf(found, "the record")}: ${names} not found until the next apply`,
    phrase:
      `at ${name === undefined ? "a name" : named([name, ...over])} until the next apply, ` +
      `${found.isSure ? "as another record of the name is destroyed" : "if the destroy of its old record comes last"}`,
    ...repair(found, world),
  });
}

function certificate(change: Change, found: Lost, world: World): ReturnType<EffectRule> {
  if (!pairsOf(world).certificates.has(change.address)) return [];
  return tell(change, world, {
    hop: "tls",
    effect: "outage",
    then:
      `${howOf(found, "the certificate that it adds")}: the listener answers for its names with another ` +
      "certificate until the next apply",
    phrase:
      "at the names of a certificate until the next " +
      `apply${found.isSure ? ", as it is taken away again" : ", if its destroy under the old address comes last"}`,
    ...repair(found, world),
  });
}

function howOf({ old, isSure, change }: Lost, what: string): string {
  if (old === undefined)
    return (
      "the new one stands for the same pair as the old one, which AWS has once, and so the destroy of the old " +
      `one takes ${what} away`
    );
  return isSure
    ? `${code(change.address)} stands for the same, which AWS has once, and so the destroy takes ${what} away ` +
        "from it too"
    : "the new one stands for the same, which AWS has once, and terraform does not order the two: where the " +
        `destroy comes last, it takes ${what} away`;
}

function repair(lost: Lost, { changes }: World): Pick<Telling, "avoid" | "hcl"> {
  const { text, hcl } = keepingPair(lost, changes);
  return { avoid: text.replace(/\.$/, "").replace(/^[A-Z]/, (it) => it.toLowerCase()), hcl };
}
