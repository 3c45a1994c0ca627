import type { Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { checkedGroups } from "../../analysis/targets/checked-groups";
import { fix, setting } from "../../fixes/fix";
import type { FileReporter, Rule } from "../rule";

export const P57: Rule = {
  id: "P57",
  hop: "target-group",
  title: "the health check timeout is not shorter than the interval",
  certainty: ["apply"],
  why:
    "A health check that is not answered within its timeout fails. The next check begins one interval after the " +
    "previous one began, so AWS requires an interval longer than the timeout, which is 5 seconds by default, and " +
    "refuses the target group otherwise.",
  symptom: "the apply fails: ValidationError, the health check interval must be greater than the timeout",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
  needs: [],
  review: { effect: "fails" },
  check: { file: waitsLessThanItsInterval },
};

/** AWS's default for HTTP and HTTPS target groups if the file has none. */
const USUAL_TIMEOUT_SEC = 5;

function waitsLessThanItsInterval(topology: Topology, report: FileReporter): void {
  for (const group of checkedGroups(topology)) {
    const interval = known(group.healthCheck.interval);
    const isUsual = group.healthCheck.timeout === undefined;
    const timeout = isUsual ? USUAL_TIMEOUT_SEC : known(group.healthCheck.timeout);
    if (interval === undefined || timeout === undefined || timeout < interval) continue;
    const better = Math.max(2, Math.min(USUAL_TIMEOUT_SEC, interval - 1));
    report.finding(
      {
        address: group.address,
        attribute: "health_check.timeout",
        observed: `a timeout of ${timeout} s${isUsual ? " (AWS's default)" : ""} and an interval of ${interval} s`,
        required: "a timeout shorter than the interval",
        symptom: P57.symptom,
        fix: fix(`Set the timeout to ${better} s.`, `\`healthCheck: { timeoutSec: ${better} }\``, [
          setting(group.address, "health_check.timeout", better),
        ]),
      },
      analyse(topology).groupUsers.balancersOf(group),
    );
  }
}
