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
  title: "two listeners use the same port, or two listener rules the same priority",
  certainty: ["apply"],
  why:
    "A load balancer can have one listener for each port, and a listener can have one rule for each priority, so " +
    "the result for a request is unambiguous. The one that is created first is kept, and AWS refuses the other.",
  symptom: "the apply fails: DuplicateListener or PriorityInUse",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html",
  needs: [],
  review: { effect: "fails", headline: "observed", reportedBy: "changes" },
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

/** Each item whose place is taken, with the earlier item that has it. */
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
  // The one with the usual protocol for the port is kept.
  const usual = port === 443 ? "HTTPS" : port === 80 ? "HTTP" : undefined;
  const [stays, goes] = one.protocol === usual && earlier.protocol !== usual ? [one, earlier] : [earlier, one];
  report.finding(
    {
      address: goes.address,
      attribute: "port",
      observed: `${stays.address} also uses port ${port}`,
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
    ? fix(`Change the port of ${goes.address} to ${usual}.`, BY_NO_PROP, [setting(goes.address, "port", usual)])
    : fix(`Remove ${goes.address}, because ${stays.address} uses the port.`, BY_NO_PROP, [{ remove: goes.address }]);
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
      observed: `${earlier.address} also has priority ${known(priority)} on ${listener.address}`,
      required: "a different priority for each listener rule",
      symptom: "the apply fails: PriorityInUse",
      fix: fix(`Set the priority of ${address} to ${free}.`, BY_NO_RULE_PROP, [setting(address, "priority", free)]),
    },
    [balancer],
  );
}
