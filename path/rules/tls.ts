import type { Balancer, Certificate, CertificateUse } from "../../topology/model";
import { symbol } from "../../topology/source";
import { type Attr, known } from "../../topology/value";
import { ofEachCertificate, type Use } from "../analysis/certificates/picked-certificates";
import type { TracedPath } from "../analysis/requests/traced-path";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import type { Edit } from "../report";
import { goodForName, isGoodFor } from "./certificate-names";
import type { Reporter } from "./rule";
import type { Rules } from "./subjects";
import { caaAllowsAmazon, mailIsNotDns, validated } from "./validation";

/* Whether the listener has a certificate that is issued and good for the name. */

export const tlsRules: Rules = {
  path: [
    goodForName,
    ...[inRegion, waitedFor, replacedInOrder, validated, mailIsNotDns, caaAllowsAmazon].map(ofEachCertificate),
  ],
  file: [],
};

/** P13. */
function inRegion({ use, certificate }: Use, path: TracedPath, report: Reporter): void {
  const { balancer } = path;
  const region = known(balancer?.region);
  const other = regionOfArn(use.arn) ?? known(certificate?.region);
  if (balancer === undefined || region === undefined || other === undefined || other === region) return;
  const isWritten = certificate === undefined;
  report.fault({
    id: "P13",
    hop: "tls",
    address: isWritten ? use.address : certificate.address,
    attribute: isWritten ? "certificate_arn" : "provider",
    observed: `the certificate is in ${other}, ${balancer.address} in ${region}`,
    required: `a certificate in ${region}`,
    symptom: "CertificateNotFound when the listener is applied",
    fix: fix(
      `Take a certificate in ${region}.`,
      "certificate: { arn } is one in the stack's region; a requested one always is",
      isWritten ? instead(use, region, path) : moving(certificate, balancer),
    ),
  });
}

/** `arn:aws:acm:us-east-1:…` */
function regionOfArn(arn: Attr<string>): string | undefined {
  return /^arn:[\w-]+:acm:([a-z0-9-]+):/.exec(known(arn) ?? "")?.[1];
}

/** Another certificate of the file, if one is in the region and good for the name. */
function instead({ address }: CertificateUse, region: string, { topology, host }: TracedPath): Edit[] {
  const found = topology.certificates.find((it) => known(it.region) === region && isGoodFor(it, host));
  if (found === undefined) return [];
  const [validation] = found.validations;
  return [
    setting(
      address,
      "certificate_arn",
      validation === undefined ? symbol(found.address, "arn") : symbol(validation, "certificate_arn"),
    ),
  ];
}

function moving(certificate: Certificate, { address }: Balancer): Edit[] {
  // What is in another module has that module's providers.
  if (moduleOf(certificate.address) !== moduleOf(address)) return [];
  return [certificate.address, ...certificate.validations].flatMap((it) => [
    setting(it, "provider", undefined),
    setting(it, "region", undefined),
  ]);
}

function moduleOf(address: string): string {
  return /^(module\.[^.[]+(\[[^\]]*\])?\.)*/.exec(address)?.[0] ?? "";
}

/** P14. A state does not say by which way a listener has its ARN, and what is used there was issued. */
function waitedFor({ use, certificate }: Use, { topology }: TracedPath, report: Reporter): void {
  if (use.via !== "certificate" || certificate === undefined || certificate.isData || !isRequested(certificate)) return;
  // One that is there already was issued by an earlier apply.
  if (topology.source === "plan" && !certificate.actions.includes("create")) return;
  const [validation] = certificate.validations;
  report.fault({
    id: "P14",
    hop: "tls",
    address: use.address,
    attribute: "certificate_arn",
    observed: `the ARN of ${certificate.address}, which is there before the certificate is issued`,
    required:
      validation === undefined
        ? "an aws_acm_certificate_validation that the listener waits for"
        : `certificate_arn of ${validation}`,
    symptom:
      "UnsupportedCertificate when the listener is applied: it must have a fully-qualified domain name, a " +
      "supported signature, and a supported key size",
    fix: fix(
      "Take the ARN from the validation, which waits until the certificate is issued.",
      BY_NO_PROP,
      waiting(use, certificate, validation),
    ),
  });
}

/** Neither imported, nor issued by an authority of the account's own, which does it at once. */
function isRequested({ validationMethod }: Certificate): boolean {
  return known(validationMethod) === "DNS" || known(validationMethod) === "EMAIL";
}

function waiting({ address }: CertificateUse, certificate: Certificate, validation: string | undefined): Edit[] {
  if (validation !== undefined) return [setting(address, "certificate_arn", symbol(validation, "certificate_arn"))];
  return [
    {
      add: "aws_acm_certificate_validation",
      name: "issued",
      like: certificate.address,
      body: { certificate_arn: symbol(certificate.address, "arn") },
    },
    setting(
      address,
      "certificate_arn",
      symbol(`${moduleOf(address)}aws_acm_certificate_validation.issued`, "certificate_arn"),
    ),
  ];
}

/** P18. Only a plan says what is replaced, and in which order. */
function replacedInOrder({ use, certificate }: Use, _: TracedPath, report: Reporter): void {
  if (certificate === undefined || certificate.actions.join() !== "delete,create") return;
  report.fault({
    id: "P18",
    hop: "tls",
    address: certificate.address,
    attribute: "lifecycle.create_before_destroy",
    observed: `the plan destroys the certificate that ${use.address} uses, and makes the new one afterwards`,
    required: "the new certificate first",
    symptom: "ResourceInUseException when it is applied; HTTPS stops where the listener goes with it",
    fix: fix("Let terraform make the new certificate before it destroys the old one.", BY_NO_PROP, [
      setting(certificate.address, "lifecycle.create_before_destroy", true),
    ]),
  });
}
