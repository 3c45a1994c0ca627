import type { Change } from "../../../topology/changes";
import { type CauseParts, type EffectRule, outstandingOf, report } from "../because";

/* Load balancers. */

const hop = "listener";

/** Creating a new one takes minutes, and it has another DNS name. */
export const balancerRule: EffectRule = (change, world) => {
  if (!world.serving.balancers.has(change.address)) return [];
  switch (change.doing) {
    case "destroy":
      return report(change, world, {
        hop,
        effect: "outage",
        then: "all requests to it fail",
        avoid: "keep it, or point its names to another load balancer first",
        phrase: "after its load balancer is destroyed",
      });
    case "replace":
      return report(change, world, change.isCreatedFirst ? REPLACED_BY_ONE_THAT_STANDS : REPLACED_BY_ONE_TO_COME);
    case "update":
      return report(change, world, updated(change));
    default:
      return [];
  }
};

const REPLACED_BY_ONE_THAT_STANDS: CauseParts = {
  hop,
  effect: "brief",
  then:
    "connections to the old IP addresses fail until clients resolve the name again (the TTL of an alias record is " +
    "60 s)",
  avoid: "apply at a time of low traffic, or keep the old load balancer until it receives no more requests",
  phrase: "while clients still use the IP addresses of the old load balancer",
};

const REPLACED_BY_ONE_TO_COME: CauseParts = {
  hop,
  effect: "outage",
  then:
    "all requests fail until the new load balancer is created, which takes minutes, and until clients resolve its " +
    "name again",
  avoid:
    "keep the attribute as it is; or create a second load balancer, point the alias record to it, and destroy the " +
    "first one after that",
  phrase: "until the new load balancer is created, which takes minutes",
};

function updated({ before, after, differing }: Change): CauseParts {
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
      then: "its nodes in the removed Availability Zone are shut down, and their connections are closed",
      avoid: "add the new subnets first, and remove the old ones in a separate apply",
      phrase: "while the load balancer is removed from an Availability Zone",
    };
  }
  return {
    hop,
    effect: "none",
    attribute: zones ?? outstandingOf(differing),
    then: "the load balancer stays in service",
  };
}
