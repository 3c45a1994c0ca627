import { isUnknown } from "../../../topology/value";
import { analysePath } from "../../analysis/path-analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { addingNames } from "../../fixes/certificate-repairs";
import type { Reporter, Rule } from "../rule";

export const P11: Rule = {
  id: "P11",
  hop: "tls",
  title: "the certificate does not cover the domain name",
  certainty: ["certain"],
  why:
    "A client sends the name it requests during the TLS handshake (SNI). The load balancer responds with a " +
    "certificate for that name or, if it has none, with the listener's default certificate. Browsers compare the " +
    "name with the certificate's subject alternative names and reject the connection if none matches.",
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
        observed: `covers ${found.good || "no name"}`,
        required: `${found.shown} in the certificate's names`,
        symptom: "NET::ERR_CERT_COMMON_NAME_INVALID in browsers",
        fix: addingNames(found),
      });
  }
}
