import { isUnknown } from "../../../topology/value";
import { analysePath } from "../../analysis/path-analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { addingNames } from "../../fixes/certificate-repairs";
import type { Reporter, Rule } from "../rule";

export const P12: Rule = {
  id: "P12",
  hop: "tls",
  title: "a wildcard is taken for a name that it does not cover",
  certainty: ["certain"],
  why:
    "In a certificate the asterisk stands for exactly one label: `*.example.com` is good for `www.example.com`, but " +
    "neither for `example.com` nor for `a.b.example.com`. A wildcard record of DNS does answer for deeper names, " +
    "which is where the two are confused.",
  symptom: "NET::ERR_CERT_COMMON_NAME_INVALID at the zone's own name, or two labels below it",
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
        observed: `${found.good}, and a wildcard stands for exactly one label, so not for ${found.shown}`,
        required: `${found.shown} among the certificate's names`,
        symptom: "NET::ERR_CERT_COMMON_NAME_INVALID in browsers",
        fix: addingNames(found),
      });
  }
}
