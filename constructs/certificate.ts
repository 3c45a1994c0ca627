import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Construct } from "constructs";
import { withoutWildcard } from "../topology/domain-names";
import type { IHostedZone } from "./dns";

/** A certificate that a listener can use. */
export interface ICertificate {
  /** Known only after the certificate is issued, so that nothing uses it earlier. */
  readonly issuedArn: string;
}

export interface CertificateOptions {
  /** All names, the common name first. */
  readonly names: readonly string[];
  /** Returns the hosted zone for a name's validation record. */
  readonly zoneOf: (name: string) => IHostedZone;
}

/** ACM needs minutes once the record is public. The provider's default of 75 minutes would only delay the error. */
const VALIDATION_TIMEOUT = "15m";
const VALIDATION_TTL_SEC = 60;

/** A certificate for all names, validated through DNS. */
export class Certificate extends Construct implements ICertificate {
  readonly issuedArn: string;

  constructor(scope: Construct, id: string, { names, zoneOf }: CertificateOptions) {
    super(scope, id);
    const [domainName = ""] = names;
    const certificate = new AcmCertificate(this, "Default", {
      domainName,
      // Always all names, as AWS lists them: the provider treats an empty list as "unchanged", so the last alternative
      // name could never be removed.
      subjectAlternativeNames: [...names],
      validationMethod: "DNS",
      // The listener changes to the new certificate before the old one is destroyed.
      lifecycle: { createBeforeDestroy: true },
    });
    const records = distinctBases(names).map(([base, name]) =>
      validationRecord(this, base, name, certificate, zoneOf(base)),
    );
    const validation = new AcmCertificateValidation(this, "validation", {
      certificateArn: certificate.arn,
      validationRecordFqdns: records.map((record) => record.fqdn),
      timeouts: { create: VALIDATION_TIMEOUT },
    });
    this.issuedArn = validation.certificateArn;
  }
}

/** Names without their wildcard, each once with one of its names: `example.com` and `*.example.com` share a record. */
function distinctBases(names: readonly string[]): [base: string, name: string][] {
  return [...new Map([...names].reverse().map((name) => [withoutWildcard(name), name] as const))].reverse();
}

/** The options are an unordered set, so each value is selected by its domain name. */
function validationRecord(
  scope: Construct,
  base: string,
  name: string,
  certificate: AcmCertificate,
  zone: IHostedZone,
): Route53Record {
  const option = (attribute: string) =>
    `\${one([for o in ${certificate.fqn}.domain_validation_options : o.${attribute} if o.domain_name == "${name}"])}`;
  return new Route53Record(scope, `validation-${base}`, {
    zoneId: zone.zoneId,
    name: option("resource_record_name"),
    type: option("resource_record_type"),
    records: [option("resource_record_value")],
    ttl: VALIDATION_TTL_SEC,
    // ACM always uses the same record for a name, so one from an earlier certificate is valid too.
    allowOverwrite: true,
    // A change of names requests another certificate, whose options are unknown in the plan. All records would be
    // written again under the same names, and then deleted as the old records.
    lifecycle: { ignoreChanges: ["name", "type", "records"] },
  });
}
