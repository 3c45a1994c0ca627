import { isUnknown } from "../../../topology/value";
import { analysePath } from "../../analysis/path-analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { addingNames } from "../../fixes/certificate-repairs";
import type { Reporter, Rule } from "../rule";

export const P12: Rule = {
  id: "P12",
  hop: "tls",
  title: "the certificate's wildcard does not cover the domain name",
  certainty: ["certain"],
  why:
    "In a certificate, the asterisk matches exactly one label: `*.example.com` covers `www.example.com`, but " +
    "neither `example.com` nor `a.b.example.com`. A wildcard DNS record does match deeper names, so the two kinds " +
    "of wildcards are easily confused.",
  symptom: "NET::ERR_CERT_COMMON_NAME_INVALID at the zone apex, or two labels below it",
  symptoms: ["certificate"],
  source: "https://www.rfc-editor.org/rfc/rfc9525#section-6.3",
  needs: [],
  review: { effect: "outage" },
  check: { path: wildcardMistaken },
};

function wildcardMistaken(path: TracedPath, report: Reporter): void {
  for (const found of analysePath(path).uncoveredNames) {
    if (isUnknown(found)) report.open("tls", found);
    else if (found.isBelowWildcard)
      report.finding({
        address: found.certificate.address,
        attribute: "subject_alternative_names",
        observed: `covers ${found.good}; a wildcard matches exactly one label, so not ${found.shown}`,
        required: `${found.shown} in the certificate's names`,
        symptom: "NET::ERR_CERT_COMMON_NAME_INVALID in browsers",
        fix: addingNames(found),
      });
  }
}
