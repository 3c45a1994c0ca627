import { GRPC_CODES, HTTP_CODES, isMatcher } from "../../../topology/health-check-values";
import type { Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { checkedGroups } from "../../analysis/targets/checked-groups";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FileReporter, Rule } from "../rule";

export const P56: Rule = {
  id: "P56",
  hop: "target-group",
  title: "the health check matcher contains codes that AWS does not allow",
  certainty: ["apply"],
  why:
    "The matcher of a target group lists the codes that count as healthy, as single codes or ranges. For an " +
    "Application Load Balancer these are HTTP codes from 200 to 499 or, if the target group uses gRPC, gRPC codes " +
    "from 0 to 99. AWS refuses others.",
  symptom: "the apply fails: ValidationError, health check matcher",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html",
  needs: [],
  review: { effect: "fails" },
  check: { file: expectsCodesThatAreAllowed },
};

function expectsCodesThatAreAllowed(topology: Topology, report: FileReporter): void {
  for (const group of checkedGroups(topology)) {
    const matcher = known(group.healthCheck.matcher);
    const version = known(group.protocolVersion)?.toUpperCase();
    if (matcher === undefined || version === undefined) continue;
    const [range, usual] = version === "GRPC" ? [GRPC_CODES, "0-99"] : [HTTP_CODES, "200"];
    if (isMatcher(matcher, range)) continue;
    const [least, most] = range;
    report.finding(
      {
        address: group.address,
        attribute: "health_check.matcher",
        observed: `matcher "${matcher.slice(0, 60)}"${version === "GRPC" ? " for gRPC" : ""}`,
        required: `codes from ${least} to ${most}, such as "${usual}"`,
        symptom: P56.symptom,
        fix: fix(
          `Set the matcher to ${usual}.`,
          version === "GRPC" ? BY_NO_PROP : `\`healthCheck: { matcher: "${usual}" }\``,
          [setting(group.address, "health_check.matcher", usual)],
        ),
      },
      analyse(topology).groupUsers.balancersOf(group),
    );
  }
}
