import type { ServeCase } from "./serve-case";
import { fixedResponse, forwardTo, group, ifPath, listener, openToClients, redirectTo, rule, site } from "./site";

const ACTIONS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html";
const REDIRECT_API =
  "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html";

const WEB = "aws_lb_target_group.web";
const API = "aws_lb_target_group.api";

/** A site whose HTTP listener redirects in another way. */
const redirecting = (redirect: Record<string, unknown>) =>
  site({ change: { "aws_lb_listener.http": listener(80, redirectTo(redirect)) } });

const onHttps = (redirect: Record<string, unknown>) =>
  site({ with: [rule("moved", 10, [ifPath("/old/*")], redirectTo(redirect))] });

const get = (url: string) => ({ request: { url } });

export const ACTION_CASES: readonly ServeCase[] = [
  // redirect
  {
    name: "HTTP is redirected to HTTPS with its host, path and query, and with the port in the Location",
    source: `${ACTIONS}#redirect-actions`,
    says: "HTTPS, port 443, #{host}, /#{path} and #{query} redirect to the same host, path and query on port 443.",
    file: redirecting({ protocol: "HTTPS", port: "443", host: "#{host}", path: "/#{path}", query: "#{query}" }),
    ask: get("http://www.example.com/shop/item?id=7&size=L"),
    expect: {
      status: 301,
      headers: { location: "https://www.example.com:443/shop/item?id=7&size=L" },
      hop: "listener",
      cause: "aws_lb_listener.http",
    },
  },
  {
    name: "components that a redirect omits retain their values",
    source: `${ACTIONS}#redirect-actions`,
    says: "Components that are not modified retain their original values.",
    file: redirecting({ protocol: "HTTPS", port: "443" }),
    ask: get("http://www.example.com/shop/item?id=7"),
    expect: { status: 301, headers: { location: "https://www.example.com:443/shop/item?id=7" } },
  },
  {
    name: "a redirect of a request without a query has no question mark",
    source: REDIRECT_API,
    says: 'The "?" is added to a query automatically; without a query there is none to add it to.',
    file: redirecting({ protocol: "HTTPS", port: "443" }),
    ask: get("http://www.example.com/"),
    expect: { status: 301, headers: { location: "https://www.example.com:443/" } },
  },
  {
    name: "HTTP_302 is a temporary redirect",
    source: REDIRECT_API,
    says: "The redirect is either permanent (HTTP 301) or temporary (HTTP 302).",
    file: redirecting({ protocol: "HTTPS", port: "443", status_code: "HTTP_302" }),
    ask: get("http://www.example.com/"),
    expect: { status: 302, headers: { location: "https://www.example.com:443/" } },
  },
  {
    name: "a redirect to another host keeps the rest",
    source: REDIRECT_API,
    says: "The host can be given; path and query retain their values.",
    file: onHttps({ host: "www.example.net" }),
    ask: get("https://www.example.com/old/page?x=1"),
    expect: { status: 301, headers: { location: "https://www.example.net:443/old/page?x=1" } },
  },
  {
    name: "#{host} is a part of another host",
    source: REDIRECT_API,
    says: 'The host can contain #{host}, as in "example.#{host}".',
    file: onHttps({ host: "archive.#{host}" }),
    ask: get("https://www.example.com/old/page"),
    expect: { status: 301, headers: { location: "https://archive.www.example.com:443/old/page" } },
  },
  {
    name: "#{path} comes without its leading slash",
    source: REDIRECT_API,
    says: 'The leading "/" of #{path} is removed, so "/new/#{path}" has no double slash.',
    file: onHttps({ path: "/new/#{path}" }),
    ask: get("https://www.example.com/old/page?x=1"),
    expect: { status: 301, headers: { location: "https://www.example.com:443/new/old/page?x=1" } },
  },
  {
    name: "#{query} with a further parameter",
    source: REDIRECT_API,
    says: 'The query can be changed to "#{query}&value=xyz".',
    file: onHttps({ path: "/new", query: "#{query}&value=xyz" }),
    ask: get("https://www.example.com/old/page?a=1"),
    expect: { status: 301, headers: { location: "https://www.example.com:443/new?a=1&value=xyz" } },
  },
  {
    name: "a query of its own replaces the request's",
    source: REDIRECT_API,
    says: "The query is a component that can be modified.",
    file: onHttps({ path: "/new", query: "moved=true" }),
    ask: get("https://www.example.com/old/page?a=1"),
    expect: { status: 301, headers: { location: "https://www.example.com:443/new?moved=true" } },
  },
  {
    name: "#{protocol}, #{host}, #{port} and #{path} within a query",
    source: `${ACTIONS}#redirect-actions`,
    says: "All five keywords can be used in the query component.",
    file: onHttps({ path: "/login", query: "from=#{protocol}-#{host}-#{port}-#{path}" }),
    ask: get("https://www.example.com/old/page"),
    expect: {
      status: 301,
      headers: { location: /^https:\/\/www\.example\.com:443\/login\?from=https-www\.example\.com-443-old\/page$/i },
    },
  },
  {
    name: "#{host} and #{port} within a path",
    source: REDIRECT_API,
    says: "The path can contain #{host}, #{path}, and #{port}.",
    file: onHttps({ path: "/at/#{host}/#{port}" }),
    ask: get("https://www.example.com/old/page"),
    expect: { status: 301, headers: { location: "https://www.example.com:443/at/www.example.com/443" } },
  },
  {
    name: "#{port} is the port of the listener that received the request",
    source: `${ACTIONS}#redirect-actions`,
    says: "#{port} retains the port.",
    file: site({
      with: [openToClients(8080), { "aws_lb_listener.alternative": listener(8080, redirectTo({ path: "/moved" })) }],
    }),
    verdict: "broken",
    ask: get("http://www.example.com:8080/page"),
    expect: { status: 301, headers: { location: "http://www.example.com:8080/moved" } },
  },
  {
    name: "a redirect to a port of one's own",
    source: `${ACTIONS}#redirect-actions`,
    says: "The documentation's example redirects to https://#{host}:40443/#{path}?#{query}.",
    file: site({
      with: [openToClients(40443), { "aws_lb_listener.other": listener(40443, forwardTo("web"), "HTTPS") }],
      change: { "aws_lb_listener.http": listener(80, redirectTo({ protocol: "HTTPS", port: "40443" })) },
    }),
    ask: get("http://www.example.com/a?b=c"),
    expect: { status: 301, headers: { location: "https://www.example.com:40443/a?b=c" } },
  },
  {
    name: "a POST is redirected with the same status",
    source: `${ACTIONS}#redirect-actions`,
    says: "A redirect action has one status code, whatever the method of the request.",
    file: redirecting({ protocol: "HTTPS", port: "443" }),
    ask: { request: { url: "http://www.example.com/form", method: "POST", body: "name=x" } },
    expect: { status: 301, headers: { location: "https://www.example.com:443/form" } },
  },

  // fixed-response
  {
    name: "a fixed response has its status, content type and body",
    source: `${ACTIONS}#fixed-response-actions`,
    says: "A fixed-response action returns a status code, and optionally a content type and a message body.",
    file: site({
      with: [rule("teapot", 10, [ifPath("/hello")], fixedResponse(200, '{"hello":"world"}', "application/json"))],
    }),
    ask: get("https://www.example.com/hello"),
    expect: {
      status: 200,
      headers: { "content-type": /^application\/json(;|$)/ },
      body: '{"hello":"world"}',
      hop: "listener",
      cause: "aws_lb_listener_rule.teapot",
    },
  },
  {
    name: "a fixed response without a message has an empty body",
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_FixedResponseActionConfig.html",
    says: "The message body of a fixed response is not required.",
    file: site({ with: [rule("gone", 10, [ifPath("/gone")], fixedResponse(410))] }),
    ask: get("https://www.example.com/gone"),
    expect: { status: 410, body: "" },
  },
  {
    name: "a fixed response as the default action",
    source: `${ACTIONS}#fixed-response-actions`,
    says: "A fixed-response action can return a 2XX, 4XX, or 5XX code.",
    file: site({
      with: [rule("site", 10, [ifPath("/app/*")], forwardTo("web"))],
      change: { "aws_lb_listener.https": listener(443, fixedResponse(503, "Maintenance")) },
    }),
    ask: get("https://www.example.com/"),
    expect: { status: 503, headers: { "content-type": /^text\/plain(;|$)/ }, body: "Maintenance", hop: "listener" },
  },

  // forward to several target groups
  {
    name: "a target group of weight 0 receives no request",
    source: `${ACTIONS}#forward-actions`,
    says: "Requests are distributed to target groups by their weights, from 0 to 999.",
    file: site({
      with: [group("api")],
      change: { "aws_lb_listener.https": listener(443, forwardTo({ web: 0, api: 1 })) },
    }),
    ask: { request: { url: "https://www.example.com/", times: 40 } },
    expect: { status: 200, share: { [API]: [40, 40] } },
  },
  {
    name: "equal weights are equal parts",
    source: `${ACTIONS}#forward-actions`,
    says: "Two target groups of weight 10 each receive half of the requests.",
    file: site({
      with: [group("api")],
      change: { "aws_lb_listener.https": listener(443, forwardTo({ web: 10, api: 10 })) },
    }),
    ask: { request: { url: "https://www.example.com/", times: 400 } },
    expect: { status: 200, share: { [WEB]: [140, 260], [API]: [140, 260] } },
  },
  {
    name: "twice the weight is twice the part",
    source: `${ACTIONS}#forward-actions`,
    says: "A target group of weight 20 receives twice as many requests as one of weight 10.",
    file: site({
      with: [group("api")],
      change: { "aws_lb_listener.https": listener(443, forwardTo({ web: 10, api: 20 })) },
    }),
    ask: { request: { url: "https://www.example.com/", times: 600 } },
    expect: { status: 200, share: { [WEB]: [140, 260], [API]: [340, 460] } },
  },
  {
    name: "target group stickiness sends the cookie AWSALBTG",
    source: `${ACTIONS}#forward-actions`,
    says: "The load balancer generates a cookie named AWSALBTG, and AWSALBTGCORS with SameSite=None for CORS requests.",
    file: site({
      with: [group("api")],
      change: { "aws_lb_listener.https": listener(443, forwardTo({ web: 10, api: 10 }, 1000)) },
    }),
    ask: get("https://www.example.com/"),
    expect: { status: 200, cookies: [/^AWSALBTG=[^;]/, /^AWSALBTGCORS=[^;].*SameSite=None; *Secure/i] },
  },
  {
    name: "a client that returns the cookie AWSALBTG stays with its target group",
    source: `${ACTIONS}#forward-actions`,
    says: "A request that contains the cookie is routed to the target group specified in the cookie.",
    file: site({
      with: [group("api")],
      web: { count: 1 },
      change: { "aws_lb_listener.https": listener(443, forwardTo({ web: 10, api: 10 }, 1000)) },
    }),
    ask: { request: { url: "https://www.example.com/", times: 40, keepsCookies: true } },
    expect: { status: 200, sameTarget: true },
  },
  {
    name: "without target group stickiness there is no cookie",
    source: `${ACTIONS}#forward-actions`,
    says: "The cookie AWSALBTG is generated where target group stickiness is enabled.",
    file: site({
      with: [group("api")],
      change: { "aws_lb_listener.https": listener(443, forwardTo({ web: 10, api: 10 })) },
    }),
    ask: get("https://www.example.com/"),
    expect: { status: 200, cookies: [] },
  },
];
