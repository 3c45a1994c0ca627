import { entriesAt } from "../../../../path/analysis/requests/entries";
import { type Asked, met, outcomesOf } from "../../../../path/analysis/requests/listener-answers";
import { redirectEnds } from "../../../../path/analysis/requests/redirect-walks";
import { destinationOf, nextRequest, type Redirect } from "../../../../path/analysis/requests/redirects";
import { routeOf } from "../../../../path/analysis/requests/route";
import type { Condition, Listener, ListenerRule } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";
import { isUnknown, Unknown } from "../../../../topology/value";

/*
 * What a listener answers, and where redirects lead: one answer each, for any client and for a plain one. As AWS's
 * pages on condition types and redirect actions say.
 */

const condition = (kind: Condition["kind"], ...items: string[]): Condition => ({ kind, values: { items } });
const rule = (name: string, ...conditions: Condition[]) =>
  ({
    address: name,
    conditions,
    actions: [{ type: "fixed-response", statusCode: "200", attribute: "action" }],
  }) as Pick<ListenerRule, "address" | "conditions" | "actions"> as ListenerRule;
const listenerOf = (...rules: ListenerRule[]) =>
  ({
    address: "default",
    rules,
    defaultActions: [{ type: "fixed-response", statusCode: "404", attribute: "default_action" }],
  }) as Partial<Listener> as Listener;

const ASKED: Asked = { host: "www.example.com", path: "/a", hasPath: true };
const matchesOf = (listener: Listener, asked: Partial<Asked>) =>
  [...outcomesOf(listener, { ...ASKED, ...asked })].map(({ address, match }) => [
    address,
    isUnknown(match) ? match.why : match,
  ]);

describe("a rule's condition", () => {
  test.each<[string, Condition, byAny: string, byPlain: string]>([
    ["a name, whatever its case", condition("host-header", "WWW.Example.COM"), "always", "always"],
    ["another name", condition("host-header", "example.com"), "never", "never"],
    ["names with a wildcard", condition("host-header", "*.example.com"), "always", "always"],
    ["the path", condition("path-pattern", "/b", "/a"), "always", "always"],
    ["the path in another case", condition("path-pattern", "/A"), "never", "never"],
    ["the method of browsers", condition("http-request-method", "GET"), "some", "always"],
    ["another method", condition("http-request-method", "POST"), "some", "never"],
    ["all addresses", condition("source-ip", "0.0.0.0/0", "::/0"), "always", "always"],
    ["all addresses of IPv4", condition("source-ip", "0.0.0.0/0"), "some", "always"],
    ["some addresses", condition("source-ip", "10.0.0.0/8"), "some", "never"],
    ["a header", condition("http-header", "x"), "some", "never"],
    ["a query", condition("query-string", "x"), "some", "never"],
    ["something that is not read", condition("unknown"), "some", "some"],
  ])("that names %s", (_, only, byAny, byPlain) => {
    const listener = listenerOf(rule("rule", only));
    const expected = (match: string) => [
      ...(match === "never" ? [] : [["rule", match]]),
      ...(match === "always" ? [] : [["default", match === "never" ? "always" : "some"]]),
    ];
    expect(matchesOf(listener, {})).toEqual(expected(byAny));
    expect(matchesOf(listener, { isPlain: true })).toEqual(expected(byPlain));
  });

  test.each<[string, Partial<Asked>, Condition, string]>([
    ["any path", { hasPath: false }, condition("path-pattern", "/b"), "some"],
    ["the load balancer's own name, by any client", { isOwnName: true }, condition("host-header", "x.org"), "some"],
  ])("where %s is asked for", (_, asked, only, match) => {
    expect(matchesOf(listenerOf(rule("rule", only)), asked)[0]).toEqual(["rule", match]);
  });

  test("that is left open matches perhaps, and a rule takes what all of its conditions take", () => {
    const open: Condition = { kind: "host-header", values: { items: [], open: new Unknown("x", "y", "no value") } };
    expect(matchesOf(listenerOf(rule("open", open)), {})).toEqual([
      ["open", "no value"],
      ["default", "some"],
    ]);
    expect(matchesOf(listenerOf(rule("open", open, condition("path-pattern", "/b"))), {})).toEqual([
      ["default", "always"],
    ]);
  });
});

test("a plain client meets the first rule that matches, and nothing can be said after one that may match", () => {
  const [first, second] = [rule("first", condition("path-pattern", "/a")), rule("second", condition("unknown"))];
  expect(met(listenerOf(first, second), ASKED)?.address).toBe("first");
  expect(met(listenerOf(second, first), ASKED)).toBeUndefined();
  expect(met(listenerOf(first), { ...ASKED, path: "/b" })).toMatchObject({ rule: undefined, address: "default" });
});

