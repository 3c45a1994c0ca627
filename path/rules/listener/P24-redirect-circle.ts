import { analysePath } from "../../analysis/path-analysis";
import type { Visit } from "../../analysis/requests/redirect-walks";
import type { Request } from "../../analysis/requests/redirects";
import { shownRequest } from "../../analysis/requests/shown";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { wayOut } from "../../fixes/redirect-repairs";
import type { Reporter, Rule } from "../rule";

export const P24: Rule = {
  id: "P24",
  hop: "listener",
  title: "redirects form a loop",
  certainty: ["certain"],
  why:
    "AWS refuses a redirect to the same URL, but does not compare listeners and listener rules with each other. If " +
    "two of them redirect to each other, or a redirect makes the path longer each time, no request reaches a " +
    "target. Browsers stop after about 20 redirects.",
  symptom: "ERR_TOO_MANY_REDIRECTS",
  symptoms: ["loop"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions",
  needs: [],
  review: { effect: "outage", hits: "every request of its step" },
  check: { path: comesToAnEnd },
};

function comesToAnEnd(path: TracedPath, report: Reporter): void {
  for (const end of analysePath(path).redirectEnds)
    if (end.kind === "circle") reportCircle(path, end.visits, end.next, report);
}

/** Reports one redirect of the loop: always the same one, wherever a request enters it. */
function reportCircle(
  { topology, balancer }: TracedPath,
  visits: readonly Visit[],
  next: Request,
  report: Reporter,
): void {
  const rank = ({ listener, met: { address } }: Visit) => `${listener.protocol === "HTTPS" ? 0 : 1} ${address}`;
  const [worst] = [...visits].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  if (worst === undefined || balancer === undefined) return;
  const { listener, redirect, met } = worst;
  const urls = visits.map(({ request }) => shownRequest(request));
  const shown = [...urls.slice(0, 3), ...(urls.length > 3 ? ["…"] : [])];
  report.finding({
    address: met.address,
    attribute: redirect.attribute,
    observed: [...shown, shownRequest({ ...next, path: next.path.slice(0, 60) })].join(" -> "),
    required: "redirects that end at a listener or listener rule that forwards",
    symptom: P24.symptom,
    share: met.rule === undefined ? undefined : `requests that ${met.address} matches`,
    fix: wayOut(topology, { balancer, listener, address: met.address, redirect }),
  });
}
