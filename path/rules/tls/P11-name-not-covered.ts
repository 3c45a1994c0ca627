import { isUnknown } from "../../../topology/value";
import { analysePath } from "../../analysis/path-analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { addingNames } from "../../fixes/certificate-repairs";
import type { Reporter, Rule } from "../rule";

export const P11: Rule = {
  id: "P11",
  hop: "tls",
  title: "the certificate does not cover the name",
  certainty: ["certain"],
  why:
    "A client says which name it wants (SNI), and the load balancer answers with a certificate for that name, or " +
    "with the listener's default one if it has none. Browsers compare the name with the certificate's subject " +
    "alternative names and refuse the page if none matches.",
  symptom: "NET::ERR_CERT_COMMON_NAME_INVALID, before any request is sent",
  symptoms: ["certificate"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: nameNotCovered },
};

function nameNotCovered(path: TracedPath, report: Reporter): void {
  for (const found of analysePath(path).uncoveredNames) {
    if (isUnknown(found)) report.open("tls", found);
    else if (!found.isBelowWildcard)
      report.finding({
        address: found.certificate.address,
        attribute: "subject_alternative_names",
        observed: `good for ${found.good || "no name"}`,
        required: `${found.shown} among the certificate's names`,
        symptom: "NET::ERR_CERT_COMMON_NAME_INVALID in browsers",
        fix: addingNames(found),
      });
  }
}
