import { TLS_12_POLICIES } from "../../../../path/facts/elb";
import { certificateFor, everyCertificate, type Presented, tlsVersions } from "../../../../path/serve/certificates";
import type { Listener, Topology } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";
import { Unknown } from "../../../../topology/value";

/* Which certificate AWS presents for a requested name, and which versions of TLS a policy allows. */

type Bodies = Record<string, Record<string, unknown>>;

const certificate = (domain: string, ...names: string[]) => ({
  domain_name: domain,
  subject_alternative_names: names,
  validation_method: "DNS",
});
const CERTIFICATES: Bodies = {
  main: certificate("example.com", "www.example.com"),
  api: certificate("api.example.com"),
  any: certificate("*.example.com"),
  curve: { ...certificate("api.example.com", "shop.example.com"), key_algorithm: "EC_prime256v1" },
  long: { ...certificate("shop.example.com", "old.example.com"), key_algorithm: "RSA_4096" },
  old: certificate("old.example.com"),
  body: { certificate_body: "x", private_key: "x" },
  open: certificate("${var.name}"),
};

function listenerWith(
  own: string,
  more: readonly string[] = [],
  data: Record<string, Bodies> = {},
): [Listener, Topology] {
  const arnOf = (name: string) =>
    name.startsWith("arn:") || name.includes("${") ? name : `\${aws_acm_certificate.${name}.arn}`;
  const topology = readTopology({
    resource: {
      aws_acm_certificate: CERTIFICATES,
      aws_lb: { main: {} },
      aws_lb_listener: {
        https: { load_balancer_arn: "${aws_lb.main.arn}", port: 443, protocol: "HTTPS", certificate_arn: arnOf(own) },
      },
      aws_lb_listener_certificate: Object.fromEntries(
        more.map((name, index) => [
          `more${index}`,
          { listener_arn: "${aws_lb_listener.https.arn}", certificate_arn: arnOf(name) },
        ]),
      ),
    },
    data,
    variable: { name: {} },
  });
  return [topology.balancers[0]?.listeners[0] as Listener, topology];
}
const shown = (it: Presented) =>
  it.kind === "certificate" ? it.address.replace("aws_acm_certificate.", "") : `unknown ${it.cause.address}`;

describe("the certificate for a requested name", () => {
  test.each<[what: string, own: string, more: readonly string[], name: string | undefined, certificate: string]>([
    ["is the default one without a name", "main", ["api"], undefined, "main"],
    ["is the default one for an empty name", "main", ["api"], "", "main"],
    ["is the default one if none covers the name", "main", ["api"], "x.example.org", "main"],
    ["covers it", "main", ["old", "api"], "api.example.com", "api"],
    ["covers it in any case", "main", ["api"], "API.example.com.", "api"],
    ["is the default one if only that covers it", "main", ["api"], "www.example.com", "main"],
    ["is one of the list even if the default one covers it", "main", ["any"], "www.example.com", "any"],
    ["can be a wildcard", "main", ["any"], "shop.example.com", "any"],
    ["is no wildcard for two labels", "main", ["any"], "a.shop.example.com", "main"],
    ["is no wildcard for its parent", "api", ["any"], "example.com", "api"],
    ["has an ECDSA key if there is one", "main", ["api", "curve"], "api.example.com", "curve"],
    ["has an ECDSA key, although an RSA key is longer", "main", ["long", "curve"], "shop.example.com", "curve"],
    ["has the longest RSA key", "main", ["old", "long"], "old.example.com", "long"],
    ["is the first of equals", "main", ["any", "api"], "api.example.com", "any"],
    [
      "is one that covers it, although another is not known",
      "main",
      ["arn:aws:acm:us-east-1:1:certificate/x", "api"],
      "api.example.com",
      "api",
    ],
    [
      "may be one that is not in the file",
      "main",
      ["arn:aws:acm:us-east-1:1:certificate/x"],
      "api.example.com",
      "unknown aws_lb_listener_certificate.more0",
    ],
    [
      "may be one that is not known",
      "main",
      ["${var.name}"],
      "api.example.com",
      "unknown aws_lb_listener_certificate.more0",
    ],
    [
      "may be one whose names are not in the file",
      "main",
      ["body"],
      "api.example.com",
      "unknown aws_acm_certificate.body",
    ],
    ["may be one whose names are not known", "main", ["open"], "api.example.com", "unknown aws_acm_certificate.open"],
    ["is the default one without a name, although another is not known", "main", ["body"], undefined, "main"],
    [
      "is not known if the default one is not in the file",
      "arn:aws:acm:us-east-1:1:certificate/x",
      [],
      undefined,
      "unknown aws_lb_listener.https",
    ],
  ])("%s", (_, own, more, name, expected) => {
    const [listener, topology] = listenerWith(own, more);
    expect(shown(certificateFor(listener, name, topology))).toBe(expected);
  });

  test("has its names and its ARN", () => {
    const [listener, topology] = listenerWith("main");
    expect(certificateFor(listener, "www.example.com", topology)).toEqual({
      kind: "certificate",
      names: ["example.com", "www.example.com"],
      arn: "${aws_acm_certificate.main.arn}",
      address: "aws_acm_certificate.main",
    });
  });

  test("of a data source is known by its first name only", () => {
    const [listener, topology] = listenerWith("${data.aws_acm_certificate.main.arn}", [], {
      aws_acm_certificate: { main: { domain: "example.com" } },
    });
    expect(certificateFor(listener, "example.com", topology)).toMatchObject({ names: ["example.com"] });
    expect(certificateFor(listener, undefined, topology)).toMatchObject({ names: ["example.com"] });
    const other = certificateFor(listener, "www.example.com", topology);
    expect(other).toMatchObject({ kind: "unknown", cause: { hop: "tls", address: "data.aws_acm_certificate.main" } });
    expect("cause" in other && other.cause.text).toContain("it may cover www.example.com");
  });

  test("has no name that is an expression", () => {
    const [listener, topology] = listenerWith("main");
    const certificates = topology.certificates.map((it) => ({
      ...it,
      names: { items: ["example.com", "${x}.example.com"] },
    }));
    const byId = { ...topology.byId, certificate: () => certificates[0] };
    const open = { ...topology, certificates, byId };
    expect(certificateFor(listener, undefined, open)).toMatchObject({ names: ["example.com"] });
    expect(shown(certificateFor(listener, "a.example.com", open))).toBe("unknown aws_acm_certificate.main");
  });

  test("is one of all", () => {
    const [listener, topology] = listenerWith("main", ["api", "body"]);
    expect(everyCertificate(listener, topology).map(shown)).toEqual([
      "main",
      "api",
      "unknown aws_acm_certificate.body",
    ]);
  });

  test("is missing on a listener without one", () => {
    const [listener, topology] = listenerWith("main");
    expect(shown(certificateFor({ ...listener, certificates: [] }, "example.com", topology))).toBe(
      "unknown aws_lb_listener.https",
    );
  });
});

