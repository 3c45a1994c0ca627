import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import type { Listener } from "../../../topology/model";
import { holdsTrue } from "../../../topology/plan-values";
import { known } from "../../../topology/value";
import { type EffectRule, outstandingOf, type Telling, tell } from "../because";
import type { World } from "../world";
import { answersItself, shownPort, toNewGroup, toOtherHost } from "./listener-actions-effects";

/* Listeners. */

const hop = "listener";

export const listenerRule: EffectRule = (change, world) => {
  const listener = world.serving.listeners.get(change.address);
  if (listener === undefined) return [];
  switch (change.doing) {
    case "destroy":
      return tell(change, world, destroyed(change, listener, world));
    case "replace":
      return tell(change, world, replaced(change, shownPort(listener)));
    case "update":
      return tell(change, world, updated(change, listener, world));
    default:
      return [];
  }
};

function destroyed(change: Change, listener: Listener, world: World): Telling {
  if (isServed(world, change, known(listener.port)))
    return {
      hop,
      effect: "brief",
      then: "until the other listener on its port is there, requests to that port are refused",
      avoid: "add a `moved` block, if it is the same listener under another name",
      phrase: "while a listener is exchanged",
    };
  const port = shownPort(listener);
  return {
    hop,
    effect: "outage",
    then: `requests to port ${port} are refused from then on`,
    avoid: "keep a listener on the port, if only to redirect",
    phrase: `on port ${port}, as its listener is destroyed`,
  };
}

function replaced({ forcedBy, isCreatedFirst }: Change, port: string): Telling {
  if (isCreatedFirst)
    return {
      hop,
      effect: "brief",
      then: `requests to port ${port} are answered by one of both`,
      phrase: "while a listener is exchanged",
    };
  if (!forcedBy.includes("load_balancer_arn"))
    return {
      hop,
      effect: "brief",
      then: `until the new one is there, requests to port ${port} are refused`,
      phrase: "while a listener is replaced",
    };
  return {
    hop,
    effect: "outage",
    then:
      "it goes at once, and the new one waits for the new load balancer, which takes minutes: meanwhile requests " +
      `to port ${port} are refused`,
    avoid: "give it `lifecycle { create_before_destroy = true }` too, if the load balancer has it",
    phrase: "for the minutes that a new load balancer takes",
  };
}

function updated(change: Change, listener: Listener, world: World): Telling {
  return (
    toOtherPort(change, listener, world) ??
    toOtherProtocol(change, listener) ??
    toVerifiedClients(change) ??
    toFixedText(change, listener) ??
    toOtherHost(change, world) ??
    toNewGroup(change, world) ?? {
      hop,
      effect: "none",
      attribute: outstandingOf(change.differing),
      then:
        `${change.differing.includes("port") ? "another listener takes its port, and " : ""}new requests are ` +
        "answered in the new way at once",
    }
  );
}

function toOtherPort(change: Change, listener: Listener, world: World): Telling | undefined {
  if (!change.differing.includes("port")) return undefined;
  const port = shownPort(listener);
  if (holdsTrue(own(change.unknown, "port")))
    return {
      hop,
      effect: "unknown",
      attribute: "port",
      then: `which port it has instead of ${port} is known after the apply only`,
      avoid: "write out the port",
      phrase: "as the port of a listener is known after the apply only",
    };
  if (isServed(world, change, known(listener.port))) return undefined;
  return {
    hop,
    effect: "outage",
    attribute: "port",
    then: `port ${port} is refused from then on`,
    avoid: `add a listener for the new port, and keep the one on ${port}`,
    phrase: `on port ${port}, on which nothing listens any more`,
  };
}

function toOtherProtocol({ differing }: Change, listener: Listener): Telling | undefined {
  if (!differing.includes("protocol")) return undefined;
  const port = shownPort(listener);
  return {
    hop,
    effect: "outage",
    attribute: "protocol",
    then:
      `clients that speak ${known(listener.protocol) ?? "that it had"} to port ${port} are not understood from ` +
      "then on",
    avoid: "give the other protocol a listener of its own on its own port",
    phrase: `on port ${port} for those who speak as before`,
  };
}

function toVerifiedClients({ differing, after }: Change): Telling | undefined {
  const mutual = after?.mutual_authentication;
  if (
    !differing.some((it) => it.startsWith("mutual_authentication")) ||
    mutual === undefined ||
    !JSON.stringify(mutual).includes('"verify"')
  )
    return undefined;
  return {
    hop,
    effect: "outage",
    attribute: "mutual_authentication.mode",
    then: "clients without a certificate of their own are refused",
    avoid: "begin with `passthrough`",
    phrase: "for clients without a certificate",
  };
}

function toFixedText({ before, after }: Change, listener: Listener): Telling | undefined {
  if (!answersItself(after?.default_action) || answersItself(before?.default_action)) return undefined;
  const port = shownPort(listener);
  return {
    hop,
    effect: "outage",
    attribute: "default_action.fixed_response",
    then:
      `what no rule matches on port ${port} is answered by the load balancer itself from then on, and comes to no ` +
      "target",
    avoid: "",
    phrase: `on port ${port}, where the load balancer answers a fixed text`,
  };
}

/** Whether something will listen on a port of the same load balancer. */
function isServed({ later, serving, byAddress }: World, change: Change, port: number | undefined): boolean {
  const listeners = later.balancers.get(serving.balancerOf.get(change.address)?.address ?? "")?.listeners ?? [];
  return listeners.some(
    (it) => known(it.port) === port && (it.address !== change.address || byAddress.get(it.address)?.doing !== "update"),
  );
}
