import type { Certificate } from "../../../topology/model";
import { known } from "../../../topology/value";
import { covers } from "../names/domain-names";

/** Whether browsers accept the certificate for this name. */
export function isGoodFor({ names }: Certificate, host: string): boolean {
  return names.items.some((name) => covers(name, host));
}

/**
 * Whether the file requests the certificate from ACM with one of these validation methods. It is then neither imported
 * nor issued by a private CA, which issues immediately.
 */
export function isRequested(
  certificate: Certificate | undefined,
  ...methods: readonly ("DNS" | "EMAIL")[]
): certificate is Certificate {
  return (
    certificate !== undefined && !certificate.isData && methods.some((it) => it === known(certificate.validationMethod))
  );
}