describe("a redirect", () => {
  const request = { scheme: "http", host: "www.example.com", port: 8080, path: "/a/b", query: "q=1" } as const;
  const redirect = (parts: Partial<Redirect>): Redirect => ({
    type: "redirect",
    protocol: "#{protocol}",
    host: "#{host}",
    port: "#{port}",
    path: "/#{path}",
    query: "#{query}",
    statusCode: "HTTP_301",
    attribute: "redirect",
    ...parts,
  });

  test.each<[string, Partial<Redirect>, object]>([
    ["keeps what it does not name", { protocol: "HTTPS" }, { ...request, scheme: "https" }],
    [
      "fills placeholders wherever they stand",
      { path: "/#{host}:#{port}/#{path}" },
      { path: "/www.example.com:8080/a/b" },
    ],
    ["goes to names in lower case", { host: "EXAMPLE.com" }, { host: "example.com" }],
    ["makes a name of the request's", { host: "m.#{host}" }, { host: "m.www.example.com" }],
  ])("%s", (_, parts, expected) => {
    expect(nextRequest(redirect(parts), request)).toMatchObject(expected);
  });

  test("leaves open only the part that the file leaves open", () => {
    const open = new Unknown("x", "redirect.query", "known after apply");
    expect(nextRequest(redirect({ query: open }), request)).toBe(open);
    expect(destinationOf(redirect({ query: open, port: "443" }), request)).toMatchObject({ port: 443, query: open });
  });
});

describe("the listeners of a path", () => {
  const redirected = (redirect: object) => ({
    default_action: [{ type: "redirect", redirect: { status_code: "HTTP_301", ...redirect } }],
  });
  const text = { default_action: [{ type: "fixed-response", fixed_response: { status_code: "200" } }] };
  const listener = (port: number, protocol: string, more: object) => ({
    load_balancer_arn: "${aws_lb.web.arn}",
    port,
    protocol,
    ...more,
  });
  const alias = (name: string) => ({
    zone_id: "${aws_route53_zone.public.zone_id}",
    name,
    type: "A",
    alias: { name: "${aws_lb.web.dns_name}", zone_id: "${aws_lb.web.zone_id}", evaluate_target_health: false },
  });
  const routed = (aws_lb_listener: object, url = "http://www.example.com/") => {
    const resource = {
      aws_lb: { web: {} },
      aws_lb_listener,
      aws_route53_zone: { public: { name: "example.com" } },
      aws_route53_record: { www: alias("www.example.com"), apex: alias("") },
    };
    const topology = readTopology({ resource });
    const [entry] = entriesAt(new URL(url), topology);
    if (entry === undefined) throw new Error(`no way in at ${url}`);
    return routeOf(entry, topology);
  };
  const stepsOf = (listeners: object) => routed(listeners).steps.map(({ listener: { address } }) => address);

  test("are those that speak the client's protocol, where two have one port", () => {
    const two = { a: listener(443, "HTTP", text), b: listener(443, "HTTPS", text) };
    const { steps } = routed(two, "https://www.example.com/");
    expect(steps.map(({ listener: { address } }) => address)).toEqual(["aws_lb_listener.b"]);
  });

  test("are those of redirects at this name, or at one that is left open", () => {
    const https = listener(443, "HTTPS", text);
    const to = (redirect: object) => ({ http: listener(80, "HTTP", redirected(redirect)), https });
    const both = ["aws_lb_listener.http", "aws_lb_listener.https"];
    expect(stepsOf(to({ port: "443", protocol: "HTTPS" }))).toEqual(both);
    expect(stepsOf(to({ port: "443", protocol: "HTTPS", host: "WWW.example.com" }))).toEqual(both);
    expect(stepsOf(to({ port: "443", protocol: "HTTPS", host: "${var.name}" }))).toEqual(both);
    expect(stepsOf(to({ port: "443", protocol: "HTTPS", host: "example.com" }))).toEqual(both.slice(0, 1));
    expect(stepsOf(to({ port: "${var.port}", protocol: "HTTPS" }))).toEqual(both.slice(0, 1));
  });

  test("are not all that a client meets whose redirects lead over another name of the load balancer", () => {
    const circle = {
      http: listener(80, "HTTP", redirected({ host: "example.com", path: "/x" })),
    };
    expect(redirectEnds(routed(circle)).map(({ kind }) => kind)).toEqual(["circle"]);
    const away = { http: listener(80, "HTTP", redirected({ host: "www.example.org" })) };
    expect(redirectEnds(routed(away)).map(({ kind }) => kind)).toEqual(["elsewhere"]);
  });
});
