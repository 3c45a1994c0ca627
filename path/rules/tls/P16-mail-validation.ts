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
  title: "validation by mail is wired as validation by DNS",
  certainty: ["apply"],
  why:
    "With `EMAIL` ACM writes to the domain's administrators and waits until one of them answers; it names no DNS " +
    "records. `domain_validation_options` is then empty, and records that are made of it cannot be planned.",
  symptom: '"Invalid for_each argument" or an invalid index; or the apply waits for an answer to a mail',
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
      observed: `EMAIL, and ${wired.record.address} is made of DNS validation options`,
      required: "DNS, as there are no such options with mail",
      symptom: '"Invalid for_each argument" or an invalid index; by mail, the certificate waits until somebody answers',
      fix: fix("Let the certificate be validated through DNS.", BY_NO_PROP, [
        setting(certificate.address, "validation_method", "DNS"),
      ]),
    },
  ];
});
