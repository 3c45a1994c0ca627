import type { ServeCase } from "./serve-case";
import { forwardTo, listener, openToClients, site } from "./site";

/* What the load balancer changes in a request, and how it distributes requests to the targets of a target group. */

const FORWARDED = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html";
const TRACING =
  "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html";
const ATTRIBUTES =
  "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html";
const BALANCERS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html";
const STICKY = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html";
const ERRORS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html";
const LISTENERS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html";

const WEB = "aws_lb_target_group.web";
const CLIENT = "203.0.113.7";

const withBalancer = (values: Record<string, unknown>) => site({ change: { "aws_lb.web": values } });
const get = (headers: readonly (readonly [string, string])[] = [], url = "https://www.example.com/") => ({
  request: { url, headers },
});

export const FORWARDING: readonly ServeCase[] = [
  // X-Forwarded-For
  {
    name: "append: a request without X-Forwarded-For gets one with the client's address",
    source: `${FORWARDED}#x-forwarded-for-append`,
    says: "If the request has no X-Forwarded-For, the load balancer creates one with the client's address.",
    file: site(),
    client: CLIENT,
    ask: get(),
    expect: { status: 200, received: { "x-forwarded-for": "203.0.113.7" } },
  },
  {
    name: "append: the client's address is added to an existing X-Forwarded-For",
    source: `${FORWARDED}#x-forwarded-for-append`,
    says: "Otherwise the load balancer adds the client's address to the end of the existing header.",
    file: site(),
    client: CLIENT,
    ask: get([["X-Forwarded-For", "127.0.0.4, 127.0.0.8"]]),
    expect: { status: 200, received: { "x-forwarded-for": "127.0.0.4, 127.0.0.8, 203.0.113.7" } },
  },
  {
    name: "preserve: an existing X-Forwarded-For is not modified",
    source: `${FORWARDED}#x-forwarded-for-preserve`,
    says: "In preserve mode the header is not modified in any way.",
    file: withBalancer({ xff_header_processing_mode: "preserve" }),
    client: CLIENT,
    ask: get([["X-Forwarded-For", "127.0.0.4"]]),
    expect: { status: 200, received: { "x-forwarded-for": "127.0.0.4" } },
  },
  {
    name: "preserve: no X-Forwarded-For is created",
    source: `${FORWARDED}#x-forwarded-for-remove`,
    says: "In preserve mode a request without the header reaches the target without it.",
    file: withBalancer({ xff_header_processing_mode: "preserve" }),
    client: CLIENT,
    ask: get(),
    expect: { status: 200, received: { "x-forwarded-for": null } },
  },
  {
    name: "remove: an existing X-Forwarded-For is removed",
    source: `${FORWARDED}#x-forwarded-for-remove`,
    says: "In remove mode the header is removed before the request is sent to targets.",
    file: withBalancer({ xff_header_processing_mode: "remove" }),
    client: CLIENT,
    ask: get([["X-Forwarded-For", "127.0.0.4"]]),
    expect: { status: 200, received: { "x-forwarded-for": null } },
  },
  {
    name: "the client's port follows its address where that is enabled",
    source: `${FORWARDED}#x-forwarded-for-append`,
    says: "With client port preservation the header is client-ip-address:client-port-number.",
    file: withBalancer({ enable_xff_client_port: true }),
    client: CLIENT,
    ask: get(),
    expect: { status: 200, received: { "x-forwarded-for": /^203\.0\.113\.7:[1-9][0-9]*$/ } },
  },
  {
    name: "remove overrides the client's port",
    source: `${FORWARDED}#x-forwarded-for-remove`,
    says: "With preserve or remove, the mode overrides the client port preservation.",
    file: withBalancer({ enable_xff_client_port: true, xff_header_processing_mode: "remove" }),
    client: CLIENT,
    ask: get(),
    expect: { status: 200, received: { "x-forwarded-for": null } },
  },
  {
    name: "X-Forwarded-Proto and X-Forwarded-Port of HTTPS",
    source: `${FORWARDED}#x-forwarded-proto`,
    says: "X-Forwarded-Proto is the protocol, X-Forwarded-Port the port that the client used to connect.",
    file: site(),
    ask: get(),
    expect: { status: 200, received: { "x-forwarded-proto": "https", "x-forwarded-port": "443" } },
  },
  {
    name: "X-Forwarded-Proto and X-Forwarded-Port of HTTP",
    source: `${FORWARDED}#x-forwarded-port`,
    says: "X-Forwarded-Port is the destination port that the client used, not the target's port.",
    file: site({
      web: { port: 8081 },
      change: { "aws_lb_listener.http": listener(80, forwardTo("web")) },
    }),
    ask: get([], "http://www.example.com/"),
    expect: { status: 200, received: { "x-forwarded-proto": "http", "x-forwarded-port": "80" } },
  },

  // X-Amzn-Trace-Id
  {
    name: "a request without X-Amzn-Trace-Id gets one with a Root",
    source: `${TRACING}#request-tracing-syntax`,
    says: "The load balancer generates a header with a Root field: version, time and id.",
    file: site(),
    ask: get(),
    expect: { status: 200, received: { "x-amzn-trace-id": /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/ } },
  },
  {
    name: "a request with a Root gets a Self before it",
    source: `${TRACING}#request-tracing-syntax`,
    says: "If the header has a Root field, the load balancer inserts a Self field.",
    file: site(),
    ask: get([["X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678"]]),
    expect: {
      status: 200,
      received: {
        "x-amzn-trace-id": /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678$/,
      },
    },
  },
  {
    name: "fields of an application in X-Amzn-Trace-Id are preserved",
    source: `${TRACING}#request-tracing-syntax`,
    says: "The load balancer preserves custom fields and inserts a Self field.",
    file: site(),
    ask: get([["X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678;CalledFrom=app"]]),
    expect: {
      status: 200,
      received: {
        "x-amzn-trace-id": /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678;CalledFrom=app$/,
      },
    },
  },

  // Header names, Host
  {
    name: "a header whose name is not valid is dropped where the load balancer says so",
    source: `${BALANCERS}#load-balancer-attributes`,
    says: "Header names that do not conform to [-A-Za-z0-9]+ are removed if the attribute is true.",
    file: withBalancer({ drop_invalid_header_fields: true }),
    ask: get([
      ["X_Request.Kind", "1"],
      ["X-Request-Kind", "2"],
    ]),
    expect: { status: 200, received: { "x_request.kind": null, "x-request-kind": "2" } },
  },
  {
    name: "a header whose name is not valid is routed by default",
    source: `${BALANCERS}#load-balancer-attributes`,
    says: "The default of routing.http.drop_invalid_header_fields.enabled is false: such headers reach the targets.",
    file: site(),
    ask: get([["X_Request_Kind", "1"]]),
    expect: { status: 200, received: { x_request_kind: "1" } },
  },
  {
    name: "the Host header on a default port has no port",
    source: `${ATTRIBUTES}#host-header-preservation`,
    says: "On port 80 or 443, a port that is in the incoming Host header is removed.",
    file: site(),
    ask: get([["Host", "www.example.com:443"]]),
    expect: { status: 200, received: { host: "www.example.com" } },
  },
  {
    name: "the Host header on another port gets the port",
    source: `${ATTRIBUTES}#host-header-preservation`,
    says: "On a port other than 80 and 443, the port is appended to the Host header if it is not there.",
    file: site({ with: [openToClients(8080), { "aws_lb_listener.other": listener(8080, forwardTo("web")) }] }),
    ask: get([["Host", "www.example.com"]], "http://www.example.com:8080/"),
    expect: { status: 200, received: { host: "www.example.com:8080" } },
  },
  {
    name: "a preserved Host header is not modified",
    source: `${ATTRIBUTES}#host-header-preservation`,
    says: "With host header preservation, www.example.com:443 reaches the target as it is.",
    file: withBalancer({ preserve_host_header: true }),
    ask: get([["Host", "www.example.com:443"]]),
    expect: { status: 200, received: { host: "www.example.com:443" } },
  },

  // Targets of a target group
  {
    name: "requests are distributed to all healthy targets in turn",
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html",
    says: "The default algorithm is round robin.",
    file: site({ web: { count: 2 } }),
    ask: { request: { url: "https://www.example.com/", times: 4 } },
    expect: { status: 200, group: WEB, targets: ["aws_instance.web_a", "aws_instance.web_b"] },
  },
  {
    name: "sticky sessions send the cookies AWSALB and AWSALBCORS",
    source: `${STICKY}#sticky-sessions`,
    says: "The load balancer generates a cookie named AWSALB, and AWSALBCORS with SameSite for CORS requests.",
    file: site({ web: { arguments: { stickiness: [{ type: "lb_cookie", cookie_duration: 3600 }] } } }),
    ask: get(),
    expect: { status: 200, cookies: [/^AWSALB=[^;].*Expires=/i, /^AWSALBCORS=[^;].*SameSite=None; *Secure/i] },
  },
  {
    name: "a client that returns the cookie AWSALB stays with its target",
    source: `${STICKY}#sticky-sessions`,
    says: "A request that contains the cookie is routed to the same target.",
    file: site({ web: { arguments: { stickiness: [{ type: "lb_cookie", cookie_duration: 3600 }] } } }),
    ask: { request: { url: "https://www.example.com/", times: 10, keepsCookies: true } },
    expect: { status: 200, sameTarget: true },
  },
  {
    name: "a client that does not return the cookie AWSALB has no target of its own",
    source: `${STICKY}#sticky-sessions`,
    says: "To use sticky sessions, the client must support cookies.",
    file: site({ web: { arguments: { stickiness: [{ type: "lb_cookie", cookie_duration: 3600 }] } } }),
    ask: { request: { url: "https://www.example.com/", times: 10 } },
    expect: { status: 200, targets: ["aws_instance.web_a", "aws_instance.web_b"] },
  },
  {
    name: "without sticky sessions there is no cookie",
    source: `${STICKY}#sticky-sessions`,
    says: "By default each request is routed independently; stickiness.enabled is false.",
    file: site(),
    ask: get(),
    expect: { status: 200, cookies: [] },
  },
  {
    name: "a target registered with another port is reached on that port",
    source:
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html" +
      "#target-group-routing-configuration",
    says: "The port of the target group can be overridden when a target is registered.",
    file: site({ web: { port: 8081, arguments: { port: 80 } } }),
    ask: get(),
    expect: { status: 200, group: WEB },
  },

  // Protocols
  {
    name: "HTTP/2 in front, HTTP/1.1 to the target",
    source:
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html" +
      "#target-group-protocol-version",
    says: "A request in HTTP/2 to a target group of the protocol version HTTP/1.1 succeeds.",
    file: site(),
    ask: { request: { url: "https://www.example.com/a?b=c", httpVersion: "2" } },
    expect: { status: 200, group: WEB, receivedLine: "GET /a?b=c", received: { host: "www.example.com" } },
  },
  {
    name: "without HTTP/2, HTTP/1.1 is negotiated",
    source: `${BALANCERS}#load-balancer-attributes`,
    says: "HTTP/2 is enabled by the attribute routing.http2.enabled, whose default is true.",
    file: withBalancer({ enable_http2: false }),
    ask: { tls: { serverName: "www.example.com", port: 443, alpn: ["h2", "http/1.1"] } },
    expect: { certificate: ["www.example.com"], alpn: "http/1.1" },
  },
  {
    name: "HTTP/2 is negotiated by default",
    source: LISTENERS,
    says: "Application Load Balancers provide native support for HTTP/2 with HTTPS listeners.",
    file: site(),
    ask: { tls: { serverName: "www.example.com", port: 443, alpn: ["h2", "http/1.1"] } },
    expect: { certificate: ["www.example.com"], alpn: "h2" },
  },
  {
    name: "a connection is upgraded to a WebSocket",
    source: LISTENERS,
    says: "An HTTP/1.1 connection can be upgraded to a WebSocket, on HTTP and HTTPS listeners.",
    file: site(),
    app: { "/socket": { status: 101, headers: { connection: "upgrade", upgrade: "websocket" } } },
    ask: {
      request: {
        url: "https://www.example.com/socket",
        headers: [
          ["Connection", "Upgrade"],
          ["Upgrade", "websocket"],
          ["Sec-WebSocket-Version", "13"],
          ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
        ],
      },
    },
    expect: { status: 101, headers: { upgrade: "websocket" }, group: WEB, received: { upgrade: "websocket" } },
  },
  {
    name: "TRACE is not supported",
    source: `${ERRORS}#http-405-issues`,
    says: "The load balancer responds to the method TRACE with 405.",
    file: site(),
    ask: { request: { url: "https://www.example.com/", method: "TRACE" } },
    expect: { status: 405, hop: "listener" },
  },
  {
    name: "an error of the target reaches the client as it is",
    source: `${ERRORS}#target-http-errors`,
    says: "The load balancer forwards valid responses of targets to the client, errors included.",
    file: site(),
    app: { "/missing": { status: 404, headers: { "content-type": "text/html" }, body: "<p>none</p>" } },
    ask: get([], "https://www.example.com/missing"),
    expect: { status: 404, headers: { "content-type": "text/html" }, body: "<p>none</p>", group: WEB, hop: "target" },
  },
  {
    name: "a redirect of the target reaches the client as it is",
    source: `${ERRORS}#target-http-errors`,
    says: "The load balancer forwards valid responses of targets; it does not follow redirects.",
    file: site(),
    app: { "/old": { status: 302, headers: { location: "/new" } } },
    ask: get([], "https://www.example.com/old"),
    expect: { status: 302, headers: { location: "/new" }, group: WEB },
  },
];
