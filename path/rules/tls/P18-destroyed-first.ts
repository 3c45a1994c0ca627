import { ofEachCertificate } from "../../analysis/certificates/each-certificate";
import type { Use } from "../../analysis/certificates/picked-certificates";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FindingDetails, Rule } from "../rule";

export const P18: Rule = {
  id: "P18",
  hop: "tls",
  title: "a certificate in use is destroyed before its replacement exists",
  certainty: ["certain"],
  meaning: "the apply or requests fail",
  onlyIn: "plans of changes",
  why:
    "Changing its names replaces a certificate, and by default Terraform destroys the old one first. ACM refuses to " +
    "delete a certificate that a listener uses, so the apply stops midway. If the listener is destroyed too, HTTPS " +
    "is down until the new certificate is issued.",
  symptom: "ResourceInUseException at apply, or no HTTPS until the new certificate is issued",
  symptoms: ["apply", "refused"],
  source: "https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html",
  needs: ["plan"],
  review: { effect: "outage", reportedBy: "changes" },
  check: { path: (path, report) => destroyedFirst(path).forEach((it) => report.finding(it)) },
};

/** Only a plan shows replacements and their order. */
const destroyedFirst = ofEachCertificate(({ use, certificate }: Use): FindingDetails[] => {
  if (certificate === undefined || certificate.actions.join() !== "delete,create") return [];
  return [
    {
      address: certificate.address,
      attribute: "lifecycle.create_before_destroy",
      observed: `the plan destroys the certificate that ${use.address} uses before it creates the new one`,
      required: "the new certificate created first",
      symptom: "ResourceInUseException at apply; HTTPS is down if the listener is destroyed too",
      fix: fix("Create the new certificate before the old one is destroyed.", BY_NO_PROP, [
        setting(certificate.address, "lifecycle.create_before_destroy", true),
      ]),
    },
  ];
});
