import type { Change } from "../../../topology/changes";
import { keeping, lostIn, withoutCreateFirst, type Lost } from "../../rules/moved-resources";
import type { Finding } from "../../report";
import { tell, type EffectRule, type Telling } from "../because";
import { isGone, type World } from "../world";

/*
 * What is no more than a pair on AWS, such as a target group and a target: AWS takes a second one for the first, and whichever resource is
 * destroyed last takes the pair away, also where another one stands for it by then.
 */

interface Pairs {
  /** By the change that destroys: the old one under its old address, or the one that is replaced. */
  readonly byGoing: ReadonlyMap<Change, Lost>;
  /** Addresses of what may not be there after the apply. */
  readonly addresses: ReadonlySet<string>;
}

const made = new WeakMap<World, Pairs>();

function pairsOf(world: World): Pairs {
  const known = made.get(world);
  if (known !== undefined) return known;
  const byAddress = new Map(world.changes.map((it) => [it.address, it]));
  const all = lostIn(world.changes);
  const found = { byGoing: new Map(all.flatMap((it) => { const going = it.old === undefined ? it.change : byAddress.get(it.old.address); return going === undefined ? [] : [[going, it] as const]; })), addresses: new Set(all.map(({ change }) => change.address)) };
  made.set(world, found);
  return found;
}

/** Whether destroying it takes away what another resource, or its own successor, stands for. */
export function isLost(change: Change, world: World): boolean {
  return pairsOf(world).byGoing.has(change);
}

export const samePairRule: EffectRule = (change, world) => {
  const found = isGone(change) ? pairsOf(world).byGoing.get(change) : undefined;
  if (found === undefined) return [];
  return change.type === "aws_lb_listener_certificate" ? certificate(change, found, world) : attachment(change, found, world);
};

function attachment(change: Change, found: Lost, world: World): ReturnType<EffectRule> {
  const { serving, after } = world;
  const standing = serving.registrations.get(change.address);
  if (standing === undefined) return [];
  const later = after.byId.targetGroup(standing.group.arn)?.registrations ?? [];
  const left = later.filter(({ address }) => !pairsOf(world).addresses.has(address)).length;
  const how = howOf(found, "the target that it registers");
  const lost: Partial<Telling> = left > 0
    ? { effect: "brief", then: `${how}; ${left} of ${later.length} targets are registered then`, phrase: "until the next apply registers its targets again" }
    : { effect: "outage", then: `${how}: no target is left in the group, and the load balancer answers 503 until the next apply`, phrase: found.old === undefined ? "until the next apply, as the targets are registered and taken out again" : "until the next apply, if the destroy of an attachment comes after its creation under the new address" };
  return tell(change, world, { hop: "target-group", effect: "outage", then: "", ...lost, ...repair(found) });
}

function certificate(change: Change, found: Lost, world: World): ReturnType<EffectRule> {
  const users = [...world.serving.certificateUsers.values()].filter((it) => it.includes(change.address));
  // Another listener's own, or this one's default, does not make up for it.
  if (users.length === 0) return [];
  return tell(change, world, {
    hop: "tls", effect: "outage", then: `${howOf(found, "the certificate that it adds")}: the listener answers for its names with another certificate until the next apply`, phrase: "at the names of a certificate that is added and taken away again, until the next apply", ...repair(found),
  });
}

function howOf({ old }: Lost, what: string): string {
  return old === undefined
    ? `the new one stands for the same pair as the old one, which AWS has once, and so the destroy of the old one takes ${what} away`
    : `the new one stands for the same pair, which AWS has once, and terraform does not order the two: where the destroy comes last, it takes ${what} away`;
}

function repair({ change, old }: Lost): Pick<Telling, "avoid" | "hcl"> {
  const { text, hcl }: Pick<Finding["fix"], "text" | "hcl"> = old === undefined ? withoutCreateFirst(change) : keeping({ old, fresh: change });
  return { avoid: text.replace(/\.$/, "").replace(/^[A-Z]/, (it) => it.toLowerCase()), hcl };
}
