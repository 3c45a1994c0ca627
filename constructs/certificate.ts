import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Construct } from "constructs";
import { withoutWildcard } from "../topology/domain-names";
import type { IHostedZone } from "./dns";

/** A certificate that a listener may use at once. */
export interface ICertificate {
  /** Known only once the certificate is issued, so that nothing can use it earlier. */
  readonly issuedArn: string;
}

export interface CertificateOptions {
  /** All names, the common name first. */
  readonly names: readonly string[];
  /** The zone that a name's validation record belongs into. */
  readonly zoneOf: (name: string) => IHostedZone;
}

/** ACM needs minutes once the record can be seen; the provider's own limit of 75 would only hide that it cannot. */
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
      // All of them, as AWS lists them: the provider takes none for "as before", and the last alternative would stay
      // for ever.
      subjectAlternativeNames: [...names],
      validationMethod: "DNS",
      // A listener can be moved to the new one before the old one goes.
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

/** Names that share a record (`example.com`, `*.example.com`) come once, with one of them. */
function distinctBases(names: readonly string[]): [base: string, name: string][] {
  return [...new Map([...names].reverse().map((name) => [withoutWildcard(name), name] as const))].reverse();
}

/** The options come as a set without an order, so each value is picked by its name. */
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
    // ACM gives a name the same record every time; one left behind by an earlier certificate is as good.
    allowOverwrite: true,
    // Another name makes another certificate, whose options are not known while it is planned. Their records would all
    // be written again under the same name, and then deleted as the old ones.
    lifecycle: { ignoreChanges: ["name", "type", "records"] },
  });
}
