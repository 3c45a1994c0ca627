import type { Topology } from "../../../topology/model";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FileReporter, Rule } from "../rule";

export const P76: Rule = {
  id: "P76",
  hop: "listener",
  title: "the web ACL blocks all requests",
  certainty: ["certain"],
  why:
    "AWS WAF inspects each request before the listener does. The default action of a web ACL applies to requests " +
    "that none of its rules allows or blocks. If it is block, and no rule allows anything, no request passes.",
  symptom: "403 Forbidden for every request",
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
          `the web ACL of ${balancers.map(({ address }) => address).join(", ")} blocks by default, and none of its ` +
          "rules allows anything",
        required: "default_action allow, or rules that allow the site's requests",
        symptom: P76.symptom,
        fix: fix("Set the default action of the web ACL to allow.", BY_NO_PROP, [
          setting(acl.address, "default_action", { allow: {} }),
        ]),
      },
      balancers,
    );
  }
}
