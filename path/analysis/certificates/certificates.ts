import type { Certificate } from "../../../topology/model";
import { known } from "../../../topology/value";
import { covers } from "../names/domain-names";

/** Whether browsers take the certificate for this name. */
export function isGoodFor({ names }: Certificate, host: string): boolean {
  return names.items.some((name) => covers(name, host));
}

/**
 * Whether the file has ACM issue the certificate and validate its names in one of these ways; it is neither imported,
 * nor issued by an authority of the account's own, which does it at once.
 */
export function isRequested(
  certificate: Certificate | undefined,
  ...methods: readonly ("DNS" | "EMAIL")[]
): certificate is Certificate {
  return (
    certificate !== undefined && !certificate.isData && methods.some((it) => it === known(certificate.validationMethod))
  );
}
