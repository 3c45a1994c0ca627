import type { ServeCase } from "./serve-case";
import { type Blocks, fixedResponse, forwardTo, group, ifPath, listener, rule, site } from "./site";

/* The load balancer's own errors, and the health of targets. */

const ERRORS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html";
const HEALTH = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html";
const TARGET_HEALTH = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html";

const WEB = "aws_lb_target_group.web";
const A = "aws_instance.web_a";
const B = "aws_instance.web_b";

const get = { request: { url: "https://www.example.com/" } };
const healthOfA = { health: { instance: A, group: WEB } };

/** A zone that the load balancer does not use. */
const ZONE_C: Blocks = {
  "aws_subnet.private_c": {
    vpc_id: "${aws_vpc.main.id}",
    cidr_block: "10.0.12.0/24",
    availability_zone: "us-east-1c",
  },
};

const inZoneC = () =>
  site({
    with: [ZONE_C],
    web: { count: 1 },
    change: { "aws_instance.web_a": { subnet_id: "${aws_subnet.private_c.id}" } },
  });

const checking = (healthCheck: Record<string, unknown>) => site({ web: { count: 1, healthCheck } });

export const ERRORS_AND_HEALTH: readonly ServeCase[] = [
  {
    name: "a target group without targets is a 503",
    source: `${ERRORS}#http-503-issues`,
    says: "503: the target groups for the load balancer have no registered targets.",
    file: site({ web: { count: 0 } }),
    verdict: "unknown",
    ask: get,
    expect: { status: 503, hop: "target-group", cause: WEB },
  },
  {
    name: "an instance without an attachment is no target",
    source: `${ERRORS}#http-503-issues`,
    says: "503: the target groups for the load balancer have no registered targets.",
    file: site({ web: { count: 1 }, without: ["aws_lb_target_group_attachment.web_a"] }),
    verdict: "broken",
    ask: get,
    expect: { status: 503, hop: "target-group", cause: WEB },
  },
  {
    name: "a target group whose only target is in a zone without the load balancer is a 503",
    source: `${ERRORS}#http-503-issues`,
    says: "503: there are no registered targets, or all of them are in the unused state.",
    file: inZoneC(),
    verdict: "broken",
    ask: get,
    expect: { status: 503, cause: WEB },
  },
  {
    name: "targets that refuse the connection are a 502",
    source: `${ERRORS}#http-502-issues`,
    says: "502: the load balancer received a TCP RST when it attempted to connect to the target.",
    file: site(),
    stopped: [A, B],
    ask: get,
    expect: { status: 502, hop: "target" },
  },
  {
    name: "a target that the load balancer's packets do not reach is a 504",
    source: `${ERRORS}#http-504-issues`,
    says: "504: the load balancer failed to connect to the target within the connection timeout of 10 seconds.",
    file: site({ web: { count: 1 }, without: ["aws_vpc_security_group_ingress_rule.web_80"] }),
    verdict: "broken",
    ask: get,
    expect: { status: 504, hop: "target", cause: "aws_security_group.web" },
  },
  {
    name: "a target that accepts the request and sends nothing is a 504",
    source: `${ERRORS}#http-504-issues`,
    says: "504: the target did not respond before the idle timeout period elapsed.",
    file: site({ web: { count: 1 }, change: { "aws_lb.web": { idle_timeout: 5 } } }),
    app: { "/report": { status: 200, instead: "silent" } },
    ask: { request: { url: "https://www.example.com/report" } },
    expect: { status: 504, hop: "target" },
  },
  {
    name: "a target that closes the connection without a response is a 502",
    source: `${ERRORS}#http-502-issues`,
    says: "502: the target closed the connection with a TCP FIN while a request was outstanding.",
    file: site({ web: { count: 1 } }),
    app: { "/report": { status: 200, instead: "closes" } },
    ask: { request: { url: "https://www.example.com/report" } },
    expect: { status: 502, hop: "target" },
  },
  {
    name: "a target that does not speak HTTP is a 502",
    source: `${ERRORS}#http-502-issues`,
    says: "502: the target response is malformed or contains headers that are not valid.",
    file: site({ web: { count: 1 } }),
    app: { "/report": { status: 200, instead: "malformed" } },
    ask: { request: { url: "https://www.example.com/report" } },
    expect: { status: 502, hop: "target" },
  },
  {
    name: "another rule still responds while a target group is empty",
    source: `${ERRORS}#http-503-issues`,
    says: "503 concerns the target group that a request is forwarded to; another action needs no target.",
    file: site({ web: { count: 0 }, with: [rule("up", 10, [ifPath("/up")], fixedResponse(200, "up"))] }),
    verdict: "unknown",
    ask: { request: { url: "https://www.example.com/up" } },
    expect: { status: 200, body: "up", hop: "listener" },
  },
  {
    name: "requests go to healthy targets only",
    source: HEALTH,
    says: "Each load balancer node routes requests only to the healthy targets.",
    file: site(),
    stopped: [B],
    ask: { request: { url: "https://www.example.com/", times: 6 } },
    expect: { status: 200, targets: [A] },
  },
  {
    name: "the load balancer fails open if all targets are unhealthy",
    source: HEALTH,
    says: "If a target group contains only unhealthy targets, requests are routed to all of them.",
    file: checking({ path: "/healthz" }),
    app: { "/healthz": { status: 500 }, "/": { status: 200, body: "still here" } },
    ask: get,
    expect: { status: 200, body: "still here", targets: [A] },
  },
  {
    name: "fail-open includes every unhealthy target",
    source: HEALTH,
    says: "Fail-open allows traffic to all targets, regardless of their health.",
    file: site({ web: { count: 2, healthCheck: { path: "/healthz" } } }),
    app: { "/healthz": { status: 500 } },
    ask: { request: { url: "https://www.example.com/", times: 6 } },
    expect: { status: 200, targets: [A, B] },
  },
  {
    name: "only the health checks cannot reach the targets, and requests still arrive",
    source: HEALTH,
    says: "Targets that fail all health checks still receive requests if there is no healthy one.",
    file: checking({ port: "8081" }),
    ask: get,
    expect: { status: 200, group: WEB },
  },

  // health
  {
    name: "200 is the only success code by default",
    source: `${HEALTH}#health-check-settings`,
    says: "The default of the matcher is 200, so 301 is a failed health check.",
    file: site({ web: { count: 1 } }),
    app: { "/": { status: 301, headers: { location: "/home" } } },
    ask: healthOfA,
    expect: { health: "unhealthy", code: "Target.ResponseCodeMismatch" },
  },
  {
    name: "a list of success codes",
    source: `${HEALTH}#health-check-settings`,
    says: 'Several values can be given, such as "200,202".',
    file: checking({ matcher: "200,302" }),
    app: { "/": { status: 302, headers: { location: "/home" } } },
    ask: healthOfA,
    expect: { health: "healthy" },
  },
  {
    name: "a list of success codes is not a range",
    source: `${HEALTH}#health-check-settings`,
    says: '"200,302" are two values, between which 301 is not.',
    file: checking({ matcher: "200,302" }),
    app: { "/": { status: 301, headers: { location: "/home" } } },
    ask: healthOfA,
    expect: { health: "unhealthy", code: "Target.ResponseCodeMismatch" },
  },
  {
    name: "a range of success codes",
    source: `${HEALTH}#health-check-settings`,
    says: 'A range of values can be given, such as "200-299".',
    file: checking({ matcher: "200-299" }),
    app: { "/": { status: 204 } },
    ask: healthOfA,
    expect: { health: "healthy" },
  },
  {
    name: "a code after the range",
    source: `${HEALTH}#health-check-settings`,
    says: '302 is not in "200-299".',
    file: checking({ matcher: "200-299" }),
    app: { "/": { status: 302, headers: { location: "/home" } } },
    ask: healthOfA,
    expect: { health: "unhealthy", code: "Target.ResponseCodeMismatch" },
  },
  {
    name: "the health check asks its own path",
    source: `${HEALTH}#health-check-settings`,
    says: "HealthCheckPath is the destination for health checks; the default is /.",
    file: checking({ path: "/healthz" }),
    app: { "/": { status: 500 }, "/healthz": { status: 200 } },
    ask: healthOfA,
    expect: { health: "healthy" },
  },
  {
    name: "the path of a health check can have a query",
    source: `${HEALTH}#health-check-settings`,
    says: "The path of a health check is a URI: /path?query.",
    file: checking({ path: "/up?deep=1" }),
    app: { "/": { status: 500 }, "/up": { status: 200 } },
    ask: healthOfA,
    expect: { health: "healthy", receivedLine: "GET /up?deep=1" },
  },
  {
    name: "after its registration one passed health check is enough",
    source: HEALTH,
    says: "After a target is registered, it must pass one health check; the healthy threshold is for unhealthy targets.",
    file: checking({ healthy_threshold: 10, interval: 300 }),
    ask: healthOfA,
    expect: { health: "healthy" },
  },
  {
    name: "a health check names itself and the target",
    source: `${ERRORS}#target-not-inservice`,
    says: "Health checks have the User-Agent ELB-HealthChecker/2.0 and the target's address and port as their Host.",
    file: site({ web: { count: 1, instance: { private_ip: "10.0.10.15" } } }),
    ask: healthOfA,
    expect: {
      health: "healthy",
      received: { "user-agent": "ELB-HealthChecker/2.0", host: "10.0.10.15:80" },
      receivedLine: "GET /",
    },
  },
  {
    name: "a target that refuses connections fails its health checks",
    source: TARGET_HEALTH,
    says: "Target.FailedHealthChecks: the load balancer received an error while it connected to the target.",
    file: site({ web: { count: 1 } }),
    stopped: [A],
    ask: healthOfA,
    expect: { health: "unhealthy", code: "Target.FailedHealthChecks" },
  },
  {
    name: "health checks that a security group drops time out",
    source: TARGET_HEALTH,
    says: "Target.Timeout: the health check requests timed out.",
    file: site({ web: { count: 1 }, without: ["aws_vpc_security_group_ingress_rule.web_80"] }),
    verdict: "broken",
    ask: healthOfA,
    expect: { health: "unhealthy", code: "Target.Timeout" },
  },
  {
    name: "health checks on a port of their own that the security groups do not allow time out",
    source: `${ERRORS}#target-not-inservice`,
    says: "The instance's security group must allow traffic from the load balancer on the health check port.",
    file: checking({ port: "8081" }),
    ask: healthOfA,
    expect: { health: "unhealthy", code: "Target.Timeout" },
  },
  {
    name: "a target that does not respond to health checks in time",
    source: `${HEALTH}#health-check-settings`,
    says: "No response from a target within HealthCheckTimeoutSeconds is a failed health check.",
    file: checking({ path: "/healthz", timeout: 2, interval: 5 }),
    app: { "/healthz": { status: 200, instead: "silent" } },
    ask: healthOfA,
    expect: { health: "unhealthy", code: "Target.Timeout" },
  },
  {
    name: "a malformed response to health checks",
    source: TARGET_HEALTH,
    says: "Target.FailedHealthChecks: the target response was malformed.",
    file: checking({ path: "/healthz" }),
    app: { "/healthz": { status: 200, instead: "malformed" } },
    ask: healthOfA,
    expect: { health: "unhealthy", code: "Target.FailedHealthChecks" },
  },
  {
    name: "a target in a zone that the load balancer does not use is unused",
    source: TARGET_HEALTH,
    says: "Target.NotInUse: the target is in an Availability Zone that is not enabled for its load balancer.",
    file: inZoneC(),
    verdict: "broken",
    ask: healthOfA,
    expect: { health: "unused", code: "Target.NotInUse" },
  },
  {
    name: "a target of a target group that no listener forwards to is unused",
    source: TARGET_HEALTH,
    says: "Target.NotInUse: the target group is not used by any load balancer.",
    file: site({ with: [group("spare")] }),
    verdict: "broken",
    ask: { health: { instance: "aws_instance.spare_a", group: "aws_lb_target_group.spare" } },
    expect: { health: "unused", code: "Target.NotInUse" },
  },
  {
    name: "a target group that was replaced in the listener is unused",
    source: TARGET_HEALTH,
    says: "Target.NotInUse: the target group is not used by any load balancer.",
    file: site({
      with: [group("api")],
      change: { "aws_lb_listener.https": listener(443, forwardTo("api")) },
    }),
    verdict: "broken",
    ask: healthOfA,
    expect: { health: "unused", code: "Target.NotInUse" },
  },
  {
    name: "one instance in two target groups has a health in each",
    source: HEALTH,
    says: "Health checks are performed for each target group, with the settings of that group.",
    file: site({
      web: { count: 1 },
      with: [
        group("api", { count: 0, healthCheck: { path: "/api/health" } }),
        {
          "aws_lb_target_group_attachment.shared": {
            target_group_arn: "${aws_lb_target_group.api.arn}",
            target_id: "${aws_instance.web_a.id}",
            port: 80,
          },
        },
        rule("api", 10, [ifPath("/api/*")], forwardTo("api")),
      ],
    }),
    app: { "/api/health": { status: 503 } },
    ask: { health: { instance: A, group: "aws_lb_target_group.api" } },
    expect: { health: "unhealthy", code: "Target.ResponseCodeMismatch" },
  },
];
