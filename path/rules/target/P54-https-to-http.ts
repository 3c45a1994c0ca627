import type { TargetGroup, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { answersTls } from "../../analysis/boot-scripts/answers";
import type { Target } from "../../analysis/requests/traced-path";
import { healthReaders, ofHealthChecksOnly } from "../../analysis/targets/health-readers";
import { scriptedTargets } from "../../analysis/targets/scripted-targets";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { PathEnd, Reporter, Rule } from "../rule";

export const P54: Rule = {
  id: "P54",
  hop: "target",
  title: "the target group uses HTTPS but the application serves plain HTTP, or the reverse",
  certainty: ["likely"],
  why:
    "The load balancer connects to targets with the target group's protocol, whatever protocol clients use, and " +
    "the health check has a protocol of its own. If the application expects the other protocol, the TLS handshake " +
    "fails, or a web server returns a 400 to plain HTTP on its TLS port. A health check with the right protocol " +
    "still passes.",
  symptom: "502 Bad Gateway or 400 Bad Request; Target.FailedHealthChecks or Target.ResponseCodeMismatch [400]",
  symptoms: ["400", "502", "unhealthy"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html" +
    "#target-group-routing-configuration",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: { targets: speaksTheGroupsProtocol },
};

function speaksTheGroupsProtocol(path: PathEnd, report: Reporter): void {
  for (const target of scriptedTargets(path)) {
    const { targetGroup, port, healthPort } = target;
    const { protocol, healthCheck } = targetGroup;
    reportProtocol(path.topology, target, { protocol: known(protocol), port: known(port), isCheck: false }, report);
    reportProtocol(
      path.topology,
      target,
      { protocol: known(healthCheck.protocol), port: known(healthPort), isCheck: true },
      report,
    );
  }
}

interface Spoken {
  readonly protocol: string | undefined;
  readonly port: number | undefined;
  /** Whether health checks use it, or requests. */
  readonly isCheck: boolean;
}

function reportProtocol(
  topology: Topology,
  { targetGroup, server, script }: Target & { readonly script: string },
  { protocol, port, isCheck }: Spoken,
  report: Reporter,
): void {
  if (server === undefined || port === undefined || (protocol !== "HTTP" && protocol !== "HTTPS")) return;
  const speaksTls = answersTls(script, port);
  if (speaksTls === undefined || speaksTls === (protocol === "HTTPS")) return;
  const { address } = targetGroup;
  const attribute = isCheck ? "health_check.protocol" : "protocol";
  const better = speaksTls ? "HTTPS" : "HTTP";
  report.finding({
    address,
    attribute,
    observed: `${protocol} to port ${port}; ${server.address} serves ${speaksTls ? "TLS" : "plain HTTP"} on this port`,
    required: `${attribute} ${better}, or an application that serves ${protocol}`,
    symptom: isCheck ? unhealthy(topology, targetGroup, speaksTls) : unanswered(speaksTls),
    fix: fix(`Set ${attribute} to ${better}.`, BY_NO_PROP, [setting(address, attribute, better)]),
  });
}

function unanswered(speaksTls: boolean): string {
  return `${speaksTls ? "400 Bad Request" : "502 Bad Gateway"}; ${reasonOf(speaksTls)}`;
}

function unhealthy(topology: Topology, group: TargetGroup, speaksTls: boolean): string {
  return ofHealthChecksOnly(reasonOf(speaksTls), [healthReaders(topology, group)]).symptom;
}

/** As AWS reports it with a target's health. */
function reasonOf(speaksTls: boolean): string {
  return speaksTls ? "Target.ResponseCodeMismatch [400]" : "Target.FailedHealthChecks";
}
