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
  title: "the health check's path does not answer as expected",
  certainty: ["likely"],
  why:
    "A target is healthy while it answers the health check's path with one of the codes that the target group " +
    "expects, by default 200 only. A redirect, a login page's 401 or a 404 counts as a failure, as the load " +
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
      observed: `${server.address} seems to answer ${checked} with ${code}, and the check expects ${matcher}`,
      required: "a path that answers with an expected code",
      symptom: ofHealthChecksOnly(`Target.ResponseCodeMismatch [${code}]`, [healthReaders(path.topology, targetGroup)])
        .symptom,
      fix: otherCheck(targetGroup, checked, `${matcher},${code}`, pathThatAnswers(script), code),
    });
  }
}

/** A path that answers, or else a matcher that takes the answer. */
function otherCheck(
  { address }: TargetGroup,
  checked: string,
  wider: string,
  better: string | undefined,
  code: number,
): Fix {
  if (better !== undefined && better !== checked)
    return fix(`Ask for ${better}.`, `healthCheck: { path: ${JSON.stringify(better)} }`, [
      setting(address, "health_check.path", better),
    ]);
  return isMatcher(wider)
    ? fix(`Expect ${code} as well.`, `healthCheck: { matcher: "${wider}" }`, [
        setting(address, "health_check.matcher", wider),
      ])
    : fix(
        `Let the application answer ${checked} with an expected code.`,
        "server.setup, server.userData or the application behind server.proxyPort",
        [],
      );
}
