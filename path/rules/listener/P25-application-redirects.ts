import { known } from "../../../topology/value";
import { forwardedTo } from "../../analysis/requests/listeners";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { redirectsToHttps } from "../../analysis/targets/application-answers";
import { scriptedTargets } from "../../analysis/targets/scripted-targets";
import type { Reporter, Rule } from "../rule";

export const P25: Rule = {
  id: "P25",
  hop: "listener",
  title: "the application redirects to HTTPS behind a plain HTTP target group",
  certainty: ["likely"],
  why:
    "The load balancer ends TLS, and speaks plain HTTP to the targets of such a group. An application that " +
    "redirects each plain request to https:// then redirects the requests that came over HTTPS too, without end; " +
    "only the header X-Forwarded-Proto says which protocol the client spoke.",
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
      observed: `the application redirects to HTTPS, and ${listener.address} forwards to it as plain HTTP`,
      required: "an application that redirects only where X-Forwarded-Proto is http",
      symptom: P25.symptom,
      fix: {
        text: "Redirect at the listener, or where X-Forwarded-Proto is http only.",
        props: 'http: "redirect" redirects at the load balancer; take the redirect out of server.userData',
        hcl: `# in the user_data of ${server.settingsAddress}: no redirect where X-Forwarded-Proto is "https"`,
        edits: [],
      },
    });
  }
}
