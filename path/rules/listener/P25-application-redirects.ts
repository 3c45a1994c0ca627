import { known } from "../../../topology/value";
import { forwardedTo } from "../../analysis/requests/listeners";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { redirectsToHttps } from "../../analysis/targets/application-answers";
import { scriptedTargets } from "../../analysis/targets/scripted-targets";
import type { Reporter, Rule } from "../rule";

export const P25: Rule = {
  id: "P25",
  hop: "listener",
  title: "the application redirects to HTTPS behind an HTTP target group",
  certainty: ["likely"],
  why:
    "The load balancer terminates TLS and sends plain HTTP to the targets of such a target group. An application " +
    "that redirects every HTTP request to https:// also redirects requests that clients sent over HTTPS, in an " +
    "endless loop. Only the X-Forwarded-Proto header contains the protocol that the client used.",
  symptom: "ERR_TOO_MANY_REDIRECTS",
  symptoms: ["loop", "unhealthy"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: { path: redirectsPlainClientsOnly },
};

function redirectsPlainClientsOnly(path: TracedPath, report: Reporter): void {
  for (const { targetGroup, server, port, script } of scriptedTargets(path)) {
    if (server === undefined || targetGroup.protocol !== "HTTP" || !redirectsToHttps(script, known(port))) continue;
    const listener = path.steps.find(
      (it) =>
        it.listener.protocol === "HTTPS" &&
        it.outcomes.some(({ actions }) => forwardedTo(actions).includes(String(targetGroup.arn))),
    )?.listener;
    if (listener === undefined) continue;
    report.finding({
      address: server.settingsAddress,
      attribute: "user_data",
      observed: `the application redirects to HTTPS, but ${listener.address} forwards requests to it over HTTP`,
      required: "an application that redirects only if X-Forwarded-Proto is http",
      symptom: P25.symptom,
      fix: {
        text: "Redirect at the listener, or only if X-Forwarded-Proto is http.",
        props: 'http: "redirect" redirects at the load balancer; remove the redirect from server.userData',
        hcl: `# in the user_data of ${server.settingsAddress}: no redirect if X-Forwarded-Proto is "https"`,
        edits: [],
      },
    });
  }
}
