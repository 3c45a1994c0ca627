import type { Action, Balancer, Listener, ListenerRule, Topology } from "../../topology/model";
import { isUnknown, known, type Unknown } from "../../topology/value";
import { mayBeUnset } from "./arguments";
import { conditionMatches } from "./conditions";
import type { Answer, Cause, IncomingRequest, WeightedGroup } from "./decisions";
import { locationOf } from "./locations";
import { alwaysNotModeled } from "./not-modeled";

/* What a listener does with one request. */

/** AWS returns a 463 for more. */
const MOST_FORWARDED_FOR = 30;

/** What a listener answers, as its load balancer's web ACL, its mutual TLS and its rules decide. */
export function answersOf(
  listener: Listener,
  balancer: Balancer,
  topology: Topology,
): (request: IncomingRequest) => Answer {
  const cause = alwaysNotModeled(listener, balancer, topology);
  if (cause !== undefined) return () => notModeled(cause);
  const groupAddress = (arn: string) => topology.byId.targetGroup(arn)?.address ?? arn;
  return (request) => tooManyAddresses(listener, request) ?? answerOf(listener, request, groupAddress);
}

/** The request for a URL that somebody opens. */
export function requestFor({ hostname, pathname, search }: URL, clientIp: string): IncomingRequest {
  return { method: "GET", host: hostname, path: pathname, query: search.slice(1), headers: [], clientIp };
}

function tooManyAddresses({ address }: Listener, { headers }: IncomingRequest): Answer | undefined {
  const count = headers
    .filter(([name]) => name === "x-forwarded-for")
    .reduce((sum, [, value]) => sum + value.split(",").length, 0);
  if (count <= MOST_FORWARDED_FOR) return undefined;
  const text = `${address}: X-Forwarded-For has ${count} addresses; AWS returns a 463, which is not modeled`;
  return notModeled({ hop: "listener", address, text });
}

/** @param groupAddress the address of the target group with an ARN, for the log */
export function answerOf(
  listener: Listener,
  request: IncomingRequest,
  groupAddress: (arn: string) => string = (arn) => arn,
): Answer {
  for (const rule of listener.rules) {
    const open = meets(rule, request);
    if (open === false) continue;
    const at = { hop: "listener", address: rule.address } as const;
    if (isUnknown(open))
      return notModeled({ ...at, text: `${open.address} may match the request: ${open.attribute} is ${open.why}` });
    if (rule.rewrites !== undefined)
      return notModeled({
        ...at,
        text: `${rule.address} rewrites the request (${rule.rewrites}), which is not modeled`,
      });
    return answerWith(rule.actions, rule.address, { listener, request, groupAddress });
  }
  return answerWith(listener.defaultActions, listener.address, { listener, request, groupAddress });
}

/** Whether a request meets all conditions; one that is not known counts only if no other excludes the request. */
function meets({ conditions, address }: ListenerRule, request: IncomingRequest): boolean | Unknown {
  let open: Unknown | undefined;
  for (const condition of conditions) {
    const result = conditionMatches(condition, request, address);
    if (result === false) return false;
    if (isUnknown(result)) open ??= result;
  }
  return open ?? true;
}

interface Asked {
  readonly listener: Listener;
  readonly request: IncomingRequest;
  readonly groupAddress: (arn: string) => string;
}

/** Actions are carried out in order; the last one responds. */
function answerWith(actions: readonly Action[], address: string, asked: Asked): Answer {
  const [first] = actions;
  const at = (text: string): Cause => ({ hop: "listener", address, text: `${address} ${text}` });
  if (first === undefined) return notModeled(at("has no action"));
  if (first.type === "authenticate") return notModeled(at(`authenticates users (${first.by}), which is not modeled`));
  const action = actions.at(-1) ?? first;
  switch (action.type) {
    case "forward":
      return forwarded(action, at, asked.groupAddress);
    case "redirect":
      return redirected(action, at, asked);
    case "fixed-response":
      return fixed(action, at);
    default:
      return notModeled(at(action.type === "unknown" ? `has an action that is ${action.why}` : "has no response"));
  }
}

type At = (text: string) => Cause;

function notModeled(cause: Cause): Answer {
  return { kind: "not-modeled", cause };
}

function forwarded(
  action: Extract<Action, { type: "forward" }>,
  at: At,
  groupAddress: (arn: string) => string,
): Answer {
  const groups: WeightedGroup[] = [];
  for (const { arn, weight } of action.targetGroups) {
    if (isUnknown(arn)) return notModeled(at(`forwards to a target group that is ${arn.why} (${action.attribute})`));
    if (isUnknown(weight)) return notModeled(at(`forwards with a weight that is ${weight.why}`));
    if (arn !== undefined) groups.push({ address: groupAddress(arn), arn, weight: weight ?? 1 });
  }
  const sticky = known(action.stickinessSec);
  return {
    kind: "forward",
    groups,
    ...(sticky !== undefined && groups.length > 1 && { groupStickinessSec: sticky }),
    cause: at(`forwards to ${groups.map(({ address }) => address).join(" and ")}`),
  };
}

function redirected(action: Extract<Action, { type: "redirect" }>, at: At, { listener, request }: Asked): Answer {
  const location = locationOf(action, listener, request);
  if (isUnknown(location))
    return notModeled(at(`redirects to a place that is ${location.why} (${location.attribute})`));
  const code = known(action.statusCode);
  if (isUnknown(action.statusCode))
    return notModeled(at(`redirects with a status code that is ${action.statusCode.why}`));
  const status = code === "HTTP_302" ? 302 : 301;
  return { kind: "redirect", status, location, cause: at(`redirects to ${location}`) };
}

function fixed(action: Extract<Action, { type: "fixed-response" }>, at: At): Answer {
  const parts = [action.statusCode, action.contentType, action.body];
  const open = parts.find(isUnknown);
  if (open !== undefined) return notModeled(at(`responds with ${open.attribute}, which is ${open.why}`));
  const status = Number(known(action.statusCode) ?? "200");
  return {
    kind: "fixed",
    status,
    contentType: mayBeUnset(action.contentType) ?? "text/plain",
    body: mayBeUnset(action.body) ?? "",
    cause: at(`returns a fixed ${status} response`),
  };
}
