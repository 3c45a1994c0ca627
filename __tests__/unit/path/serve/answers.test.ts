import { answerOf } from "../../../../path/serve/answers";
import type { IncomingRequest } from "../../../../path/serve/decisions";
import type { Action, Condition, Listener, ListenerRule } from "../../../../topology/model";
import { Unknown } from "../../../../topology/value";

/* What a listener does with one request, as AWS's pages on condition types and actions say. */

const request = (given: Partial<IncomingRequest> = {}): IncomingRequest => ({
  method: "GET",
  host: "www.example.com",
  path: "/",
  query: "",
  headers: [],
  clientIp: "203.0.113.10",
  ...given,
});
const fixed = (body: string): Action => ({ type: "fixed-response", statusCode: "200", body, attribute: "action" });
const ruleWith = (address: string, actions: readonly Action[], ...conditions: Condition[]): ListenerRule => ({
  address,
  region: undefined,
  isData: false,
  listenerArn: "arn",
  priority: 1,
  conditions,
  actions,
});
const listenerWith = (rules: readonly ListenerRule[], defaultActions: readonly Action[] = [fixed("default")]) =>
  ({
    address: "aws_lb_listener.web",
    port: 443,
    protocol: "HTTPS",
    rules,
    defaultActions,
  }) as Partial<Listener> as Listener;
const condition = (kind: Condition["kind"], ...items: string[]): Condition => ({ kind, values: { items } });
const bodyOf = (listener: Listener, given: Partial<IncomingRequest> = {}) => {
  const answer = answerOf(listener, request(given));
  return answer.kind === "fixed" ? answer.body : answer.cause.text;
};
const matched = (only: Condition, given: Partial<IncomingRequest>) =>
  bodyOf(listenerWith([ruleWith("rule", [fixed("rule")], only)]), given) === "rule";

describe("a condition matches", () => {
  test.each<[string, Condition, Partial<IncomingRequest>, boolean]>([
    ["a host in any case", condition("host-header", "WWW.Example.com"), {}, true],
    ["a host with wildcards", condition("host-header", "w?w.*"), {}, true],
    ["not a longer host", condition("host-header", "example.com"), {}, false],
    ["one of several hosts", condition("host-header", "a.com", "www.example.com"), {}, true],
    ["a path", condition("path-pattern", "/img/*"), { path: "/img/a.png" }, true],
    ["not a path in another case", condition("path-pattern", "/IMG/*"), { path: "/img/a.png" }, false],
    ["not the query as a part of the path", condition("path-pattern", "/a"), { path: "/a", query: "b=1" }, true],
    ["a method", condition("http-request-method", "GET", "POST"), { method: "POST" }, true],
    ["not a method in another case", condition("http-request-method", "post"), { method: "POST" }, false],
    ["an address in a CIDR block", condition("source-ip", "203.0.113.0/24"), {}, true],
    ["not an address outside it", condition("source-ip", "203.0.113.11/32"), {}, false],
    ["not IPv4 by all of IPv6", condition("source-ip", "::/0"), {}, false],
    ["IPv6 by all of IPv6", condition("source-ip", "::/0"), { clientIp: "2001:db8::1" }, true],
    ["not IPv6 by IPv4", condition("source-ip", "0.0.0.0/0"), { clientIp: "2001:db8::1" }, false],
    ["the first address of a CIDR block", condition("source-ip", "203.0.113.8/30"), { clientIp: "203.0.113.8" }, true],
    ["the last one", condition("source-ip", "203.0.113.8/30"), { clientIp: "203.0.113.11" }, true],
    ["not the one before", condition("source-ip", "203.0.113.8/30"), { clientIp: "203.0.113.7" }, false],
    ["not the one after", condition("source-ip", "203.0.113.8/30"), { clientIp: "203.0.113.12" }, false],
    ["one of several CIDR blocks", condition("source-ip", "198.51.100.0/24", "203.0.113.0/24"), {}, true],
    ["one of several paths", condition("path-pattern", "/b", "/a"), { path: "/a" }, true],
    [
      "one of several values of a header",
      { ...condition("http-header", "1", "2"), header: "x" },
      { headers: [["x", "2"]] },
      true,
    ],
    [
      "one of several query parameters",
      {
        ...condition("query-string"),
        pairs: [
          { key: "a", value: "1" },
          { key: "b", value: "2" },
        ],
      },
      { query: "b=2" },
      true,
    ],
    [
      "a header by its name and a pattern, in any case",
      { ...condition("http-header", "*Chrome*"), header: "User-Agent" },
      { headers: [["user-agent", "mozilla chrome/1"]] },
      true,
    ],
    ["not another header", { ...condition("http-header", "x"), header: "X-A" }, { headers: [["x-b", "x"]] }, false],
    [
      "one of several headers with a name",
      { ...condition("http-header", "2"), header: "x" },
      {
        headers: [
          ["x", "1"],
          ["x", "2"],
        ],
      },
      true,
    ],
    [
      "a query parameter",
      { ...condition("query-string"), pairs: [{ key: "v", value: "A*" }] },
      { query: "u=1&V=abc" },
      true,
    ],
    [
      "a value of any parameter",
      { ...condition("query-string"), pairs: [{ key: undefined, value: "1" }] },
      { query: "u=1" },
      true,
    ],
    [
      "not a value of another parameter",
      { ...condition("query-string"), pairs: [{ key: "v", value: "1" }] },
      { query: "u=1" },
      false,
    ],
    [
      "a parameter without a value",
      { ...condition("query-string"), pairs: [{ key: "v", value: "" }] },
      { query: "v" },
      true,
    ],
  ])("%s", (_, only, given, expected) => {
    expect(matched(only, given)).toBe(expected);
  });

  test("only if all conditions of a rule do", () => {
    const rule = ruleWith("rule", [fixed("rule")], condition("host-header", "www.*"), condition("path-pattern", "/a"));
    expect(bodyOf(listenerWith([rule]), { path: "/a" })).toBe("rule");
    expect(bodyOf(listenerWith([rule]), { path: "/b" })).toBe("default");
  });
});

