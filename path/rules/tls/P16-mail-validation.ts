import { isRequested } from "../../analysis/certificates/certificates";
import { ofEachCertificate } from "../../analysis/certificates/each-certificate";
import type { Use } from "../../analysis/certificates/picked-certificates";
import { validationRecordsOf } from "../../analysis/certificates/validation-records";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FindingDetails, Rule } from "../rule";

export const P16: Rule = {
  id: "P16",
  hop: "tls",
  title: "a certificate with email validation has DNS validation records",
  certainty: ["apply"],
  why:
    "With `EMAIL`, ACM sends email to the domain's administrators and waits until one of them approves. It provides " +
    "no DNS records. `domain_validation_options` is then empty, and records created from it cannot be planned.",
  symptom: '"Invalid for_each argument" or an invalid index; or the apply waits for approval by email',
  symptoms: ["apply", "pending"],
  source: "https://docs.aws.amazon.com/acm/latest/userguide/email-validation.html",
  needs: [],
  review: { effect: "fails" },
  check: { path: (path, report) => wiredAsDns(path).forEach((it) => report.finding(it)) },
};

const wiredAsDns = ofEachCertificate(({ certificate }: Use, { topology }: TracedPath): FindingDetails[] => {
  if (!isRequested(certificate, "EMAIL")) return [];
  const [wired] = validationRecordsOf(certificate, topology);
  if (wired === undefined) return [];
  return [
    {
      address: certificate.address,
      attribute: "validation_method",
      observed: `EMAIL, but ${wired.record.address} is created from DNS validation options`,
      required: "DNS, because email validation provides no such options",
      symptom: '"Invalid for_each argument" or an invalid index; or the certificate waits for approval by email',
      fix: fix("Validate the certificate through DNS.", BY_NO_PROP, [
        setting(certificate.address, "validation_method", "DNS"),
      ]),
    },
  ];
});
