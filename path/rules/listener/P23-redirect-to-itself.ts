import type { Listener, ListenerRule, Topology } from "../../../topology/model";
import { changesNothing, type Redirect } from "../../analysis/requests/redirects";
import { shownListener } from "../../analysis/requests/shown";
import { wayOut } from "../../fixes/redirect-repairs";
import type { FileReporter, Rule } from "../rule";

export const P23: Rule = {
  id: "P23",
  hop: "listener",
  title: "a redirect points to itself",
  certainty: ["apply"],
  why:
    "A redirect keeps each part of the request's URL that it does not set. If protocol, host, port and path are all " +
    "kept, the client would request the same URL again indefinitely, so AWS refuses to create such an action.",
  symptom: "the apply fails: InvalidLoadBalancerAction, the redirect creates a loop",
  symptoms: ["apply", "loop"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions",
  needs: [],
  review: { effect: "fails", hits: "every request of its step" },
  check: { file: changesSomething },
};

function changesSomething(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers) {
    for (const listener of balancer.listeners) {
      for (const { address, action, rule } of redirectsOf(listener)) {
        if (!changesNothing(listener, action, rule)) continue;
        report.finding(
          {
            address,
            attribute: action.attribute,
            observed: `${shownListener(listener)} redirects to its own protocol, host, port and path`,
            required: "a redirect that changes the protocol, the host, the port or the path",
            symptom: P23.symptom,
            fix: wayOut(topology, { balancer, listener, address, redirect: action }),
          },
          [balancer],
        );
      }
    }
  }
}

function redirectsOf(listener: Listener): { address: string; action: Redirect; rule?: ListenerRule }[] {
  const all = [
    { address: listener.address, actions: listener.defaultActions },
    ...listener.rules.map((rule) => ({ address: rule.address, actions: rule.actions, rule })),
  ];
  return all.flatMap(({ actions, ...of }) =>
    actions.flatMap((action) => (action.type === "redirect" ? [{ ...of, action }] : [])),
  );
}
