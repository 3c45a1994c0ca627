import { analysePath } from "../../analysis/path-analysis";
import { areForHealthOnly } from "../../analysis/targets/target-ports";
import { shutToBalancer } from "../../fixes/target-ports";
import type { PathCheck, Rule } from "../rule";

const checkRequestPorts: PathCheck = (path, report) => {
  const passages = analysePath(path).targetPassages;
  for (const { openIn, stranger } of passages.kinds) {
    for (const it of openIn) report.open("target", it);
    if (stranger !== undefined)
      report.assume({
        hop: "target",
        address: stranger.address,
        text: `the host at ${stranger.ip} allows inbound traffic from the load balancer`,
      });
  }
  for (const shut of passages.in.filter(({ ports }) => !areForHealthOnly(ports)))
    report.finding(shutToBalancer(shut, passages, path.topology, "`appPort`"));
};

export const P33: Rule = {
  id: "P33",
  hop: "target",
  title: "the targets' security group does not allow traffic from the load balancer",
  certainty: ["certain"],
  why:
    "A target receives only the traffic that its security groups allow, and the load balancer connects from its " +
    "own private addresses and security groups. If no rule in the targets' security groups allows the port from " +
    "one of these, each connection is dropped without a reply, and the load balancer answers the client only after " +
    "a timeout.",
  symptom: "504 Gateway Timeout; Target.Timeout in the target's health",
  symptoms: ["504", "unhealthy"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html",
  needs: ["whole configuration"],
  review: { effect: "outage", blames: "security groups", direction: "ingress" },
  check: { path: checkRequestPorts },
};
