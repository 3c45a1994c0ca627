import type { Change } from "../../../topology/changes";
import { type EffectRule, outstandingOf, type Telling, tell } from "../because";

/* Load balancers. */

const hop = "listener";

/** A new one takes minutes, and has another address. */
export const balancerRule: EffectRule = (change, world) => {
  if (!world.serving.balancers.has(change.address)) return [];
  switch (change.doing) {
    case "destroy":
      return tell(change, world, {
        hop,
        effect: "outage",
        then: "nobody is answered any more",
        avoid: "keep it, or move the names to another load balancer first",
        phrase: "once the load balancer is destroyed",
      });
    case "replace":
      return tell(change, world, change.isCreatedFirst ? REPLACED_BY_ONE_THAT_STANDS : REPLACED_BY_ONE_TO_COME);
    case "update":
      return tell(change, world, updated(change));
    default:
      return [];
  }
};

const REPLACED_BY_ONE_THAT_STANDS: Telling = {
  hop,
  effect: "brief",
  then: "clients that still know the old addresses (the alias record's TTL is 60 s) find nobody there",
  avoid: "apply when few people visit, or keep the old one until nobody asks it any more",
  phrase: "while clients still look for the old load balancer",
};

const REPLACED_BY_ONE_TO_COME: Telling = {
  hop,
  effect: "outage",
  then: "for the minutes that a new load balancer takes, and until clients look its name up again, nobody is answered",
  avoid:
    "leave the attribute as it is; or build a second load balancer beside it, move the alias record, and take the " +
    "first one away after that",
  phrase: "for the minutes that a new load balancer takes",
};

function updated({ before, after, differing }: Change): Telling {
  const zones = ["subnets", ...differing].find(
    (it) => differing.includes(it) && /^(subnets|subnet_mapping)\b/.test(it),
  );
  const [had, has] = [before, after].map((it) => (Array.isArray(it?.subnets) ? it.subnets : []));
  const lost = (had ?? []).filter((it) => !(has ?? []).includes(it));
  if (zones !== undefined && lost.length > 0) {
    return {
      hop,
      effect: "brief",
      attribute: zones,
      then: "the load balancer's nodes in the zone that it leaves go, and with them the connections that they hold",
      avoid: "add the new subnets first, and take the old ones away in an apply of its own",
      phrase: "while the load balancer leaves a zone",
    };
  }
  return {
    hop,
    effect: "none",
    attribute: zones ?? outstandingOf(differing),
    then: "the load balancer goes on answering meanwhile",
  };
}
