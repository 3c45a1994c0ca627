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
    problems:
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
    problems: [
      ...unless(http !== undefined, "no listener on HTTP:80"),
      ...unless(https !== undefined, "no listener on HTTPS:443"),
      ...unless(
        https === undefined || forwardsTo(https, targetGroup?.TargetGroupArn),
        "HTTPS:443 does not forward to the target group",
      ),
    ],
    observed: `HTTP:80 (${actionOf(http)}), HTTPS:443 (${actionOf(https)})`,
  };
}

/** The local AWS serves no requests, so this checks the configuration; checks by traffic are in traffic-check.ts. */
export function balancerLeadsToTargets({ balancer, listeners, targetGroup, targets }: Site): CheckResult {
  const isHealthy = targets.some(({ TargetHealth }) => TargetHealth?.State === "healthy");
  const arn = targetGroup?.TargetGroupArn;
  const leads = (listener: Listener | undefined) => forwardsTo(listener, arn) || redirectOf(listener) !== undefined;
  return {
    problems: [
      ...unless(balancer?.DNSName !== undefined, "the load balancer has no DNS name"),
      ...unless(isHealthy, "no target is healthy"),
      ...unless(
        leads(listenerOn(listeners, 80, "HTTP")),
        "HTTP:80 neither forwards to the target group nor redirects to HTTPS:443",
      ),
      ...unless(forwardsTo(listenerOn(listeners, 443, "HTTPS"), arn), "HTTPS:443 does not forward to the target group"),
    ],
    observed: `${balancer?.DNSName} forwards to healthy targets`,
  };
}

export function httpDoesAsDeclared({ listeners, targetGroup }: Site, { http }: Expectation): CheckResult {
  const listener = listenerOn(listeners, 80, "HTTP");
  const isAsDeclared =
    http === "redirect" ? redirectsToHttps(listener) : forwardsTo(listener, targetGroup?.TargetGroupArn);
  return {
    problems: unless(
      isAsDeclared,
      `HTTP:80 must ${http === "redirect" ? "return 301 to HTTPS:443" : "forward to the target group"} ` +
        `(got ${actionOf(listener)})`,
    ),
    observed:
      http === "redirect" ? "HTTP:80 returns 301 to HTTPS:443" : "HTTP:80 forwards to the target group, as declared",
  };
}
