import type { TargetGroup } from "../../../topology/model";
import { known } from "../../../topology/value";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import type { FindingDetails, Reporter, Rule } from "../rule";

export const P60: Rule = {
  id: "P60",
  hop: "target-group",
  title: "the deregistration delay does not match the duration of requests",
  certainty: ["likely"],
  why:
    "A target that is deregistered receives no new requests, and has the deregistration delay to finish the " +
    "requests in progress; longer ones are cut off. The idle timeout limits how long a request may be idle, so a " +
    "shorter delay ends such requests early, and a much longer one only delays each deployment.",
  symptom: "502 for requests in progress when a target is deregistered, or targets that stay in draining for long",
  symptoms: ["502", "later"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html" +
    "#deregistration-delay",
  needs: [],
  review: { effect: "outage" },
  check: { path: lastsAsLongAsRequests },
};

/** AWS's defaults, and its limit. */
const USUAL_IDLE_SEC = 60;
const USUAL_DELAY_SEC = 300;
const MAX_DELAY_SEC = 3_600;

function lastsAsLongAsRequests({ targetGroups, balancer }: TracedPath, report: Reporter): void {
  const idle = known(balancer?.idleTimeout) ?? USUAL_IDLE_SEC;
  for (const group of targetGroups) {
    const delay = group.deregistrationDelay === undefined ? USUAL_DELAY_SEC : known(group.deregistrationDelay);
    if (delay === undefined || group.isData || group.targetType === "lambda") continue;
    const longest = Math.min(idle, MAX_DELAY_SEC);
    // A raised idle timeout means that requests take that long.
    const isShort = delay === 0 || (idle > USUAL_IDLE_SEC && delay < longest);
    if (isShort) report.finding(tooShort(group, delay, idle, longest));
    else if (delay > USUAL_DELAY_SEC && delay > longest)
      report.finding(tooLong(group, delay, idle, Math.max(longest, USUAL_IDLE_SEC)));
  }
}

function tooShort(group: TargetGroup, delay: number, idle: number, better: number): FindingDetails {
  return {
    ...otherDelay(group, delay, idle, better),
    required: `as long as requests take, such as ${better} s`,
    symptom: "502 for requests in progress when a target is deregistered",
  };
}

function tooLong(group: TargetGroup, delay: number, idle: number, better: number): FindingDetails {
  return {
    ...otherDelay(group, delay, idle, better),
    required: `not much longer than requests take, such as ${better} s`,
    symptom: `each replaced target stays in "draining" for ${delay} s`,
  };
}

function otherDelay({ address }: TargetGroup, delay: number, idle: number, better: number) {
  return {
    address,
    attribute: "deregistration_delay",
    observed: `${delay} s; a request may be idle for up to ${idle} s`,
    fix: fix(
      `Set the delay to ${better} s.`,
      `\`deregistrationDelaySec: ${better}\`, or omit it to use \`idleTimeoutSec\``,
      [setting(address, "deregistration_delay", String(better))],
    ),
  };
}
