import type { Listener } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Expectation } from "../expectation";
import type { Site } from "../site";
import {
  actionOf,
  type CheckResult,
  forwardsTo,
  listenerOn,
  redirectOf,
  redirectsToHttps,
  unless,
} from "./check-result";

export function balancerIsPublic({ balancer }: Site): CheckResult {
  const { Type, Scheme, State, LoadBalancerName } = balancer ?? {};
  return {
    faults:
      balancer === undefined
        ? ["no load balancer"]
        : [
            ...unless(Type === "application", `its type is ${Type}`),
            ...unless(Scheme === "internet-facing", `it is ${Scheme}`),
            ...unless(State?.Code === "active", `it is ${State?.Code}`),
          ],
    observed: `${LoadBalancerName}: ${Type}, ${Scheme}, ${State?.Code}`,
  };
}

export function listenersExist({ listeners, targetGroup }: Site): CheckResult {
  const http = listenerOn(listeners, 80, "HTTP");
  const https = listenerOn(listeners, 443, "HTTPS");
  return {
    faults: [
      ...unless(http !== undefined, "none on HTTP:80"),
      ...unless(https !== undefined, "none on HTTPS:443"),
      ...unless(
        https === undefined || forwardsTo(https, targetGroup?.TargetGroupArn),
        "HTTPS:443 does not forward to the target group",
      ),
    ],
    observed: `HTTP:80 (${actionOf(http)}), HTTPS:443 (${actionOf(https)})`,
  };
}

/** The local AWS carries no requests, so this follows what is set: name, listener, target group, healthy target. */
export function balancerLeadsToTargets({ balancer, listeners, targetGroup, targets }: Site): CheckResult {
  const isHealthy = targets.some(({ TargetHealth }) => TargetHealth?.State === "healthy");
  const arn = targetGroup?.TargetGroupArn;
  const leads = (listener: Listener | undefined) => forwardsTo(listener, arn) || redirectOf(listener) !== undefined;
  return {
    faults: [
      ...unless(balancer?.DNSName !== undefined, "the load balancer has no name"),
      ...unless(isHealthy, "no target is healthy"),
      ...unless(leads(listenerOn(listeners, 80, "HTTP")), "HTTP:80 leads nowhere"),
      ...unless(forwardsTo(listenerOn(listeners, 443, "HTTPS"), arn), "HTTPS:443 leads nowhere"),
    ],
    observed: `${balancer?.DNSName} leads to healthy targets (followed, no request sent)`,
  };
}

export function httpDoesAsDeclared({ listeners, targetGroup }: Site, { http }: Expectation): CheckResult {
  const listener = listenerOn(listeners, 80, "HTTP");
  const isAsDeclared =
    http === "redirect" ? redirectsToHttps(listener) : forwardsTo(listener, targetGroup?.TargetGroupArn);
  return {
    faults: unless(
      isAsDeclared,
      `HTTP:80 does not ${http === "redirect" ? "redirect to HTTPS:443" : "forward"}, but ${actionOf(listener)}`,
    ),
    observed: http === "redirect" ? "HTTP:80 answers 301 to HTTPS:443" : "HTTP:80 serves the site too, as chosen",
  };
}
