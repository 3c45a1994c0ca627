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
        text: `whatever has the address ${stranger.ip} lets the load balancer in`,
      });
  }
  for (const shut of passages.in.filter(({ ports }) => !areForHealthOnly(ports)))
    report.finding(shutToBalancer(shut, passages, path.topology, "`appPort`"));
};

export const P33: Rule = {
  id: "P33",
  hop: "target",
  title: "the targets' group does not open their port to the load balancer",
  certainty: ["certain"],
  why:
    "A target receives what its own security groups let in, and the load balancer comes from its own private " +
    "addresses and group. Where no rule of the targets opens the port to one of these, each connection is dropped " +
    "without a reply, and the load balancer answers the client once it has waited long enough.",
  symptom: "504 Gateway Timeout; Target.Timeout in the target's health",
  symptoms: ["504", "unhealthy"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html",
  needs: ["whole configuration"],
  review: { effect: "outage", blames: "security groups", direction: "ingress" },
  check: { path: checkRequestPorts },
};
