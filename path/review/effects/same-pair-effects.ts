import type { Change } from "../../../topology/changes";
import { listOf, own } from "../../../topology/json";
import { type Attr, known } from "../../../topology/value";
import { once } from "../../analysis/once";
import { type Lost, lostIn } from "../../analysis/writers/lost-pairs";
import { keepingPair } from "../../fixes/kept-resources";
import { type CauseParts, code, type EffectRule, named, report } from "../because";
import { isGone, type World } from "../world";

/*
 * Resources that are only a pair on AWS, such as a target group and a target. AWS has each pair once, so a destroy
 * removes it even if another resource manages the same pair by then.
 */

interface Pairs {
  /** By the destroying change: of the old address, or of the replaced resource. */
  readonly byGoing: ReadonlyMap<Change, Lost>;
  /** Addresses of pairs that may be missing after the apply. */
  readonly addresses: ReadonlySet<string>;
  /** By a target group's ARN: the registrations that remain, and all in the plan. */
  readonly left: Map<unknown, { readonly left: number; readonly all: number }>;
  /** Addresses that attach a certificate to a listener. */
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

/** Whether the destroy removes a pair that another resource, or its own replacement, manages. */
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
  const how = howOf(found, "deregisters its target");
  const lost: Pick<CauseParts, "effect" | "then" | "phrase"> =
    left > 0
      ? {
          effect: "brief",
          then: `${how}; ${left} of ${all} targets remain registered`,
          phrase: "until the next apply registers its targets again",
        }
      : {
          effect: "outage",
          then: `${how}; no target is left in the target group, and the load balancer returns 503 until the next apply`,
          phrase: `until the next apply, ${whyGone(found)}`,
        };
  return report(change, world, { hop: "target-group", ...lost, ...repair(found, world) });
}

function whyGone({ old, isSure }: Lost): string {
  if (old === undefined) return "because the targets are registered and then deregistered";
  return isSure
    ? "because another attachment of the targets is destroyed"
    : "if an attachment is destroyed after it is created under its new address";
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

/** An Auto Scaling group that removes a target group from its list, while a new attachment adds it again. */
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
  return report(change, world, {
    hop: "target-group",
    effect: "brief",
    attribute: "target_group_arns",
    then:
      `its instances are deregistered before ${code(first.address)} registers them again, and the load balancer ` +
      "returns 503 until one passes a health check",
    avoid: "omit `target_group_arns` instead of changing it; the Auto Scaling group then keeps its target groups",
    phrase: "while the targets are registered again",
  });
};

/** Only for a record with `allow_overwrite`, as Route 53 refuses any other duplicate. */
function record(change: Change, found: Lost, world: World): ReturnType<EffectRule> {
  const standing = world.serving.records.get(change.address);
  if (standing === undefined) return [];
  const name = known(standing.fqdn);
  const over = name === undefined ? [] : world.serving.namesOver(name);
  const names =
    name === undefined ? "its name does" : over.length === 0 ? `${code(name)} does` : `${named([name, ...over])} do`;
  return report(change, world, {
    hop: "dns",
    effect: "outage",
    then: `${howOf(found, "deletes the record")}; ${names} not resolve until the next apply`,
    phrase:
      `at ${name === undefined ? "a name" : named([name, ...over])} until the next apply, ` +
      `${found.isSure ? "because another record of the name is destroyed" : "if its old record is destroyed last"}`,
    ...repair(found, world),
  });
}

function certificate(change: Change, found: Lost, world: World): ReturnType<EffectRule> {
  if (!pairsOf(world).certificates.has(change.address)) return [];
  return report(change, world, {
    hop: "tls",
    effect: "outage",
    then:
      `${howOf(found, "removes its certificate from the listener")}; the listener serves another certificate for ` +
      "its names until the next apply",
    phrase:
      "at the names of a certificate until the next " +
      `apply${found.isSure ? " because it is removed again" : ", if it is destroyed last under its old address"}`,
    ...repair(found, world),
  });
}

function howOf({ old, isSure, change }: Lost, what: string): string {
  const on = SAME[change.type] ?? "the same object on AWS";
  if (old === undefined) return `the old and the new resource are ${on}, so the destroy of the old one ${what}`;
  return isSure
    ? `${code(change.address)} is ${on}, so the destroy ${what} for both`
    : `${code(change.address)} is ${on}, and Terraform does not order the two: if the destroy comes last, it ${what}`;
}

const SAME: Readonly<Record<string, string>> = {
  aws_route53_record: "the same record in Route 53",
  aws_lb_listener_certificate: "the same certificate of the same listener",
};

function repair(lost: Lost, { changes }: World): Pick<CauseParts, "avoid" | "hcl"> {
  const { text, hcl } = keepingPair(lost, changes);
  return { avoid: text.replace(/\.$/, "").replace(/^[A-Z]/, (it) => it.toLowerCase()), hcl };
}
