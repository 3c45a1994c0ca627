import type { Server } from "../../../topology/model";
import { known } from "../../../topology/value";
import { portsOf } from "../../analysis/boot-scripts/served-ports";
import { opensPort, ruleSet } from "../../analysis/network/security-rules";
import type { Target } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { shareOf } from "../../fixes/shared-wording";
import type { PathEnd, Reporter, Rule } from "../rule";

export const P53: Rule = {
  id: "P53",
  hop: "target",
  title: "a target group attachment has a port that the target does not serve",
  certainty: ["certain", "likely"],
  severity: {
    usual: "error",
    otherIf: "the boot script contains the port's number, or does not serve the target group's port",
  },
  why:
    "A port on a registration overrides the target group's port for that target: for requests and, unless the " +
    "health check has a port of its own, for health checks. If the application does not listen on it, or the " +
    "instance's security groups do not allow it, the target never becomes healthy.",
  symptom: "502 Bad Gateway or 504; Target.FailedHealthChecks or Target.Timeout",
  symptoms: ["502", "504", "unhealthy", "sometimes"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: { targets: servesTheAttachmentsPort },
};

/**
 * By the script or, if that is not known, by the security groups; a port that is not open at all is also a finding of
 * its own.
 */
function servesTheAttachmentsPort(path: PathEnd, report: Reporter): void {
  for (const target of path.targets) {
    const [port, usual] = [known(target.registration.port), known(target.targetGroup.port)];
    if (target.server === undefined || port === undefined || port === usual) continue;
    const script = known(target.server.userData);
    const served = script === undefined ? [] : portsOf(script);
    if (served.length > 0 && !served.includes(port)) {
      const isCertain =
        usual !== undefined && served.includes(usual) && !new RegExp(`\\b${port}\\b`).test(script ?? "");
      reportPort(target, { port, usual, does: `serves ${served.join(", ")}`, served, isCertain }, report);
    } else if (served.length === 0 && usual !== undefined && opensOnly(path, target.server, usual, port))
      reportPort(
        target,
        {
          port,
          usual,
          does: `allows inbound traffic on ${usual}, its target group's port, but not on ${port}`,
          served: [usual],
          isCertain: true,
        },
        report,
      );
  }
}

interface WrongPort {
  readonly port: number;
  /** The target group's. */
  readonly usual: number | undefined;
  /** What the server does instead. */
  readonly does: string;
  readonly served: readonly number[];
  readonly isCertain: boolean;
}

function reportPort(
  { targetGroup, registration, server }: Target,
  { port, usual, does, served, isCertain }: WrongPort,
  report: Reporter,
): void {
  const count = targetGroup.registrations.length;
  const better = served.includes(usual ?? -1) ? undefined : served[0];
  const { address } = registration;
  const text = better === undefined ? `Remove the port of ${address}.` : `Set the port of ${address} to ${better}.`;
  report.finding({
    severity: isCertain ? "error" : "warning",
    address: registration.address,
    attribute: "port",
    observed: `port ${port}; ${server?.address} ${does}`,
    required: `no port, to use the target group's ${usual ?? "own"}, or a port that the application serves`,
    symptom: P53.symptom,
    ...shareOf(1, count, "targets"),
    fix: fix(text, "`appPort` sets the port; remove the override", [setting(registration.address, "port", better)]),
  });
}

/** Whether the server's security groups allow the one port and certainly not the other. */
function opensOnly({ topology }: PathEnd, server: Server, open: number, closed: number): boolean {
  const { securityGroupIds, settingsAddress: address } = server;
  const set = ruleSet(topology, securityGroupIds, "ingress", { address, attribute: "vpc_security_group_ids" });
  return (
    set.open === undefined &&
    set.rules.some((rule) => opensPort(rule, open) === true) &&
    set.rules.every((rule) => opensPort(rule, closed) === false)
  );
}
