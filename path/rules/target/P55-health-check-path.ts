import { codesOf, expects, isMatcher } from "../../../topology/health-check-values";
import type { TargetGroup } from "../../../topology/model";
import { known } from "../../../topology/value";
import { codeOf, pathThatAnswers } from "../../analysis/targets/application-answers";
import { healthReaders, ofHealthChecksOnly } from "../../analysis/targets/health-readers";
import { scriptedTargets } from "../../analysis/targets/scripted-targets";
import { fix, setting } from "../../fixes/fix";
import type { Fix } from "../../report";
import type { PathEnd, Reporter, Rule } from "../rule";

export const P55: Rule = {
  id: "P55",
  hop: "target",
  title: "the health check path does not return an expected code",
  certainty: ["likely"],
  why:
    "A target is healthy while it answers the health check path with one of the codes that the target group " +
    "expects, by default only 200. A redirect, a 401 from a login page or a 404 counts as a failure, because the " +
    "load balancer does not follow redirects and does not log in.",
  symptom: "Target.ResponseCodeMismatch in the target's health",
  symptoms: ["unhealthy"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html" +
    "#target-health-states",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: { targets: answersTheHealthCheck },
};

function answersTheHealthCheck(path: PathEnd, report: Reporter): void {
  for (const { targetGroup, server, healthPort, script } of scriptedTargets(path)) {
    const { path: asked, matcher: expected, enabled } = targetGroup.healthCheck;
    const [checked, matcher] = [known(asked), known(expected)];
    if (server === undefined || enabled === false || targetGroup.protocolVersion === "GRPC") continue;
    if (checked === undefined || matcher === undefined || codesOf(matcher) === undefined) continue;
    const code = codeOf(script, checked, known(healthPort));
    if (code === undefined || expects(matcher, code)) continue;
    report.finding({
      address: targetGroup.address,
      attribute: "health_check.path",
      observed: `${server.address} appears to answer ${checked} with ${code}; the health check expects ${matcher}`,
      required: "a path that returns an expected code",
      symptom: ofHealthChecksOnly(`Target.ResponseCodeMismatch [${code}]`, [healthReaders(path.topology, targetGroup)])
        .symptom,
      fix: otherCheck(targetGroup, checked, `${matcher},${code}`, pathThatAnswers(script), code),
    });
  }
}

/** A path that succeeds, or else a matcher that accepts the code. */
function otherCheck(
  { address }: TargetGroup,
  checked: string,
  wider: string,
  better: string | undefined,
  code: number,
): Fix {
  if (better !== undefined && better !== checked)
    return fix(`Set the health check path to ${better}.`, `\`healthCheck: { path: ${JSON.stringify(better)} }\``, [
      setting(address, "health_check.path", better),
    ]);
  return isMatcher(wider)
    ? fix(`Add ${code} to the matcher.`, `\`healthCheck: { matcher: "${wider}" }\``, [
        setting(address, "health_check.matcher", wider),
      ])
    : fix(
        `Make the application answer ${checked} with an expected code.`,
        "`server.setup`, `server.userData` or the application behind `server.proxyPort`",
        [],
      );
}
