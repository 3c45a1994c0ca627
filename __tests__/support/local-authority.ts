import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/* An authority of a test, which signs certificates for names that no public authority would. */

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

export interface LocalAuthority {
  /** PEM. */
  readonly ca: string;
  readonly certificateFor: (names: readonly string[]) => Promise<{ readonly cert: string; readonly key: string }>;
}

export async function localAuthority(): Promise<LocalAuthority> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Test authority",
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  return {
    ca: authority.toString("pem"),
    certificateFor: async (names) => {
      const leaf = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
      const cert = await x509.X509CertificateGenerator.create({
        subject: `CN=${names[0]}`,
        issuer: authority.subject,
        signingKey: keys.privateKey,
        publicKey: leaf.publicKey,
        signingAlgorithm: ALGORITHM,
        extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns" as const, value })))],
      });
      const key = await webcrypto.subtle.exportKey("pkcs8", leaf.privateKey);
      return { cert: cert.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") };
    },
  };
}
