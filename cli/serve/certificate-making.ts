import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  webcrypto,
  type X509Certificate,
} from "node:crypto";

/*
 * X.509 certificates of the local authority and of the names that it vouches for. The library takes about 80 ms to
 * load, so it is loaded on first use.
 */

type X509 = typeof import("@peculiar/x509");

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const AUTHORITY_DAYS = 365;
/** Short, because a leaf's key exists only in memory. */
const LEAF_DAYS = 7;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** The key of the authority, and its certificate. */
export interface Issuer {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
}

/** A certificate with its key, both as PEM; the chain is the certificate alone, as its issuer is the root. */
export interface Leaf {
  readonly key: string;
  readonly cert: string;
  /** In milliseconds. */
  readonly expires: number;
}

export function newKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

export function keyAsPem(key: KeyObject): string {
  return String(key.export({ type: "pkcs8", format: "pem" }));
}

/** @param commonName printable ASCII of at most 64 characters */
export async function authorityCertificate(key: KeyObject, commonName: string): Promise<string> {
  const x509 = loaded();
  const publicKey = await publicKeyOf(x509, key);
  const name = [{ CN: [commonName] }];
  const certificate = await x509.X509CertificateGenerator.create({
    ...terms(AUTHORITY_DAYS),
    subject: name,
    issuer: name,
    publicKey,
    signingKey: await signingKeyOf(key),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ...(await identifiers(x509, publicKey, publicKey)),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

/** Makes certificates of an issuer; what all of them have is prepared once, on first use. */
export function leafMaker(issuer: Issuer): (names: readonly string[]) => Promise<Leaf> {
  let prepared: Promise<Prepared> | undefined;
  return async (names) => leafCertificate(await (prepared ??= prepare(issuer)), names);
}

interface Prepared {
  readonly x509: X509;
  readonly issuer: InstanceType<X509["X509Certificate"]>;
  readonly signingKey: webcrypto.CryptoKey;
  /** All leaves of a run have the same key. */
  readonly key: string;
  readonly publicKey: PublicKey;
  readonly extensions: InstanceType<X509["Extension"]>[];
}

async function prepare({ key: issuerKey, certificate }: Issuer): Promise<Prepared> {
  const x509 = loaded();
  const key = newKey();
  const publicKey = await publicKeyOf(x509, key);
  return {
    x509,
    issuer: new x509.X509Certificate(certificate.raw),
    signingKey: await signingKeyOf(issuerKey),
    key: keyAsPem(key),
    publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ...(await identifiers(x509, publicKey, await publicKeyOf(x509, issuerKey))),
    ],
  };
}

/** @param names names that {@link isCertifiable} accepts; without any, the certificate is valid for no name */
async function leafCertificate(prepared: Prepared, names: readonly string[]): Promise<Leaf> {
  const { x509, issuer, signingKey, key, publicKey, extensions } = prepared;
  const { notAfter, ...rest } = terms(LEAF_DAYS);
  const expires = Math.min(notAfter.getTime(), issuer.notAfter.getTime());
  const certificate = await x509.X509CertificateGenerator.create({
    ...rest,
    notAfter: new Date(expires),
    // Clients compare only the alternative names.
    subject: [{ CN: ["alb-web serve"] }],
    issuer: issuer.subjectName,
    publicKey,
    signingKey,
    extensions:
      names.length === 0
        ? extensions
        : [...extensions, new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value })))],
  });
  return { key, cert: `${certificate.toString("pem")}\n`, expires };
}

/** Whether a name can be in a certificate: not an expression, and nothing that is no DNS name. */
export function isCertifiable(name: string): boolean {
  const labels = name.replace(/^\*\./, "").split(".");
  return (
    name.length <= 253 &&
    labels.every((label) => /^[a-z0-9_-]{1,63}$/i.test(label) && !label.startsWith("-") && !label.endsWith("-"))
  );
}

function loaded(): X509 {
  // The library's own library for dependency injection requires it first.
  require("reflect-metadata");
  const x509 = require("@peculiar/x509") as X509;
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  return x509;
}

/** What every certificate has. Clocks of clients can be a little behind. */
function terms(days: number) {
  const notBefore = new Date(Date.now() - HOUR_MS);
  return {
    serialNumber: serialNumber(),
    notBefore,
    notAfter: new Date(notBefore.getTime() + days * DAY_MS),
    signingAlgorithm: ALGORITHM,
  };
}

/** 16 bytes in hexadecimal. The first one keeps the number positive, and keeps it from being shorter. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

function publicKeyOf(x509: X509, key: KeyObject) {
  return x509.PublicKey.create(createPublicKey(key).export({ type: "spki", format: "der" }));
}

function signingKeyOf(key: KeyObject) {
  return webcrypto.subtle.importKey("pkcs8", key.export({ type: "pkcs8", format: "der" }), ALGORITHM, false, ["sign"]);
}

type PublicKey = Awaited<ReturnType<typeof publicKeyOf>>;

/** By these, clients find the certificate of the issuer. */
async function identifiers(x509: X509, subject: PublicKey, issuer: PublicKey) {
  return [
    await x509.SubjectKeyIdentifierExtension.create(subject),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
  ];
}
