import { analysePath } from "../../analysis/path-analysis";
import { areForHealthOnly } from "../../analysis/targets/target-ports";
import { shutToBalancer } from "../../fixes/target-ports";
import type { PathCheck, Rule } from "../rule";

const checkHealthPorts: PathCheck = (path, report) => {
  const passages = analysePath(path).targetPassages;
  for (const { openHealth } of passages.kinds) if (openHealth !== undefined) report.open("target", openHealth);
  for (const shut of passages.in.filter(({ ports }) => areForHealthOnly(ports)))
    report.finding(shutToBalancer(shut, passages, path.topology, "`healthCheck: { port }`"));
};

export const P34: Rule = {
  id: "P34",
  hop: "target",
  title: "the targets' security group does not allow the health check port",
  certainty: ["certain", "likely"],
  meaning: "requests are still answered",
  severity: {
    usual: "warning",
    otherIf: "an Auto Scaling group, a container service or Route 53 acts on the targets' health",
  },
  why:
    "Health checks can use a different port than requests, and the targets' security groups must allow that port " +
    "as well. If they do not, every check times out and every target becomes unhealthy. The load balancer then " +
    "sends requests to all targets, so they are answered, but anything that relies on target health, such as an " +
    "Auto Scaling group or a DNS failover, acts on it.",
  symptom: "Target.Timeout in the target's health, although the application works",
  symptoms: ["unhealthy"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
  needs: ["whole configuration"],
  review: { effect: "outage", blames: "security groups", direction: "ingress" },
  check: { path: checkHealthPorts },
};
