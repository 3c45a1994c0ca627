import { GRPC_CODES, HTTP_CODES, isHealthPath, isMatcher } from "../../topology/health-check-values";
import type { TargetGroup, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import { groupUsers } from "../analysis/targets/group-users";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import type { FileReporter } from "./rule";
import type { Rules } from "./subjects";

/* Health checks that AWS or terraform refuses. */

export const healthCheckRules: Rules = {
  path: [],
  file: [expectsCodesThatAreAllowed, waitsLessThanItsInterval, isACheckOfItsGroup],
};

/** AWS's default where the file has none, for groups of HTTP and HTTPS. */
const USUAL_TIMEOUT_SEC = 5;

function ofBalancers(topology: Topology): TargetGroup[] {
  return topology.targetGroups.filter(
    (it) =>
      !it.isData &&
      (it.protocol === "HTTP" || it.protocol === "HTTPS") &&
      it.targetType !== "lambda" &&
      it.healthCheck.enabled !== false,
  );
}

/** P56 */
function expectsCodesThatAreAllowed(topology: Topology, report: FileReporter): void {
  for (const group of ofBalancers(topology)) {
    const matcher = known(group.healthCheck.matcher);
    const version = known(group.protocolVersion)?.toUpperCase();
    if (matcher === undefined || version === undefined) continue;
    const [range, usual] = version === "GRPC" ? [GRPC_CODES, "0-99"] : [HTTP_CODES, "200"];
    if (isMatcher(matcher, range)) continue;
    const [least, most] = range;
    report.fault(
      {
        id: "P56",
        hop: "target-group",
        address: group.address,
        attribute: "health_check.matcher",
        observed: `matcher "${matcher.slice(0, 60)}"${version === "GRPC" ? " for gRPC" : ""}`,
        required: `codes from ${least} to ${most}, such as "${usual}"`,
        symptom: "the apply fails: ValidationError, health check matcher",
        fix: fix(`Expect ${usual}.`, version === "GRPC" ? BY_NO_PROP : `healthCheck: { matcher: "${usual}" }`, [
          setting(group.address, "health_check.matcher", usual),
        ]),
      },
      groupUsers(topology).balancersOf(group),
    );
  }
}

/** P57 */
function waitsLessThanItsInterval(topology: Topology, report: FileReporter): void {
  for (const group of ofBalancers(topology)) {
    const interval = known(group.healthCheck.interval);
    const isUsual = group.healthCheck.timeout === undefined;
    const timeout = isUsual ? USUAL_TIMEOUT_SEC : known(group.healthCheck.timeout);
    if (interval === undefined || timeout === undefined || timeout < interval) continue;
    const better = Math.max(2, Math.min(USUAL_TIMEOUT_SEC, interval - 1));
    report.fault(
      {
        id: "P57",
        hop: "target-group",
        address: group.address,
        attribute: "health_check.timeout",
        observed: `a timeout of ${timeout} s${isUsual ? ", AWS's default," : ""} at an interval of ${interval} s`,
        required: "a timeout that is shorter than the interval",
        symptom: "the apply fails: ValidationError, the health check interval must be greater than the timeout",
        fix: fix(`Wait ${better} s.`, `healthCheck: { timeoutSec: ${better} }`, [
          setting(group.address, "health_check.timeout", better),
        ]),
      },
      groupUsers(topology).balancersOf(group),
    );
  }
}

/** P58 of the check */
function isACheckOfItsGroup(topology: Topology, report: FileReporter): void {
  for (const group of ofBalancers(topology)) {
    const { protocol, path } = group.healthCheck;
    const [checked, asked] = [known(protocol)?.toUpperCase(), known(path)];
    const on = groupUsers(topology).balancersOf(group);
    if (checked !== undefined && checked !== "HTTP" && checked !== "HTTPS") {
      report.fault(
        {
          id: "P58",
          hop: "target-group",
          address: group.address,
          attribute: "health_check.protocol",
          observed: `a health check by ${checked} in a group of protocol ${known(group.protocol)}`,
          required: "a health check by HTTP or HTTPS",
          symptom: "terraform plan fails: health_check.protocol",
          fix: fix(`Check by ${known(group.protocol)}.`, BY_NO_PROP, [
            setting(group.address, "health_check.protocol", known(group.protocol)),
          ]),
        },
        on,
      );
    }
    if (asked !== undefined && !/^[/$]/.test(asked)) {
      report.fault(
        {
          id: "P58",
          hop: "target-group",
          address: group.address,
          attribute: "health_check.path",
          observed: `the path "${asked.slice(0, 60)}"`,
          required: "a path that begins with /",
          symptom: "terraform plan fails: health_check.path",
          fix: fix(
            `Ask for /${asked}.`,
            isHealthPath(`/${asked}`) ? `healthCheck: { path: ${JSON.stringify(`/${asked}`)} }` : BY_NO_PROP,
            [setting(group.address, "health_check.path", `/${asked}`)],
          ),
        },
        on,
      );
    }
  }
}
