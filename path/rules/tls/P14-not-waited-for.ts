import { moduleOf } from "../../../topology/addresses";
import type { Certificate, CertificateUse } from "../../../topology/model";
import { symbol } from "../../../topology/symbols";
import { isRequested } from "../../analysis/certificates/certificates";
import { ofEachCertificate } from "../../analysis/certificates/each-certificate";
import type { Use } from "../../analysis/certificates/picked-certificates";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { Edit } from "../../report";
import type { FindingDetails, Rule } from "../rule";

export const P14: Rule = {
  id: "P14",
  hop: "tls",
  title: "the listener does not wait for certificate validation",
  certainty: ["apply"],
  why:
    "A requested certificate has an ARN immediately, but ACM issues it only after it finds the validation records, " +
    "minutes later. A listener that takes the ARN from `aws_acm_certificate` is created before that and is refused. " +
    "`aws_acm_certificate_validation` waits, and returns the same ARN.",
  symptom: "UnsupportedCertificate when the listener is created; a second apply succeeds",
  symptoms: ["apply"],
  source: "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/acm_certificate_validation",
  needs: ["plan"],
  review: { effect: "fails" },
  check: { path: (path, report) => notWaitedFor(path).forEach((it) => report.finding(it)) },
};

/** A state does not record where a listener's ARN came from, and a certificate in use there was issued. */
const notWaitedFor = ofEachCertificate(({ use, certificate }: Use, { topology }: TracedPath): FindingDetails[] => {
  if (use.via !== "certificate" || !isRequested(certificate, "DNS", "EMAIL")) return [];
  // An existing certificate was issued by an earlier apply.
  if (topology.source === "plan" && !certificate.actions.includes("create")) return [];
  const [validation] = certificate.validations;
  return [
    {
      address: use.address,
      attribute: "certificate_arn",
      observed: `the ARN of ${certificate.address}, which is available before the certificate is issued`,
      required:
        validation === undefined
          ? "an aws_acm_certificate_validation that the listener waits for"
          : `certificate_arn of ${validation}`,
      symptom:
        "UnsupportedCertificate when the listener is created: it must have a fully-qualified domain name, a " +
        "supported signature, and a supported key size",
      fix: fix(
        "Use the ARN from the validation resource, which waits until the certificate is issued.",
        BY_NO_PROP,
        waiting(use, certificate, validation),
      ),
    },
  ];
});

function waiting({ address }: CertificateUse, certificate: Certificate, validation: string | undefined): Edit[] {
  if (validation !== undefined) return [setting(address, "certificate_arn", symbol(validation, "certificate_arn"))];
  const module = moduleOf(address);
  const added = `${module === "" ? "" : `${module}.`}aws_acm_certificate_validation.issued`;
  return [
    {
      add: "aws_acm_certificate_validation",
      name: "issued",
      like: certificate.address,
      body: { certificate_arn: symbol(certificate.address, "arn") },
    },
    setting(address, "certificate_arn", symbol(added, "certificate_arn")),
  ];
}
