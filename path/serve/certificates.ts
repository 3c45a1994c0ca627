import type { CertificateUse, Listener, Topology } from "../../topology/model";
import { isUnknown, known } from "../../topology/value";
import { covers } from "../analysis/names/domain-names";
import { once } from "../analysis/once";
import { isTlsPolicy } from "../facts/elb";
import type { Cause } from "./decisions";

/* Which certificate a listener presents, and which versions of TLS it accepts. */

export type Presented =
  | {
      readonly kind: "certificate";
      /** All its names, such as `*.example.com`. */
      readonly names: readonly string[];
      readonly arn: string;
      /** The resource of the certificate. */
      readonly address: string;
    }
  /** The certificate, or some of its names, are not in the file. */
  | { readonly kind: "unknown"; readonly cause: Cause };

/** A certificate of a listener. */
interface Candidate {
  readonly use: CertificateUse;
  readonly arn: string;
  /** The resource of the certificate; the listener if it is not in the file. */
  readonly address: string;
  /** The names that are known. */
  readonly names: readonly string[];
  /** Why there may be more names; absent: these are all. */
  readonly open?: string;
  readonly keyAlgorithm: string;
}

/**
 * The certificate for the name that a client requests (SNI): the best one in the listener's certificate list that
 * covers it; the default certificate if none does, or if the client requests no name:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
 */
export function certificateFor(listener: Listener, serverName: string | undefined, topology: Topology): Presented {
  const all = candidatesIn(topology)(listener);
  const byDefault = all.find(({ use }) => use.address === listener.address);
  const name = serverName?.toLowerCase().replace(/\.$/, "");
  if (name !== undefined && name !== "") {
    const list = all.filter((it) => it !== byDefault).filter(({ names }) => names.some((it) => covers(it, name)));
    const [best] = [...list].sort((a, b) => rankOf(b) - rankOf(a));
    if (best !== undefined) return presented(best);
    if (byDefault?.names.some((it) => covers(it, name)) === true) return presented(byDefault);
    const open = all.find((it) => it.open !== undefined);
    if (open?.open !== undefined) return unknown(open.address, `${open.open}, and it may cover ${name}`);
  }
  if (byDefault === undefined) return unknown(listener.address, `${listener.address} has no certificate in the file`);
  return presented(byDefault);
}

/** What {@link certificateFor} can select, the default certificate first. */
export function everyCertificate(listener: Listener, topology: Topology): readonly Presented[] {
  return candidatesIn(topology)(listener).map(presented);
}

function presented({ names, arn, address, open }: Candidate): Presented {
  return names.length > 0
    ? { kind: "certificate", names, arn, address }
    : unknown(address, open ?? `the names of ${address} are not in the file`);
}

function unknown(address: string, text: string): Presented {
  return { kind: "unknown", cause: { hop: "tls", address, text } };
}

const candidatesIn = once(({ byId }: Topology) =>
  once(({ certificates }: Listener): readonly Candidate[] =>
    certificates.map((use): Candidate => {
      const certificate = byId.certificate(use.arn);
      const arn = known(use.arn) ?? "";
      if (certificate === undefined) {
        const open = isUnknown(use.arn)
          ? `the certificate of ${use.address} is not known`
          : `the certificate ${arn} of ${use.address} is not in the file`;
        return { use, arn, address: use.address, names: [], open, keyAlgorithm: "" };
      }
      const { address, names, isData, keyAlgorithm } = certificate;
      const literal = names.items.filter((it) => !it.includes("${"));
      const open =
        names.open !== undefined || literal.length < names.items.length
          ? `some names of ${address} are not known`
          : isData
            ? `the data source ${address} has only the certificate's first name`
            : undefined;
      return {
        use,
        arn,
        address,
        names: literal,
        ...(open !== undefined && { open }),
        keyAlgorithm: known(keyAlgorithm) ?? "RSA_2048",
      };
    }),
  ),
);

/**
 * AWS prefers ECDSA to RSA, then what a file does not contain (expiration, hash), then the longer key. Among equals the
 * first is taken.
 */
function rankOf({ keyAlgorithm }: Candidate): number {
  const bits = Number(/\d{3,4}/.exec(keyAlgorithm)?.[0] ?? 0);
  return (keyAlgorithm.startsWith("EC") ? 10_000 : 0) + bits;
}

const VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

export type TlsVersions =
  | {
      readonly kind: "versions";
      readonly min: (typeof VERSIONS)[number];
      readonly max: "TLSv1.2" | "TLSv1.3";
      readonly policy: string;
    }
  | { readonly kind: "unknown"; readonly cause: Cause };

/** What the API uses if a listener names no policy, unlike the console. */
const DEFAULT_POLICY = "ELBSecurityPolicy-2016-08";

/**
 * The oldest and the newest version that a listener's security policy allows. Its name contains the oldest, and TLS 1.3
 * only if the policy includes it; names that contain no version are those of older policies, with TLS 1.0:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
 */
export function tlsVersions({ address, sslPolicy }: Pick<Listener, "address" | "sslPolicy">): TlsVersions {
  const open = (text: string): TlsVersions => ({ kind: "unknown", cause: { hop: "tls", address, text } });
  const policy = isUnknown(sslPolicy) ? undefined : sslPolicy || DEFAULT_POLICY;
  if (policy === undefined || policy.includes("${")) return open(`the security policy of ${address} is not known`);
  if (isTlsPolicy(policy) !== true) return open(`${policy} is not a security policy that this version knows`);
  const [, minor = "0"] = /^ELBSecurityPolicy-(?:TLS13|TLS|FS)-1-([0-3])-/.exec(policy) ?? [];
  return {
    kind: "versions",
    min: VERSIONS[Number(minor)] ?? "TLSv1",
    max: policy.startsWith("ELBSecurityPolicy-TLS13-") ? "TLSv1.3" : "TLSv1.2",
    policy,
  };
}
