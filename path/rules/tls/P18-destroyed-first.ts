import { ofEachCertificate } from "../../analysis/certificates/each-certificate";
import type { Use } from "../../analysis/certificates/picked-certificates";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FindingDetails, Rule } from "../rule";

export const P18: Rule = {
  id: "P18",
  hop: "tls",
  title: "a certificate in use is destroyed before its replacement is there",
  certainty: ["certain"],
  why:
    "A change of its names replaces a certificate, and terraform by default destroys the old one first. ACM refuses " +
    "to delete a certificate that a listener still uses, so the apply stops half way; where the listener is " +
    "destroyed with it, HTTPS is down until the new certificate is issued.",
  symptom: "ResourceInUseException at apply, or no HTTPS until the new certificate is issued",
  symptoms: ["apply", "refused"],
  source: "https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html",
  needs: ["plan"],
  review: { effect: "outage", toldBy: "changes" },
  check: { path: (path, report) => destroyedFirst(path).forEach((it) => report.finding(it)) },
};

/** Only a plan says what is replaced, and in which order. */
const destroyedFirst = ofEachCertificate(({ use, certificate }: Use): FindingDetails[] => {
  if (certificate === undefined || certificate.actions.join() !== "delete,create") return [];
  return [
    {
      address: certificate.address,
      attribute: "lifecycle.create_before_destroy",
      observed: `the plan destroys the certificate that ${use.address} uses, and makes the new one afterwards`,
      required: "the new certificate first",
      symptom: "ResourceInUseException when it is applied; HTTPS stops where the listener goes with it",
      fix: fix("Let terraform make the new certificate before it destroys the old one.", BY_NO_PROP, [
        setting(certificate.address, "lifecycle.create_before_destroy", true),
      ]),
    },
  ];
});
