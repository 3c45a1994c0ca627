import type { ServeCase, TlsAsk } from "./serve-case";
import { certificate, site } from "./site";

const CERTIFICATES =
  "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html";
const POLICIES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html";

/** A site with `www` as its default certificate, and further certificates in the listener's list. */
const withList = (list: Readonly<Record<string, readonly string[]>>) =>
  site({
    with: Object.entries(list).map(([label, names]) => ({
      ...certificate(label, names),
      [`aws_lb_listener_certificate.${label}`]: {
        listener_arn: "${aws_lb_listener.https.arn}",
        certificate_arn: `\${aws_acm_certificate_validation.${label}.certificate_arn}`,
      },
    })),
  });

const withPolicy = (policy: string) => site({ change: { "aws_lb_listener.https": httpsWith(policy) } });
const httpsWith = (policy: string) => ({ ssl_policy: policy });
const ask = (serverName: string | undefined, more: Partial<TlsAsk> = {}) => ({
  tls: { port: 443, ...(serverName !== undefined && { serverName }), ...more },
});

const WWW = ["www.example.com"];

export const TLS: readonly ServeCase[] = [
  {
    name: "a client gets the certificate with the requested names",
    source: CERTIFICATES,
    says: "The default certificate of a listener is used for its connections.",
    file: site({ hosts: ["www.example.com", "example.com"] }),
    ask: ask("example.com"),
    expect: { certificate: ["www.example.com", "example.com"] },
  },
  {
    name: "SNI selects a certificate from the listener's list",
    source: `${CERTIFICATES}#sni-certificate-list`,
    says: "A certificate list lets the load balancer provide a different certificate for each domain.",
    file: withList({ shop: ["shop.example.com"] }),
    ask: ask("shop.example.com"),
    expect: { certificate: ["shop.example.com"] },
  },
  {
    name: "the name of the default certificate still gets that one",
    source: `${CERTIFICATES}#sni-certificate-list`,
    says: "A certificate list lets the load balancer provide a different certificate for each domain.",
    file: withList({ shop: ["shop.example.com"] }),
    ask: ask("www.example.com"),
    expect: { certificate: WWW },
  },
  {
    name: "a client without SNI gets the default certificate",
    source: `${CERTIFICATES}#default-certificate`,
    says: "The default certificate is used if a client connects without SNI.",
    file: withList({ shop: ["shop.example.com"] }),
    ask: ask(undefined),
    expect: { certificate: WWW },
  },
  {
    name: "a name that no certificate covers gets the default certificate",
    source: `${CERTIFICATES}#default-certificate`,
    says: "The default certificate is used if there are no matching certificates in the list.",
    file: withList({ shop: ["shop.example.com"] }),
    ask: ask("other.example.com"),
    expect: { certificate: WWW },
  },
  {
    name: "a wildcard in the list covers one label",
    source: CERTIFICATES,
    says: "A wildcard protects the names of one level: *.example.com protects corp.example.com.",
    file: withList({ any: ["*.example.com"] }),
    ask: ask("corp.example.com"),
    expect: { certificate: ["*.example.com"] },
  },
  {
    name: "a wildcard does not cover two labels",
    source: CERTIFICATES,
    says: "A wildcard protects only one level: *.example.com does not protect test.login.example.com.",
    file: withList({ any: ["*.example.com"] }),
    ask: ask("test.login.example.com"),
    expect: { certificate: WWW },
  },
  {
    name: "a wildcard does not cover its domain",
    source: CERTIFICATES,
    says: "*.example.com does not protect the apex example.com.",
    file: withList({ any: ["*.example.com"] }),
    ask: ask("example.com"),
    expect: { certificate: WWW },
  },
  {
    name: "one of several certificates in the list",
    source: `${CERTIFICATES}#sni-certificate-list`,
    says: "A certificate list lets the load balancer provide a different certificate for each domain.",
    file: withList({ shop: ["shop.example.com"], blog: ["blog.example.com", "news.example.com"] }),
    ask: ask("news.example.com"),
    expect: { certificate: ["blog.example.com", "news.example.com"] },
  },

  // Security policies
  {
    name: "TLS13-1-2-2021-06 negotiates TLS 1.3",
    source: POLICIES,
    says: "ELBSecurityPolicy-TLS13-1-2-2021-06 has the protocols TLS 1.2 and TLS 1.3.",
    file: withPolicy("ELBSecurityPolicy-TLS13-1-2-2021-06"),
    ask: ask("www.example.com"),
    expect: { certificate: WWW, version: "TLSv1.3" },
  },
  {
    name: "TLS13-1-2-2021-06 accepts TLS 1.2",
    source: POLICIES,
    says: "ELBSecurityPolicy-TLS13-1-2-2021-06 has the protocols TLS 1.2 and TLS 1.3.",
    file: withPolicy("ELBSecurityPolicy-TLS13-1-2-2021-06"),
    ask: ask("www.example.com", { maxVersion: "TLSv1.2" }),
    expect: { certificate: WWW, version: "TLSv1.2" },
  },
  {
    name: "TLS13-1-2-2021-06 does not accept TLS 1.1",
    source: POLICIES,
    says: "ELBSecurityPolicy-TLS13-1-2-2021-06 does not have the protocol TLS 1.1.",
    file: withPolicy("ELBSecurityPolicy-TLS13-1-2-2021-06"),
    ask: ask("www.example.com", { minVersion: "TLSv1.1", maxVersion: "TLSv1.1" }),
    expect: { handshakeFails: true },
  },
  {
    name: "TLS13-1-3-2021-06 does not accept TLS 1.2",
    source: POLICIES,
    says: "ELBSecurityPolicy-TLS13-1-3-2021-06 has the protocol TLS 1.3 only.",
    file: withPolicy("ELBSecurityPolicy-TLS13-1-3-2021-06"),
    ask: ask("www.example.com", { maxVersion: "TLSv1.2" }),
    expect: { handshakeFails: true },
  },
  {
    name: "TLS13-1-1-2021-06 accepts TLS 1.1",
    source: POLICIES,
    says: "ELBSecurityPolicy-TLS13-1-1-2021-06 has the protocols TLS 1.1, TLS 1.2 and TLS 1.3.",
    file: withPolicy("ELBSecurityPolicy-TLS13-1-1-2021-06"),
    ask: ask("www.example.com", { minVersion: "TLSv1.1", maxVersion: "TLSv1.1" }),
    expect: { certificate: WWW, version: "TLSv1.1" },
  },
  {
    name: "2016-08 does not have TLS 1.3",
    source: POLICIES,
    says: "ELBSecurityPolicy-2016-08 has the protocols TLS 1.0, TLS 1.1 and TLS 1.2.",
    file: withPolicy("ELBSecurityPolicy-2016-08"),
    ask: ask("www.example.com", { minVersion: "TLSv1.3" }),
    expect: { handshakeFails: true },
  },
  {
    name: "2016-08 negotiates TLS 1.2 with a client that also has TLS 1.3",
    source: POLICIES,
    says: "ELBSecurityPolicy-2016-08 has the protocols TLS 1.0, TLS 1.1 and TLS 1.2.",
    file: withPolicy("ELBSecurityPolicy-2016-08"),
    ask: ask("www.example.com"),
    expect: { certificate: WWW, version: "TLSv1.2" },
  },
  {
    name: "a listener without a policy has 2016-08",
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html",
    says: "ELBSecurityPolicy-2016-08 is the default policy of listeners that are not created in the console.",
    file: site({ change: { "aws_lb_listener.https": { ssl_policy: undefined } } }),
    ask: ask("www.example.com", { minVersion: "TLSv1.3" }),
    expect: { handshakeFails: true },
  },
  {
    name: "TLS-1-2-2017-01 does not accept TLS 1.1",
    source: POLICIES,
    says: "ELBSecurityPolicy-TLS-1-2-2017-01 has the protocol TLS 1.2 only.",
    file: withPolicy("ELBSecurityPolicy-TLS-1-2-2017-01"),
    ask: ask("www.example.com", { minVersion: "TLSv1.1", maxVersion: "TLSv1.1" }),
    expect: { handshakeFails: true },
  },
  {
    name: "FS-1-2-Res-2020-10 does not have TLS 1.3",
    source: POLICIES,
    says: "ELBSecurityPolicy-FS-1-2-Res-2020-10 has the protocol TLS 1.2 only.",
    file: withPolicy("ELBSecurityPolicy-FS-1-2-Res-2020-10"),
    ask: ask("www.example.com"),
    expect: { certificate: WWW, version: "TLSv1.2" },
  },
  {
    name: "a closed port has no handshake",
    source:
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html" +
      "#client-cannot-connect",
    says: "The load balancer does not respond on a listener port that its security group does not allow.",
    file: site({ without: ["aws_vpc_security_group_ingress_rule.clients_443"] }),
    verdict: "broken",
    ask: ask("www.example.com"),
    expect: { neverAnswered: { hop: "listener", address: "aws_security_group.alb" } },
  },
];
