import type { Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { checkedGroups } from "../../analysis/targets/checked-groups";
import { fix, setting } from "../../fixes/fix";
import type { FileReporter, Rule } from "../rule";

export const P57: Rule = {
  id: "P57",
  hop: "target-group",
  title: "the health check's timeout is not shorter than its interval",
  certainty: ["apply"],
  why:
    "A health check that has not been answered within its timeout has failed. The next one begins an interval after " +
    "the last one began, so AWS wants the interval to be longer than the timeout, whose default is 5 seconds, and " +
    "refuses the target group otherwise.",
  symptom: "the apply fails: ValidationError, the health check interval must be greater than the timeout",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
  needs: [],
  review: { effect: "fails" },
  check: { file: waitsLessThanItsInterval },
};

/** AWS's default where the file has none, for groups of HTTP and HTTPS. */
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
        observed: `a timeout of ${timeout} s${isUsual ? ", AWS's default," : ""} at an interval of ${interval} s`,
        required: "a timeout that is shorter than the interval",
        symptom: P57.symptom,
        fix: fix(`Wait ${better} s.`, `healthCheck: { timeoutSec: ${better} }`, [
          setting(group.address, "health_check.timeout", better),
        ]),
      },
      analyse(topology).groupUsers.balancersOf(group),
    );
  }
}
