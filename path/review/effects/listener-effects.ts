import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import type { Listener } from "../../../topology/model";
import { holdsTrue } from "../../../topology/plan-values";
import { known } from "../../../topology/value";
import { type CauseParts, type EffectRule, outstandingOf, report } from "../because";
import type { World } from "../world";
import { answersItself, shownPort, toNewGroup, toOtherHost } from "./listener-actions-effects";

/* Listeners. */

const hop = "listener";

export const listenerRule: EffectRule = (change, world) => {
  const listener = world.serving.listeners.get(change.address);
  if (listener === undefined) return [];
  switch (change.doing) {
    case "destroy":
      return report(change, world, destroyed(change, listener, world));
    case "replace":
      return report(change, world, replaced(change, shownPort(listener)));
    case "update":
      return report(change, world, updated(change, listener, world));
    default:
      return [];
  }
};

function destroyed(change: Change, listener: Listener, world: World): CauseParts {
  if (isServed(world, change, known(listener.port)))
    return {
      hop,
      effect: "brief",
      then: "connections to its port are refused until the other listener on that port exists",
      avoid: "add a `moved` block if it is the same listener under another address",
      phrase: "while a listener is replaced",
    };
  const port = shownPort(listener);
  return {
    hop,
    effect: "outage",
    then: `connections to port ${port} are refused`,
    avoid: "keep a listener on the port, at least with a redirect",
    phrase: `on port ${port} because its listener is destroyed`,
  };
}

function replaced({ forcedBy, isCreatedFirst }: Change, port: string): CauseParts {
  if (isCreatedFirst)
    return {
      hop,
      effect: "brief",
      then: `requests to port ${port} are served by either listener`,
      phrase: "while a listener is replaced",
    };
  if (!forcedBy.includes("load_balancer_arn"))
    return {
      hop,
      effect: "brief",
      then: `connections to port ${port} are refused until the new listener is created`,
      phrase: "while a listener is replaced",
    };
  return {
    hop,
    effect: "outage",
    then:
      `it is destroyed first, and connections to port ${port} are refused until the new load balancer is created, ` +
      "which takes minutes",
    avoid: "add `lifecycle { create_before_destroy = true }` to the listener too if the load balancer has it",
    phrase: "until the new load balancer is created, which takes minutes",
  };
}

function updated(change: Change, listener: Listener, world: World): CauseParts {
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
        `${change.differing.includes("port") ? "another listener uses its port, and " : ""}new requests are ` +
        "served with the new settings immediately",
    }
  );
}

function toOtherPort(change: Change, listener: Listener, world: World): CauseParts | undefined {
  if (!change.differing.includes("port")) return undefined;
  const port = shownPort(listener);
  if (holdsTrue(own(change.unknown, "port")))
    return {
      hop,
      effect: "unknown",
      attribute: "port",
      then: `the port that replaces ${port} is known after apply`,
      avoid: "set the port explicitly",
      phrase: "the port of a listener is known only after apply",
    };
  if (isServed(world, change, known(listener.port))) return undefined;
  return {
    hop,
    effect: "outage",
    attribute: "port",
    then: `connections to port ${port} are refused`,
    avoid: `add a listener for the new port, and keep the one on ${port}`,
    phrase: `on port ${port} because it no longer has a listener`,
  };
}

function toOtherProtocol({ differing }: Change, listener: Listener): CauseParts | undefined {
  if (!differing.includes("protocol")) return undefined;
  const port = shownPort(listener);
  return {
    hop,
    effect: "outage",
    attribute: "protocol",
    then: `requests to port ${port} with ${known(listener.protocol) ?? "the previous protocol"} fail`,
    avoid: "add a separate listener on another port for the new protocol",
    phrase: `on port ${port} for clients that use ${known(listener.protocol) ?? "the previous protocol"}`,
  };
}

function toVerifiedClients({ differing, after }: Change): CauseParts | undefined {
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
    then: "the TLS handshake fails for clients without a certificate",
    avoid: "start with `passthrough`",
    phrase: "for clients without a certificate",
  };
}

function toFixedText({ before, after }: Change, listener: Listener): CauseParts | undefined {
  if (!answersItself(after?.default_action) || answersItself(before?.default_action)) return undefined;
  const port = shownPort(listener);
  return {
    hop,
    effect: "outage",
    attribute: "default_action.fixed_response",
    then:
      `the load balancer returns a fixed response to all requests on port ${port} that no listener rule matches; ` +
      "they reach no target",
    avoid: "",
    phrase: `on port ${port} because the load balancer returns a fixed response`,
  };
}

/** Whether the same load balancer will have a listener on a port. */
function isServed({ later, serving, byAddress }: World, change: Change, port: number | undefined): boolean {
  const listeners = later.balancers.get(serving.balancerOf.get(change.address)?.address ?? "")?.listeners ?? [];
  return listeners.some(
    (it) => known(it.port) === port && (it.address !== change.address || byAddress.get(it.address)?.doing !== "update"),
  );
}
