import { trace } from "../../path/trace/trace";
import { readTopology } from "../../topology/topology";
import { opensIn } from "../mutants/judge";
import type { SynthesizedJson } from "../mutants/mutant";
import { SERVE_CASES } from "../serve-cases/all";
import { differences, type Observed, type ObservedResponse } from "../serve-cases/observed";
import type { Ask, Expected, ServeCase } from "../serve-cases/serve-case";
import { site } from "../serve-cases/site";

/*
 * The cases themselves: each says what it is about, its file is read as it is meant, and what it names exists. What
 * `serve` answers to them is tested where `serve` runs.
 */

const ALL = Object.entries(SERVE_CASES).flatMap(([subject, cases]) =>
  cases.map((it) => [`${subject}: ${it.name}`, it] as const),
);

test("there are at least 60, in every subject several, and no two have one name", () => {
  expect(ALL.length).toBeGreaterThanOrEqual(60);
  for (const cases of Object.values(SERVE_CASES)) expect(cases.length).toBeGreaterThanOrEqual(10);
  const names = ALL.map(([name]) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("no two are the same", () => {
  const texts = ALL.map(([, { file, client, app, stopped, ask, expect: expected }]) =>
    JSON.stringify({ file, client, app, stopped, ask, expected }),
  );
  expect(ALL.filter((_, index) => texts.indexOf(texts[index] as string) !== index).map(([name]) => name)).toEqual([]);
});

describe.each(ALL)("%s", (_, it) => {
  test("links to a page that documents it, and says it in a sentence", () => {
    expect(it.source).toMatch(
      /^https:\/\/(docs\.aws\.amazon\.com\/[\w./-]+\.html|www\.rfc-editor\.org\/rfc\/rfc\d+)(#[\w.-]+)?$/,
    );
    expect(it.says).toMatch(/^[A-Z0-9*?#"][^\n]{10,}\.$/);
    expect(it.says).not.toMatch(/[.!?] [A-Z]/);
  });

  test("its file is read as it is meant", () => {
    const topology = readTopology(it.file);
    expect([...topology.unread.values()].flat()).toEqual([]);
    expect(topology.strangers).toEqual([]);
    const report = trace(it.file);
    expect(`${report.verdict}${it.verdict === undefined ? opensIn(report) : ""}`).toBe(it.verdict ?? "ok");
    expect(report.paths.length).toBeGreaterThan(0);
  });

  test("the resources that it names are in its file", () => {
    const named = [
      ...new Set(JSON.stringify([it.ask, it.expect, it.stopped ?? []]).match(/\baws_[a-z0-9_]+\.[a-z0-9_]+/g) ?? []),
    ];
    expect(named.filter((address) => !isIn(it.file, address))).toEqual([]);
  });

  test("the host that it asks has a record in its file", () => {
    if (!("request" in it.ask) || it.ask.request.to !== undefined) return;
    const { hostname, protocol } = new URL(it.ask.request.url);
    expect(trace(it.file, { url: new URL(`${protocol}//${hostname}/`) }).paths[0]?.balancer).toBe("aws_lb.web");
  });

  test("expects what is asked, and is not met by nothing", () => {
    expect(fits(it)).toBe(true);
    expect(differences(it, {})).not.toEqual([]);
    expect(differences(it, { responses: [{}], dns: { rcode: "REFUSED", answers: [] }, notModeled: [] })).not.toEqual(
      [],
    );
  });
});

function isIn({ resource }: SynthesizedJson, address: string): boolean {
  const [type = "", name = ""] = address.split(".");
  return resource[type]?.[name] !== undefined;
}

function fits({ ask, expect: expected }: ServeCase): boolean {
  if ("dns" in ask) return "rcode" in expected;
  if ("tls" in ask) return "certificate" in expected || "handshakeFails" in expected || "neverAnswered" in expected;
  if ("health" in ask) return "health" in expected;
  if ("start" in ask) return "refused" in expected;
  return "status" in expected || "neverAnswered" in expected || "refused" in expected;
}

describe("the site that cases change", () => {
  test("is correct, without a warning", () => {
    const report = trace(site());
    expect([report.verdict, report.findings]).toEqual(["ok", []]);
  });

  test("refuses a change of what it does not have", () => {
    expect(() => site({ change: { "aws_lb.other": {} } })).toThrow("the site has no aws_lb.other");
    expect(() => site({ without: ["aws_lb.other"] })).toThrow("the site has no aws_lb.other");
  });

  test("is another document at each call", () => {
    const first = site();
    if (first.resource.aws_lb?.web !== undefined) first.resource.aws_lb.web.name = "changed";
    expect(site().resource.aws_lb?.web?.name).toBe("web");
  });
});

describe("what differs from a case", () => {
  const request: Ask = { request: { url: "https://www.example.com/" } };
  const of = (expected: Expected, observed: Observed, ask: Ask = request) =>
    differences({ name: "x", source: "https://x", says: "X.", file: site(), ask, expect: expected }, observed);
  const once = (expected: Expected, response: ObservedResponse) => of(expected, { responses: [response] });

  test("a response, in all that is expected of it", () => {
    const expected = {
      status: 301,
      headers: { location: "https://x:443/", "content-type": /^text/, "x-none": null },
      body: "moved",
      cookies: [/^AWSALB=/],
      group: "aws_lb_target_group.web",
      hop: "listener",
      cause: "aws_lb_listener.http",
      received: { host: "x" },
      receivedLine: "GET /",
    } as const;
    const right = {
      status: 301,
      headers: { location: "https://x:443/", "content-type": "text/html" },
      body: "moved",
      cookies: ["AWSALB=1"],
      group: "aws_lb_target_group.web",
      hop: "listener",
      text: "the default action of aws_lb_listener.http redirects",
      received: { line: "GET /", headers: { host: "x" } },
    } as const;
    expect(once(expected, right)).toEqual([]);
    const wrong: readonly ObservedResponse[] = [
      { ...right, status: 302 },
      { ...right, headers: { ...right.headers, location: "https://x/" } },
      { ...right, headers: { ...right.headers, "content-type": "application/json" } },
      { ...right, headers: { ...right.headers, "x-none": "" } },
      { ...right, body: "" },
      { ...right, cookies: ["AWSALBTG=1"] },
      { ...right, group: "aws_lb_target_group.api" },
      { ...right, hop: "target" },
      { ...right, text: "the default action of aws_lb_listener.https redirects" },
      { ...right, text: "the default action of aws_lb_listener.http2 redirects" },
      { ...right, received: { line: "GET /", headers: { host: "y" } } },
      { ...right, received: { line: "GET /a", headers: { host: "x" } } },
    ];
    for (const it of wrong) expect(once(expected, it)).toHaveLength(1);
  });

  test("a cookie where none is expected", () => {
    expect(once({ status: 200, cookies: [] }, { status: 200, cookies: [] })).toEqual([]);
    expect(once({ status: 200, cookies: [] }, { status: 200, cookies: ["AWSALB=1"] })).toHaveLength(1);
  });

  test("a header that the target received although it should not have", () => {
    const expected = { status: 200, received: { "x-forwarded-for": null } };
    const received = (headers: Record<string, string>) => ({ status: 200, received: { line: "GET /", headers } });
    expect(once(expected, received({}))).toEqual([]);
    expect(once(expected, received({ "x-forwarded-for": "192.0.2.1" }))).toHaveLength(1);
    expect(once(expected, { status: 200 })).toEqual(["the target received nothing"]);
  });

  test("several responses: their targets and their parts", () => {
    const [a, b] = ["a", "b"].map((name) => ({
      status: 200,
      target: `aws_instance.${name}`,
      group: `aws_lb_target_group.${name}`,
    })) as [ObservedResponse, ObservedResponse];
    const both = { responses: [a, b, a] };
    expect(of({ status: 200, targets: ["aws_instance.b", "aws_instance.a"] }, both)).toEqual([]);
    expect(of({ status: 200, targets: ["aws_instance.a"] }, both)).toHaveLength(1);
    expect(of({ status: 200, sameTarget: true }, both)).toHaveLength(1);
    expect(of({ status: 200, sameTarget: true }, { responses: [a, a] })).toEqual([]);
    expect(
      of({ status: 200, share: { "aws_lb_target_group.a": [2, 2], "aws_lb_target_group.b": [1, 2] } }, both),
    ).toEqual([]);
    expect(of({ status: 200, share: { "aws_lb_target_group.a": [2, 2] } }, both)).toHaveLength(1);
    expect(of({ status: 200, share: { "aws_lb_target_group.a": [3, 3] } }, { responses: [a, a] })).toHaveLength(1);
  });

  test("a client that is never answered", () => {
    const expected: Expected = { neverAnswered: { hop: ["dns", "listener"], address: "aws_security_group.alb" } };
    const text = "aws_security_group.alb allows no port 443";
    expect(once(expected, { stage: "no answer", hop: "listener", text })).toEqual([]);
    expect(once(expected, { stage: "no answer", hop: "target", text })).toHaveLength(1);
    expect(once(expected, { stage: "no answer", hop: "dns", text: "closed" })).toHaveLength(1);
    expect(once(expected, { status: 200, hop: "listener", text })).toHaveLength(1);
    expect(once(expected, { stage: "no handshake", hop: "listener", text })).toHaveLength(1);
  });

  test("a handshake, a certificate, a refused handshake", () => {
    const tls = { certificate: ["b.example.com", "a.example.com"], version: "TLSv1.3", alpn: "h2" } as const;
    const expected: Expected = { certificate: ["a.example.com", "b.example.com"], version: "TLSv1.3", alpn: "h2" };
    expect(of(expected, { tls })).toEqual([]);
    expect(of(expected, { tls: { ...tls, certificate: ["a.example.com"] } })).toHaveLength(1);
    expect(of(expected, { tls: { ...tls, version: "TLSv1.2" } })).toHaveLength(1);
    expect(of(expected, { tls: { ...tls, alpn: "" } })).toHaveLength(1);
    expect(of({ handshakeFails: true }, { responses: [{ stage: "no handshake" }] })).toEqual([]);
    expect(of({ handshakeFails: true }, { tls })).toHaveLength(1);
  });

  test("a response of DNS", () => {
    const dns = { rcode: "NOERROR", answers: [{ type: "CNAME", data: "www.example.com." }] };
    const expected = { rcode: "NOERROR", answers: [{ type: "CNAME", data: "www.example.com" }] } as const;
    const more = { ...dns, answers: [...dns.answers, { type: "A", data: "balancer" }] };
    expect(of(expected, { dns })).toEqual([]);
    expect(of(expected, { dns: more })).toHaveLength(1);
    expect(of({ ...expected, mayFollow: true }, { dns: more })).toEqual([]);
    expect(of({ ...expected, mayFollow: true }, { dns: { ...dns, answers: [] } })).toHaveLength(1);
    expect(of(expected, { dns: { ...dns, rcode: "NXDOMAIN" } })).toHaveLength(1);
  });

  test("a health, with what the health check was", () => {
    const expected: Expected = { health: "healthy", receivedLine: "GET /", received: { host: "10.0.0.1:80" } };
    const health = { state: "healthy", received: { line: "GET /", headers: { host: "10.0.0.1:80" } } };
    expect(of(expected, { health })).toEqual([]);
    expect(of(expected, { health: { ...health, state: "unhealthy" } })).toHaveLength(1);
    expect(of(expected, { health: { ...health, received: { ...health.received, line: "GET /x" } } })).toHaveLength(1);
    expect(
      of({ health: "unhealthy", code: "Target.Timeout" }, { health: { state: "unhealthy", code: "Target.X" } }),
    ).toHaveLength(1);
  });

  test("what is refused by name", () => {
    const expected: Expected = { refused: { address: ["aws_lb.web", "aws_lb_listener.https"], words: /oidc/i } };
    expect(of(expected, { notModeled: ["sign-in with OIDC at aws_lb_listener.https"] }, { start: true })).toEqual([]);
    expect(of(expected, { notModeled: ["sign-in at aws_lb_listener.https"] }, { start: true })).toHaveLength(1);
    expect(of(expected, { notModeled: ["OIDC at aws_lb_listener.http"] }, { start: true })).toHaveLength(1);
    const text = "aws_lb.web: OIDC is not modeled";
    expect(once(expected, { status: 501, text })).toEqual([]);
    expect(once(expected, { status: 501, body: text })).toEqual([]);
    expect(once(expected, { status: 200, text, target: "aws_instance.a" })).toEqual(["a target responded"]);
  });
});
