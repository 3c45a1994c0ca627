import type { Topology } from "../../../topology/model";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FileReporter, Rule } from "../rule";

export const P76: Rule = {
  id: "P76",
  hop: "listener",
  title: "the web ACL blocks everything",
  certainty: ["certain"],
  why:
    "AWS WAF looks at each request before the listener does. The default action of a web ACL answers what none of " +
    "its rules has allowed or blocked; where it blocks, and no rule allows anything, no request passes.",
  symptom: "403 Forbidden at every request",
  symptoms: ["wrong-answer"],
  source: "https://docs.aws.amazon.com/waf/latest/APIReference/API_DefaultAction.html",
  needs: [],
  review: { effect: "outage" },
  check: { file: letsRequestsThrough },
};

function letsRequestsThrough(topology: Topology, report: FileReporter): void {
  for (const acl of topology.webAcls) {
    if (acl.isData || acl.defaultAction !== "block" || acl.hasAllowRule) continue;
    const balancers = acl.associations
      .map(({ resourceArn }) => topology.byId.balancer(resourceArn))
      .filter((it) => it !== undefined);
    if (balancers.length === 0) continue;
    report.finding(
      {
        address: acl.address,
        attribute: "default_action",
        observed:
          `the web ACL of ${balancers.map(({ address }) => address).join(", ")} blocks by default, and no rule ` +
          "of it allows anything",
        required: "default_action allow, or rules that allow the site's requests",
        symptom: P76.symptom,
        fix: fix("Let the web ACL allow what no rule blocks.", BY_NO_PROP, [
          setting(acl.address, "default_action", { allow: {} }),
        ]),
      },
      balancers,
    );
  }
}
