import { moduleOf } from "../../../topology/addresses";
import type { Balancer, Certificate, CertificateUse } from "../../../topology/model";
import { symbol } from "../../../topology/symbols";
import { type Attr, known } from "../../../topology/value";
import { isGoodFor } from "../../analysis/certificates/certificates";
import { ofEachCertificate } from "../../analysis/certificates/each-certificate";
import type { Use } from "../../analysis/certificates/picked-certificates";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import type { Edit } from "../../report";
import type { FindingDetails, Rule } from "../rule";

export const P13: Rule = {
  id: "P13",
  hop: "tls",
  title: "the certificate is in another region",
  certainty: ["apply"],
  why:
    "ACM certificates are regional, and a load balancer can use only certificates in its own region. Certificates " +
    "for CloudFront must be in us-east-1, so certificates are often requested there by habit.",
  symptom: "CertificateNotFound when the listener is created",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/acm/latest/userguide/acm-regions.html",
  needs: [],
  review: { effect: "fails" },
  check: { path: (path, report) => inOtherRegion(path).forEach((it) => report.finding(it)) },
};

const inOtherRegion = ofEachCertificate(({ use, certificate }: Use, path: TracedPath): FindingDetails[] => {
  const { balancer } = path;
  const region = known(balancer?.region);
  const other = regionOfArn(use.arn) ?? known(certificate?.region);
  if (balancer === undefined || region === undefined || other === undefined || other === region) return [];
  return [
    {
      ...(certificate === undefined
        ? { address: use.address, attribute: "certificate_arn" }
        : { address: certificate.address, attribute: "provider" }),
      observed: `the certificate is in ${other}, but ${balancer.address} is in ${region}`,
      required: `a certificate in ${region}`,
      symptom: "CertificateNotFound when the listener is created or updated",
      fix: fix(
        `Use a certificate in ${region}.`,
        "certificate: { arn } must be in the stack's region; a requested certificate always is",
        certificate === undefined ? instead(use, region, path) : moving(certificate, balancer),
      ),
    },
  ];
});

/** `arn:aws:acm:us-east-1:…` */
function regionOfArn(arn: Attr<string>): string | undefined {
  return /^arn:[\w-]{1,40}:acm:([a-z0-9-]{1,40}):/.exec(known(arn) ?? "")?.[1];
}

/** Another certificate in the file, if one is in the region and covers the name. */
function instead({ address }: CertificateUse, region: string, { topology, host }: TracedPath): Edit[] {
  const found = topology.certificates.find((it) => known(it.region) === region && isGoodFor(it, host));
  if (found === undefined) return [];
  const [validation] = found.validations;
  const arn = validation === undefined ? symbol(found.address, "arn") : symbol(validation, "certificate_arn");
  return [setting(address, "certificate_arn", arn)];
}

function moving(certificate: Certificate, { address }: Balancer): Edit[] {
  // Resources in another module use that module's providers.
  if (moduleOf(certificate.address) !== moduleOf(address)) return [];
  return [certificate.address, ...certificate.validations].flatMap((it) => [
    setting(it, "provider", undefined),
    setting(it, "region", undefined),
  ]);
}
