import { isGoodFor } from "../../../../path/analysis/certificates/certificates";
import { certificatesAt } from "../../../../path/analysis/certificates/picked-certificates";
import type { TraceReport } from "../../../../path/report";
import { trace } from "../../../../path/trace/trace";
import { readTopology } from "../../../../topology/topology";
import { created, planOf, SITE, type Values } from "../../../support/standing-site";

/* Which of a listener's certificates count on a path: AWS picks by the name that the client asks for. */

const { "aws_lb_listener.https": HTTPS = {}, "aws_route53_record.www": WWW = {} } = SITE;
const arnOf = (name: string) => `arn:aws:acm:us-east-1:123456789012:certificate/${name}`;
/** A certificate of the listener in addition to its own, which the plan destroys before it makes the new one (P18). */
const extra = (
  name: string,
  domain: string,
): { site: Record<string, Values>; changes: Parameters<typeof planOf>[0] } => ({
  site: {
    [`aws_acm_certificate.${name}`]: {
      id: arnOf(name),
      arn: arnOf(name),
      domain_name: domain,
      subject_alternative_names: [domain],
      validation_method: "DNS",
      status: "ISSUED",
    },
    [`aws_lb_listener_certificate.${name}`]: { id: name, listener_arn: HTTPS.arn, certificate_arn: arnOf(name) },
  },
  changes: { [`aws_acm_certificate.${name}`]: { actions: ["delete", "create"] } },
});
const record = (name: string): Values => ({ ...WWW, id: `Z1_${name}_A`, name, fqdn: name });
const traced = ({ site, changes }: ReturnType<typeof extra>, records: Record<string, Values> = {}, url?: string) =>
  trace(planOf(changes, { ...SITE, ...site, ...records }), url === undefined ? {} : { url: new URL(url) });
const brokenOn = ({ paths }: TraceReport) =>
  paths
    .filter(({ hops }) => hops.some(({ hop, verdict }) => hop === "tls" && verdict === "broken"))
    .map(({ url }) => url);
const shownOn = ({ paths }: TraceReport, url: string) => paths.find((it) => it.url === url)?.hops[1]?.observed;

test("what is wrong with one counts on the paths whose names it is good for", () => {
  const report = traced(extra("api", "api.example.com"), { "aws_route53_record.api": record("api.example.com") });
  expect(report.findings.map(({ id, address }) => `${id} ${address}`)).toEqual(["P18 aws_acm_certificate.api"]);
  expect(brokenOn(report)).toEqual(["http://api.example.com/", "https://api.example.com/"]);
  expect(report.verdict).toBe("broken");
});

test("a wildcard's paths meet it too, and names below a wildcard record its certificate", () => {
  const wildcard = { "aws_route53_record.any": record("*.example.com") };
  expect(
    brokenOn(traced(extra("any", "*.example.com"), { "aws_route53_record.api": record("api.example.com") })),
  ).toContain("https://api.example.com/");
  expect(brokenOn(traced(extra("any", "*.example.com"), wildcard))).toContain("https://any-name.example.com/");
  // No record has the name itself.
  expect(brokenOn(traced(extra("api", "api.example.com"), wildcard))).toContain("https://any-name.example.com/");
});

test("without a record for its name, it counts on all paths, as its record may be elsewhere", () => {
  expect(brokenOn(traced(extra("api", "api.example.com")))).toEqual([
    "http://www.example.com/",
    "https://www.example.com/",
  ]);
});

test("the URL that was asked for meets its own only", () => {
  const records = { "aws_route53_record.api": record("api.example.com") };
  expect(traced(extra("api", "api.example.com"), records, "https://www.example.com/").verdict).toBe("ok");
  expect(traced(extra("api", "api.example.com"), records, "https://api.example.com/").verdict).toBe("broken");
});

test("the listener's own counts on all, as it is what all others get", () => {
  const report = trace(
    planOf(
      { "aws_acm_certificate.main": { actions: ["delete", "create"] } },
      { ...SITE, ...extra("api", "api.example.com").site, "aws_route53_record.api": record("api.example.com") },
    ),
  );
  expect(brokenOn(report).sort()).toEqual([
    "http://api.example.com/",
    "http://www.example.com/",
    "https://api.example.com/",
    "https://www.example.com/",
  ]);
});

test("a path shows those that it meets, and of many that may be for any name the first", () => {
  expect(
    shownOn(
      traced(extra("api", "api.example.com"), { "aws_route53_record.api": record("api.example.com") }),
      "https://www.example.com/",
    ),
  ).toBe("aws_acm_certificate.main");
  const many = Array.from(
    { length: 30 },
    (_, index) =>
      [
        `aws_lb_listener_certificate.c${index}`,
        created({ listener_arn: HTTPS.arn, certificate_arn: arnOf(`c${index}`) }),
      ] as const,
  );
  const shown = shownOn(trace(planOf(Object.fromEntries(many), SITE)), "https://www.example.com/");
  expect(shown?.split(", ")).toHaveLength(20);
  expect(shown).toMatch(/^aws_acm_certificate\.main, .*certificate\/c18 and 11 more$/);
});

test.each(["example.com", "www.example.com", "a.b.example.com", "*.example.com", "any.other.org", "other.org"])(
  "a certificate and the listener that has it are good for the same names: %s",
  (host) => {
    const topology = readTopology(
      planOf({}, { ...SITE, ...extra("any", "*.example.com").site, ...extra("other", "other.org").site }),
    );
    const listeners = topology.balancers.flatMap((it) => it.listeners).filter((it) => it.certificates.length > 0);
    expect(listeners).toHaveLength(1);
    for (const listener of listeners)
      expect(certificatesAt(listener, { topology }).isGoodFor(host)).toBe(
        topology.certificates.some((it) => isGoodFor(it, host)),
      );
  },
);
