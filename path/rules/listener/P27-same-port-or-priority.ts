import type { Balancer, Listener, ListenerRule, Topology } from "../../../topology/model";
import { type Attr, known } from "../../../topology/value";
import { madeListeners } from "../../analysis/requests/listeners";
import { fix, setting } from "../../fixes/fix";
import { lastPriority } from "../../fixes/listener-repairs";
import { BY_NO_PROP, BY_NO_RULE_PROP } from "../../fixes/shared-wording";
import type { Fix } from "../../report";
import type { FileReporter, Rule } from "../rule";

export const P27: Rule = {
  id: "P27",
  hop: "listener",
  title: "two listeners on one port, or two rules of one priority",
  certainty: ["apply"],
  why:
    "A load balancer has one listener for each port, and a listener has one rule for each priority, so that AWS " +
    "always knows which of them takes a request. The first one that is created keeps the place, and AWS refuses the " +
    "other.",
  symptom: "the apply fails: DuplicateListener or PriorityInUse",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html",
  needs: [],
  review: { effect: "fails", toldBy: "changes" },
  check: { file: hasItsOwnPlace },
};

function hasItsOwnPlace(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers) {
    for (const { one, earlier } of inTakenPlaces(madeListeners(balancer), ({ port }) => port))
      reportListener(balancer, one, earlier, report);
    for (const listener of balancer.listeners)
      for (const { one, earlier } of inTakenPlaces(listener.rules, ({ priority }) => priority))
        reportRule(balancer, listener, one, earlier, report);
  }
}

/** Each one whose place an earlier one has, with that one. */
function* inTakenPlaces<T extends { readonly address: string }>(
  all: readonly T[],
  placeOf: (one: T) => Attr<number>,
): Iterable<{ readonly one: T; readonly earlier: T }> {
  const first = new Map<number, T>();
  for (const one of all) {
    const place = known(placeOf(one));
    if (place === undefined) continue;
    const earlier = first.get(place);
    if (earlier === undefined) first.set(place, one);
    else if (earlier.address !== one.address) yield { one, earlier };
  }
}

function reportListener(balancer: Balancer, one: Listener, earlier: Listener, report: FileReporter): void {
  const port = known(one.port);
  // The one that speaks what the port is for stays.
  const usual = port === 443 ? "HTTPS" : port === 80 ? "HTTP" : undefined;
  const [stays, goes] = one.protocol === usual && earlier.protocol !== usual ? [one, earlier] : [earlier, one];
  report.finding(
    {
      address: goes.address,
      attribute: "port",
      observed: `port ${port} is taken by ${stays.address} too`,
      required: "one listener for each port of a load balancer",
      symptom: "the apply fails: DuplicateListener",
      fix: anotherPort(balancer, goes, stays),
    },
    [balancer],
  );
}

function anotherPort(balancer: Balancer, goes: Listener, stays: Listener): Fix {
  const usual = goes.protocol === "HTTPS" ? 443 : 80;
  return balancer.listeners.every(({ port }) => known(port) !== usual)
    ? fix(`Let ${goes.address} listen on ${usual}.`, BY_NO_PROP, [setting(goes.address, "port", usual)])
    : fix(`Remove ${goes.address}, as ${stays.address} has the port.`, BY_NO_PROP, [{ remove: goes.address }]);
}

function reportRule(
  balancer: Balancer,
  listener: Listener,
  { address, priority }: ListenerRule,
  earlier: ListenerRule,
  report: FileReporter,
): void {
  const free = lastPriority(listener);
  report.finding(
    {
      address,
      attribute: "priority",
      observed: `${earlier.address} has priority ${known(priority)} on ${listener.address} too`,
      required: "a priority of its own for each rule of a listener",
      symptom: "the apply fails: PriorityInUse",
      fix: fix(`Give ${address} the priority ${free}.`, BY_NO_RULE_PROP, [setting(address, "priority", free)]),
    },
    [balancer],
  );
}
