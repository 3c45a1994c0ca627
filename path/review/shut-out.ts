import type { Change } from "../../topology/changes";
import { own } from "../../topology/json";
import type { Balancer, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import { type Audience, audience, clientsOf } from "../analysis/network/audience";
import { ruleSet } from "../analysis/network/security-rules";
import { code, doneTo, followedBy, named, type PhrasedCause } from "./because";
import type { World } from "./world";

/* Clients that lose access to a listener: its port is open to everyone before the apply, and only to some after it. */

export function causesOfShutOut(world: World): PhrasedCause[] {
  const { before, after } = world;
  if (before === undefined) return [];
  const later = new Map(after.balancers.map((it) => [it.address, it]));
  return before.balancers.flatMap((was) => {
    const is = later.get(was.address);
    return is === undefined ? [] : portsOf(was).flatMap((port) => causeAt(was, is, port, world));
  });
}

function portsOf({ listeners }: Balancer): readonly number[] {
  return [...new Set(listeners.flatMap(({ port }) => known(port) ?? []))];
}

function causeAt(was: Balancer, is: Balancer, port: number, world: World): PhrasedCause[] {
  const { before, after } = world;
  if (before === undefined || askersOf(was, before, port).answer !== "everyone") return [];
  const left = askersOf(is, after, port);
  // If nobody has access, or if it cannot be determined, the trace reports it.
  if (left.answer !== "some") return [];
  const change = narrowing(was, is, world);
  const who = named(left.who);
  return [
    {
      address: change?.address ?? is.address,
      attribute: "",
      hop: "listener",
      effect: "brief",
      why:
        `${change === undefined ? "After the apply, " : `${doneTo(change, world)}; after the apply, `}` +
        `only ${who} can reach port ${port} of ${code(is.address)}, and connections of all other clients time out.`,
      avoid: "Keep the port open to everyone, or make sure that all clients connect from these addresses",
      ...(change !== undefined && { follows: followedBy(change, world) }),
      phrase: `because only ${who} can reach port ${port} after the apply`,
    },
  ];
}

function askersOf(balancer: Balancer, topology: Topology, port: number): Audience {
  const isInternal = known(balancer.isInternal) === true;
  const set = ruleSet(topology, balancer.securityGroupIds, "ingress", {
    address: balancer.address,
    attribute: "security_groups",
  });
  return audience(topology, set, port, clientsOf(topology, balancer, isInternal ? "vpc" : "internet"));
}

const RULES = /^aws_(security_group_rule|vpc_security_group_ingress_rule)$/;

/**
 * The change that removes the access: of a security group rule, of the security group with its inline rules, or of the
 * load balancer's security groups.
 */
function narrowing(was: Balancer, is: Balancer, { moving }: World): Change | undefined {
  const groups = new Set([...was.securityGroupIds.items, ...is.securityGroupIds.items]);
  const isOfGroup = ({ type, before }: Change, name: string, pattern: RegExp) =>
    pattern.test(type) && groups.has(String(own(before, name)));
  return (
    moving.find((it) => it.doing !== "create" && isOfGroup(it, "security_group_id", RULES)) ??
    moving.find((it) => isOfGroup(it, "id", /^aws_(default_)?security_group$/)) ??
    moving.find(({ address }) => address === is.address)
  );
}