describe("the versions of TLS", () => {
  const of = (sslPolicy: Listener["sslPolicy"]) => tlsVersions({ address: "aws_lb_listener.https", sslPolicy });
  const range = (sslPolicy: Listener["sslPolicy"]) => {
    const found = of(sslPolicy);
    return found.kind === "versions" ? `${found.min} ${found.max}` : found.kind;
  };

  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
  test.each<[policy: string, versions: string]>([
    ["TLS13-1-3-2021-06", "TLSv1.3 TLSv1.3"],
    ["TLS13-1-3-PQ-2025-09", "TLSv1.3 TLSv1.3"],
    ["TLS13-1-3-FIPS-2023-04", "TLSv1.3 TLSv1.3"],
    ["TLS13-1-3-FIPS-PQ-2025-09", "TLSv1.3 TLSv1.3"],
    ["TLS13-1-2-2021-06", "TLSv1.2 TLSv1.3"],
    ["TLS13-1-2-PQ-2025-09", "TLSv1.2 TLSv1.3"],
    ["TLS13-1-2-Res-2021-06", "TLSv1.2 TLSv1.3"],
    ["TLS13-1-2-Res-PQ-2025-09", "TLSv1.2 TLSv1.3"],
    ["TLS13-1-2-Ext1-2021-06", "TLSv1.2 TLSv1.3"],
    ["TLS13-1-2-Ext2-2021-06", "TLSv1.2 TLSv1.3"],
    ["TLS13-1-2-Ext0-FIPS-2023-04", "TLSv1.2 TLSv1.3"],
    ["TLS13-1-2-FIPS-2023-04", "TLSv1.2 TLSv1.3"],
    ["TLS13-1-1-2021-06", "TLSv1.1 TLSv1.3"],
    ["TLS13-1-1-FIPS-2023-04", "TLSv1.1 TLSv1.3"],
    ["TLS13-1-0-2021-06", "TLSv1 TLSv1.3"],
    ["TLS13-1-0-PQ-2025-09", "TLSv1 TLSv1.3"],
    ["TLS13-1-0-FIPS-2023-04", "TLSv1 TLSv1.3"],
    ["TLS13-1-0-FIPS-PQ-2025-09", "TLSv1 TLSv1.3"],
    ["TLS-1-2-2017-01", "TLSv1.2 TLSv1.2"],
    ["TLS-1-2-Ext-2018-06", "TLSv1.2 TLSv1.2"],
    ["TLS-1-1-2017-01", "TLSv1.1 TLSv1.2"],
    ["TLS-1-0-2015-04", "TLSv1 TLSv1.2"],
    ["FS-1-2-Res-2020-10", "TLSv1.2 TLSv1.2"],
    ["FS-1-2-Res-2019-08", "TLSv1.2 TLSv1.2"],
    ["FS-1-2-2019-08", "TLSv1.2 TLSv1.2"],
    ["FS-1-1-2019-08", "TLSv1.1 TLSv1.2"],
    ["FS-2018-06", "TLSv1 TLSv1.2"],
    ["2016-08", "TLSv1 TLSv1.2"],
    ["2015-05", "TLSv1 TLSv1.2"],
  ])("of ELBSecurityPolicy-%s", (policy, versions) => {
    expect(range(`ELBSecurityPolicy-${policy}`)).toBe(versions);
  });

  test("of every policy with TLS 1.2 as its minimum, or later", () => {
    expect(TLS_12_POLICIES.filter((it) => !/^TLSv1\.[23] /.test(range(it)))).toEqual([]);
  });

  test("of a listener without a policy are those of the API's default", () => {
    const versions = { kind: "versions", min: "TLSv1", max: "TLSv1.2", policy: "ELBSecurityPolicy-2016-08" };
    expect([of(undefined), of("")]).toEqual([versions, versions]);
  });

  test.each<[what: string, policy: Listener["sslPolicy"]]>([
    ["an unknown value", new Unknown("aws_lb_listener.https", "ssl_policy", "known after apply")],
    ["an expression", "${var.policy}"],
    ["a policy that AWS does not have", "ELBSecurityPolicy-TLS13-1-2-2099"],
    ["a policy that is newer than the list", "ELBSecurityPolicy-TLS13-1-2-2031-01"],
  ])("of %s are not known", (_, policy) => {
    expect(of(policy)).toMatchObject({ kind: "unknown", cause: { hop: "tls", address: "aws_lb_listener.https" } });
  });
});
