import type { Balancer, Listener, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import type { Redirect } from "../analysis/requests/redirects";
import type { Edit, Fix } from "../report";
import { fix, setting } from "./fix";
import { forward, likelyGroup, pathOf } from "./listener-repairs";
import { BY_NO_PROP } from "./shared-wording";

/* Building blocks for fixes of redirects. */

/** A redirect of a load balancer, with its listener and its resource. */
interface RedirectAt {
  readonly balancer: Balancer;
  readonly listener: Listener;
  /** The address of the listener or of a listener rule. */
  readonly address: string;
  readonly redirect: Redirect;
}

/** The redirect with another listener's port and protocol. */
export function redirectTo({ address, redirect }: RedirectAt, { port, protocol }: Listener): Edit {
  const kept = { host: known(redirect.host), path: known(redirect.path), query: known(redirect.query) };
  const changed = Object.entries(kept).filter(
    ([name, value]) => value !== undefined && value !== `#{${name}}` && value !== "/#{path}",
  );
  return setting(address, pathOf(redirect.attribute), {
    port: String(known(port)),
    protocol: known(protocol),
    status_code: known(redirect.statusCode) ?? "HTTP_301",
    ...Object.fromEntries(changed),
  });
}

/** The fix for a loop: an HTTP listener redirects to HTTPS if there is an HTTPS listener; any other forwards. */
export function wayOut(topology: Topology, at: RedirectAt): Fix {
  const { balancer, listener, address } = at;
  const https = balancer.listeners.find(
    (it) => it !== listener && it.protocol === "HTTPS" && known(it.port) !== undefined,
  );
  if (listener.protocol === "HTTP" && https !== undefined)
    return fix(`Redirect to ${https.address}.`, BY_NO_PROP, [redirectTo(at, https)]);
  const group = likelyGroup(topology, balancer);
  const edits: Edit[] =
    group === undefined
      ? []
      : [setting(address, address === listener.address ? "default_action" : "action", forward(group))];
  return fix(`Change ${address} to forward to ${group?.address ?? "a target group"}.`, BY_NO_PROP, edits);
}
