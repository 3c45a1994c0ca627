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
  title: "the target group speaks HTTPS to a plain HTTP application, or the reverse",
  certainty: ["likely"],
  why:
    "A target group's protocol is what the load balancer speaks to the targets, whatever the clients speak, and its " +
    "health check has a protocol of its own. Where the application expects the other one, the TLS handshake fails, " +
    "or a web server answers 400 to plain HTTP on its TLS port. A health check of the right protocol stays well " +
    "meanwhile.",
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
  /** Whether it is the health check that speaks it, or requests. */
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
    observed: `${protocol} to port ${port}, on which ${server.address} speaks ${speaksTls ? "TLS" : "plain HTTP"}`,
    required: `${attribute} ${better}, or an application that speaks ${protocol}`,
    symptom: isCheck ? unhealthy(topology, targetGroup, speaksTls) : unanswered(speaksTls),
    fix: fix(`Speak ${better} to the targets.`, BY_NO_PROP, [setting(address, attribute, better)]),
  });
}

function unanswered(speaksTls: boolean): string {
  return `${speaksTls ? "400 Bad Request" : "502 Bad Gateway"}; ${reasonOf(speaksTls)}`;
}

function unhealthy(topology: Topology, group: TargetGroup, speaksTls: boolean): string {
  return ofHealthChecksOnly(reasonOf(speaksTls), [healthReaders(topology, group)]).symptom;
}

/** As AWS writes it beside a target's health. */
function reasonOf(speaksTls: boolean): string {
  return speaksTls ? "Target.ResponseCodeMismatch [400]" : "Target.FailedHealthChecks";
}
