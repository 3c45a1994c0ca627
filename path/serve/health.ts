import type { TargetGroup } from "../../topology/model";
import { known } from "../../topology/value";
import { mayBeUnset, numberOr, protocolIn } from "./arguments";

/*
 * Health checks of a target group and the state that their results lead to:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */

export interface HealthSettings {
  readonly enabled: boolean;
  readonly path: string;
  readonly protocol: "HTTP" | "HTTPS";
  /** Whether a status code means that the target is healthy. */
  readonly accepts: (status: number) => boolean;
  readonly matcher: string;
  readonly intervalSec: number;
  readonly timeoutSec: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

const DEFAULTS = { intervalSec: 30, timeoutSec: 5, healthyThreshold: 5, unhealthyThreshold: 2 };

export function healthSettingsOf({ healthCheck: it }: TargetGroup): HealthSettings {
  const matcher = mayBeUnset(it.matcher) ?? "200";
  return {
    enabled: known(it.enabled) !== false,
    path: mayBeUnset(it.path) ?? "/",
    protocol: protocolIn(it.protocol),
    accepts: acceptsOf(matcher),
    matcher,
    intervalSec: numberOr(it.interval, DEFAULTS.intervalSec),
    timeoutSec: numberOr(it.timeout, DEFAULTS.timeoutSec),
    healthyThreshold: numberOr(it.healthyThreshold, DEFAULTS.healthyThreshold),
    unhealthyThreshold: numberOr(it.unhealthyThreshold, DEFAULTS.unhealthyThreshold),
  };
}

/** A matcher such as `200`, `200,302` or `200-299`. */
function acceptsOf(matcher: string): HealthSettings["accepts"] {
  const ranges = matcher.split(",").map((part) => {
    const [first = "", last = first] = part.trim().split("-");
    return { first: Number(first), last: Number(last) };
  });
  return (status) => ranges.some(({ first, last }) => first <= status && status <= last);
}

/** The result of one health check. */
export type CheckResult =
  | { readonly kind: "response"; readonly status: number }
  /** The connection was refused, or closed before a response. */
  | { readonly kind: "refused" }
  | { readonly kind: "timeout" };

export type HealthState = "initial" | "healthy" | "unhealthy" | "unused" | "draining" | "unavailable";

/** The health of one target. */
export class TargetHealth {
  state: HealthState;
  /** AWS's reason code; absent for a healthy target. */
  code?: string;
  private passed = 0;
  private failed = 0;

  constructor(private readonly settings: HealthSettings) {
    this.state = settings.enabled ? "initial" : "unavailable";
    this.code = settings.enabled ? "Elb.InitialHealthChecking" : "Target.HealthCheckDisabled";
  }

  /** Marks a target that never receives requests, such as one in a zone that is not enabled. */
  leaveUnused(code: string): void {
    this.state = "unused";
    this.code = code;
  }

  record(result: CheckResult): void {
    if (this.state === "unused" || this.state === "unavailable") return;
    if (result.kind === "response" && this.settings.accepts(result.status)) this.pass();
    else this.fail(result);
  }

  /** The first check that a new target passes is enough; later, several in a row are. */
  private pass(): void {
    this.failed = 0;
    this.passed++;
    if (this.state !== "initial" && this.state !== "healthy" && this.passed < this.settings.healthyThreshold) return;
    this.state = "healthy";
    this.code = undefined;
  }

  private fail(result: CheckResult): void {
    this.passed = 0;
    this.failed++;
    if (this.state !== "unhealthy" && this.failed < this.settings.unhealthyThreshold) return;
    this.state = "unhealthy";
    this.code =
      result.kind === "timeout"
        ? "Target.Timeout"
        : result.kind === "refused"
          ? "Target.FailedHealthChecks"
          : "Target.ResponseCodeMismatch";
  }
}