test("the first rule that matches responds", () => {
  const rules = [
    ruleWith("first", [fixed("first")], condition("path-pattern", "/a*")),
    ruleWith("second", [fixed("second")], condition("path-pattern", "*")),
  ];
  expect(bodyOf(listenerWith(rules), { path: "/ab" })).toBe("first");
  expect(bodyOf(listenerWith(rules), { path: "/b" })).toBe("second");
});

describe("a request is refused by name", () => {
  const unknown = new Unknown("aws_lb_listener_rule.x", "condition.values", "known after apply");
  test.each<[string, ListenerRule, string]>([
    [
      "if a rule with an unknown value may match",
      ruleWith("rule", [fixed("rule")], { kind: "path-pattern", values: { items: ["/b"], open: unknown } }),
      "aws_lb_listener_rule.x may match the request: condition.values is known after apply",
    ],
    [
      "if a rule with a regular expression may match",
      ruleWith("rule", [fixed("rule")], { ...condition("path-pattern"), regexes: { items: ["^/a"] } }),
      "rule may match the request: condition.path-pattern.regex_values is a regular expression, which is not modeled",
    ],
    [
      "if a rule has a condition that is not modeled",
      ruleWith("rule", [fixed("rule")], condition("unknown")),
      "rule may match the request: condition is not modeled",
    ],
    [
      "if the header that a rule compares is unknown",
      ruleWith("rule", [fixed("rule")], { ...condition("http-header", "x"), header: unknown }),
      "aws_lb_listener_rule.x may match the request: condition.values is known after apply",
    ],
    [
      "if a query parameter that a rule compares is unknown",
      ruleWith("rule", [fixed("rule")], { ...condition("query-string"), pairs: [{ key: "a", value: unknown }] }),
      "aws_lb_listener_rule.x may match the request: condition.values is known after apply",
    ],
    [
      "if a weight is unknown",
      ruleWith("rule", [{ type: "forward", targetGroups: [{ arn: "a", weight: unknown }], attribute: "action" }]),
      "rule forwards with a weight that is known after apply",
    ],
    [
      "if a part of a fixed response is unknown",
      ruleWith("rule", [{ type: "fixed-response", statusCode: "200", body: unknown, attribute: "action" }]),
      "rule responds with condition.values, which is known after apply",
    ],
    [
      "if users must sign in",
      ruleWith("rule", [{ type: "authenticate", by: "authenticate-oidc", attribute: "action" }, fixed("rule")]),
      "rule authenticates users (authenticate-oidc), which is not modeled",
    ],
    [
      "if the rule rewrites it",
      { ...ruleWith("rule", [fixed("rule")]), rewrites: "transform" },
      "rule rewrites the request (transform), which is not modeled",
    ],
    [
      "if the target group is unknown",
      ruleWith("rule", [{ type: "forward", targetGroups: [{ arn: unknown, weight: 1 }], attribute: "action" }]),
      "rule forwards to a target group that is known after apply (action)",
    ],
    [
      "if the action is unknown",
      ruleWith("rule", [{ type: "unknown", why: "known after apply", attribute: "action" }]),
      "rule has an action that is known after apply",
    ],
  ])("%s", (_, rule, text) => {
    expect(answerOf(listenerWith([rule]), request())).toMatchObject({ kind: "not-modeled", cause: { text } });
  });

  test("but not if a known value matches, whatever the unknown one is", () => {
    const rule = ruleWith("rule", [fixed("rule")], { kind: "path-pattern", values: { items: ["/"], open: unknown } });
    expect(bodyOf(listenerWith([rule]))).toBe("rule");
  });

  test("but not if another condition of the rule does not match", () => {
    const rule = ruleWith("rule", [fixed("rule")], condition("host-header", "x"), {
      kind: "path-pattern",
      values: { items: [], open: unknown },
    });
    expect(bodyOf(listenerWith([rule]))).toBe("default");
  });
});

