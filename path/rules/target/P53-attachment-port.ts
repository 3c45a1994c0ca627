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
  title: "an attachment's port is one that the targets do not serve",
  certainty: ["certain", "likely"],
  why:
    "A port that a registration names overrides the target group's for that target, for requests and, unless the " +
    "health check has a port of its own, for health checks. Where the application does not listen on it, or the " +
    "instance's security groups do not open it, the target never becomes healthy.",
  symptom: "502 Bad Gateway or 504; Target.FailedHealthChecks or Target.Timeout",
  symptoms: ["502", "504", "unhealthy", "sometimes"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: { targets: servesTheAttachmentsPort },
};

/**
 * By the script, or where that is not known, by what the groups open; that a port is not open at all is a finding of
 * its own too.
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
          does: `opens ${usual}, its target group's port, and not this one`,
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
  /** What the machine does instead. */
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
  report.finding({
    severity: isCertain ? "error" : "warning",
    address: registration.address,
    attribute: "port",
    observed: `port ${port}, where ${server?.address} ${does}`,
    required: `no port, so that the group's ${usual ?? "own"} counts, or a port that the application serves`,
    symptom: P53.symptom,
    ...shareOf(1, count, "targets"),
    fix: fix(`Leave the port of ${registration.address} away.`, "appPort; remove the override", [
      setting(registration.address, "port", served.includes(usual ?? -1) ? undefined : served[0]),
    ]),
  });
}

/** Whether the machine's groups let in the one port and certainly not the other. */
function opensOnly({ topology }: PathEnd, server: Server, open: number, closed: number): boolean {
  const { securityGroupIds, settingsAddress: address } = server;
  const set = ruleSet(topology, securityGroupIds, "ingress", { address, attribute: "vpc_security_group_ids" });
  return (
    set.open === undefined &&
    set.rules.some((rule) => opensPort(rule, open) === true) &&
    set.rules.every((rule) => opensPort(rule, closed) === false)
  );
}