describe("a redirect", () => {
  const redirect = (parts: Partial<Extract<Action, { type: "redirect" }>>): Action => ({
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
  const locationOf = (parts: Parameters<typeof redirect>[0], given: Partial<IncomingRequest> = {}) => {
    const answer = answerOf(listenerWith([], [redirect(parts)]), request({ path: "/a/b", query: "c=1", ...given }));
    return answer.kind === "redirect" ? `${answer.status} ${answer.location}` : answer.kind;
  };
  test.each<[string, Parameters<typeof redirect>[0], string]>([
    ["keeps what it does not set", { port: "8443" }, "301 https://www.example.com:8443/a/b?c=1"],
    ["states the default port as well", { protocol: "HTTPS", port: "443" }, "301 https://www.example.com:443/a/b?c=1"],
    [
      "fills in placeholders",
      { host: "new.#{host}", path: "/x/#{path}", query: "q=#{query}&p=#{port}" },
      "301 https://new.www.example.com:443/x/a/b?q=c=1&p=443",
    ],
    ["can be temporary", { statusCode: "HTTP_302", host: "b.com" }, "302 https://b.com:443/a/b?c=1"],
    ["drops the query", { query: "" }, "301 https://www.example.com:443/a/b"],
  ])("%s", (_, parts, expected) => {
    expect(locationOf(parts)).toBe(expected);
  });

  test("with an unknown part is refused by name", () => {
    const host = new Unknown("aws_lb_listener.web", "redirect.host", "known after apply");
    expect(answerOf(listenerWith([], [redirect({ host })]), request())).toMatchObject({
      kind: "not-modeled",
      cause: { text: "aws_lb_listener.web redirects to a place that is known after apply (redirect.host)" },
    });
  });
});

test("a fixed response has its code, type and body; a state has empty texts for those that are not set", () => {
  const action: Action = {
    type: "fixed-response",
    statusCode: "503",
    contentType: "text/html",
    body: "<p>x",
    attribute: "a",
  };
  expect(answerOf(listenerWith([], [action]), request())).toMatchObject({
    status: 503,
    contentType: "text/html",
    body: "<p>x",
  });
  expect(answerOf(listenerWith([], [{ ...action, contentType: "", body: "" }]), request())).toMatchObject({
    contentType: "text/plain",
    body: "",
  });
});

test("a forward action has the weights of its target groups, and how long a client stays with one", () => {
  const targetGroups = [
    { arn: "a", weight: 3 },
    { arn: "b", weight: undefined },
  ];
  const listener = listenerWith([], [{ type: "forward", targetGroups, stickinessSec: 60, attribute: "forward" }]);
  expect(answerOf(listener, request(), (arn) => `aws_lb_target_group.${arn}`)).toEqual({
    kind: "forward",
    groups: [
      { address: "aws_lb_target_group.a", arn: "a", weight: 3 },
      { address: "aws_lb_target_group.b", arn: "b", weight: 1 },
    ],
    groupStickinessSec: 60,
    cause: {
      hop: "listener",
      address: "aws_lb_listener.web",
      text: "aws_lb_listener.web forwards to aws_lb_target_group.a and aws_lb_target_group.b",
    },
  });
});
