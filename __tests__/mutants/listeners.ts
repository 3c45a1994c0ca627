import type { Mutant, SynthesizedJson } from "./mutant";
import { add, copyOf, type Picked, takeOut, takeOutAll, the } from "./pick";

/*
 * P19 to P29, and P68: what is wrong with listeners, their redirects and rules, and with what stands around the
 * balancer.
 */

const BY_AWS = "AWS refuses it";
const HASHED = "a state keeps no more than a hash of an instance's user data";

type Json = Record<string, unknown>;

const typeOf = (stack: SynthesizedJson, type: string) =>
  stack.resource[type] === undefined ? type.replace("aws_lb", "aws_alb") : type;
const httpsOf = (stack: SynthesizedJson) =>
  the(stack, typeOf(stack, "aws_lb_listener"), ({ protocol }) => protocol === "HTTPS");
const httpOf = (stack: SynthesizedJson) =>
  the(stack, typeOf(stack, "aws_lb_listener"), ({ protocol }) => protocol === "HTTP");
const groupOf = (stack: SynthesizedJson) => the(stack, typeOf(stack, "aws_lb_target_group"));
const balancerOf = (stack: SynthesizedJson) => the(stack, typeOf(stack, "aws_lb"));
const arnOf = ({ address }: Picked) => `\${${address}.arn}`;

const forwardTo = (group: Picked): Json[] => [{ type: "forward", target_group_arn: arnOf(group) }];
const redirectTo = (redirect: Json): Json[] => [
  { type: "redirect", redirect: { status_code: "HTTP_301", ...redirect } },
];
const text = (code: string, body = "nothing here"): Json[] => [
  { type: "fixed-response", fixed_response: { content_type: "text/plain", message_body: body, status_code: code } },
];
const forHosts = (...values: string[]): Json => ({ host_header: { values } });
const forPaths = (...values: string[]): Json => ({ path_pattern: { values } });

function addRule(
  stack: SynthesizedJson,
  name: string,
  priority: number,
  condition: Json[],
  action: Json[],
  listener = httpsOf(stack),
): void {
  add(stack, "aws_lb_listener_rule", name, { listener_arn: arnOf(listener), priority, condition, action });
}

/** Another script, for the instances or their launch template. */
function rewriteScripts(stack: SynthesizedJson, change: (script: string) => string): void {
  for (const body of Object.values(stack.resource.aws_instance ?? {})) body.user_data = change(String(body.user_data));
  for (const body of Object.values(stack.resource.aws_launch_template ?? {}))
    body.user_data = Buffer.from(change(Buffer.from(String(body.user_data), "base64").toString())).toString("base64");
}

/** Turns the balancer's logs on. */
function addLogs(stack: SynthesizedJson, policy?: Json): void {
  const bucket = add(stack, "aws_s3_bucket", "logs", { bucket: "site-logs" });
  balancerOf(stack).body.access_logs = { enabled: true, bucket: `\${${bucket}.id}`, prefix: "web" };
  if (policy !== undefined)
    add(stack, "aws_s3_bucket_policy", "logs", {
      bucket: `\${${bucket}.id}`,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:PutObject", ...policy }],
      }),
    });
}

const BY_ELB = { Service: "logdelivery.elasticloadbalancing.amazonaws.com" };

function addWebAcl(stack: SynthesizedJson, body: Json): void {
  const visibility = { cloudwatch_metrics_enabled: false, metric_name: "site", sampled_requests_enabled: false };
  const acl = add(stack, "aws_wafv2_web_acl", "site", {
    name: "site",
    scope: "REGIONAL",
    default_action: { block: {} },
    visibility_config: visibility,
    ...body,
  });
  add(stack, "aws_wafv2_web_acl_association", "site", {
    resource_arn: arnOf(balancerOf(stack)),
    web_acl_arn: `\${${acl}.arn}`,
  });
}

export const listenerMutants: readonly Mutant[] = [
  {
    row: "P19",
    name: "the HTTPS listener has lost its certificate",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "certificate_arn" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      delete httpsOf(stack).body.certificate_arn;
    },
  },
  {
    row: "P19",
    name: "the certificate stands beside the listener only, as one of several",
    base: "inline-groups",
    at: { type: "aws_alb_listener", attribute: "certificate_arn" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const listener = httpsOf(stack);
      add(stack, "aws_alb_listener_certificate", "site", {
        listener_arn: arnOf(listener),
        certificate_arn: listener.body.certificate_arn,
      });
      delete listener.body.certificate_arn;
    },
  },
  {
    row: "P20",
    name: "a TLS policy whose name is put together wrongly",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "ssl_policy" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      httpsOf(stack).body.ssl_policy = "ELBSecurityPolicy-TLS-1-3-2021-06";
    },
  },
  {
    row: "P20",
    name: "an HTTP listener on 443 has the certificate",
    base: "auto-scaling",
    at: { type: "aws_lb_listener", attribute: "protocol" },
    also: ["P22"],
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const listener = httpsOf(stack);
      listener.body.protocol = "HTTP";
      delete listener.body.ssl_policy;
    },
  },
  {
    row: "P20",
    name: "the listener on 80 is one of a network balancer",
    base: "inline-groups",
    at: { type: "aws_alb_listener", attribute: "protocol" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const listener = httpOf(stack);
      Object.assign(listener.body, { protocol: "TCP", default_action: forwardTo(groupOf(stack)) });
    },
  },
  {
    row: "P20",
    name: "the target group speaks TCP",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "protocol" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      groupOf(stack).body.protocol = "TCP";
    },
  },
  {
    row: "P21",
    name: "the balancer has no listener at all",
    base: "site",
    at: { type: "aws_lb", attribute: "listener on port 443" },
    also: ["P48"],
    mutate: (stack) => {
      takeOutAll(stack, "aws_lb_listener");
    },
  },
  {
    row: "P21",
    name: "HTTPS is on 8443 only",
    base: "auto-scaling",
    at: { type: "aws_lb" },
    also: ["P22", "P30"],
    mutate: (stack) => {
      httpsOf(stack).body.port = 8443;
    },
  },
  {
    row: "P21",
    name: "there is a certificate for the name, and HTTP only",
    base: "inline-groups",
    at: { type: "aws_alb" },
    mutate: (stack) => {
      takeOut(stack, httpsOf(stack));
      httpOf(stack).body.default_action = forwardTo(groupOf(stack));
    },
  },
  {
    row: "P22",
    name: "the redirect leads to a port of other people's examples",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "default_action.redirect.port" },
    mutate: (stack) => {
      httpOf(stack).body.default_action = redirectTo({ port: "8443", protocol: "HTTPS" });
    },
  },
  {
    row: "P22",
    name: "the redirect changes the protocol, and not the port",
    base: "inline-groups",
    at: { type: "aws_alb_listener", attribute: "default_action.redirect" },
    mutate: (stack) => {
      httpOf(stack).body.default_action = redirectTo({ protocol: "HTTPS" });
    },
  },
  {
    row: "P22",
    name: "the redirect changes the port, and not the protocol",
    base: "auto-scaling",
    at: { type: "aws_lb_listener", attribute: "default_action.redirect" },
    mutate: (stack) => {
      httpOf(stack).body.default_action = redirectTo({ port: "443" });
    },
  },
  {
    row: "P23",
    name: "the redirect says its status code only",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "default_action.redirect" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      httpOf(stack).body.default_action = redirectTo({});
    },
  },
  {
    row: "P23",
    name: "the HTTPS listener redirects to HTTPS, as it was copied from the other",
    base: "auto-scaling",
    at: { type: "aws_lb_listener", attribute: "default_action.redirect" },
    also: ["P48"],
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      httpsOf(stack).body.default_action = copyOf(httpOf(stack).body.default_action);
    },
  },
  {
    row: "P24",
    name: "HTTP leads to HTTPS, and HTTPS to HTTP",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "default_action.redirect" },
    also: ["P48"],
    mutate: (stack) => {
      httpsOf(stack).body.default_action = redirectTo({ port: "80", protocol: "HTTP" });
    },
  },
  {
    row: "P24",
    name: "one name leads to the other and back",
    base: "inline-groups",
    at: { type: "aws_lb_listener_rule", attribute: "action.redirect" },
    mutate: (stack) => {
      add(stack, "aws_route53_record", "apex", {
        zone_id: "${data.aws_route53_zone.main.zone_id}",
        name: "example.com",
        type: "A",
        alias: { name: "${aws_alb.web.dns_name}", zone_id: "${aws_alb.web.zone_id}", evaluate_target_health: false },
      });
      addRule(stack, "to_www", 10, [forHosts("example.com")], redirectTo({ host: "www.example.com" }));
      addRule(stack, "to_apex", 20, [forHosts("www.example.com")], redirectTo({ host: "example.com" }));
    },
  },
  {
    row: "P25",
    name: "NGINX sends everybody on to HTTPS",
    base: "site",
    at: { type: "aws_instance", attribute: "user_data" },
    verdict: "ok",
    cannot: { state: HASHED },
    unfixable: "the mend is a line of the script, which no argument holds",
    mutate: (stack) =>
      rewriteScripts(stack, (script) =>
        script.replace("try_files $uri $uri/ =404;", "return 301 https://$host$request_uri;"),
      ),
  },
  {
    row: "P25",
    name: "the server block of the app's port only redirects",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "user_data" },
    verdict: "ok",
    unfixable: "the mend is a line of the script, which no argument holds",
    mutate: (stack) =>
      rewriteScripts(stack, (script) =>
        script.replace('location / { return 200 "ok"; }', "return 301 https://$host$request_uri;"),
      ),
  },
  {
    row: "P26",
    name: "the only rule is for a name that is not the site's",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "default_action.fixed_response" },
    mutate: (stack) => {
      addRule(stack, "app", 10, [forHosts("app.example.com")], forwardTo(groupOf(stack)));
      httpsOf(stack).body.default_action = text("404");
    },
  },
  {
    row: "P26",
    name: "the default says that nobody is there, and rules are missing",
    base: "auto-scaling",
    at: { type: "aws_lb_listener", attribute: "default_action.fixed_response" },
    also: ["P48"],
    mutate: (stack) => {
      httpsOf(stack).body.default_action = text("503");
    },
  },
  {
    row: "P26",
    name: "a rule has the name with a star that does not stand for it",
    base: "inline-groups",
    at: { type: "aws_alb_listener", attribute: "default_action.fixed_response" },
    mutate: (stack) => {
      addRule(stack, "shops", 10, [forHosts("*.shop.example.com"), forPaths("/*")], forwardTo(groupOf(stack)));
      httpsOf(stack).body.default_action = text("404");
    },
  },
  {
    row: "P27",
    name: "a second HTTPS listener on 443",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "port" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      add(stack, "aws_lb_listener", "again", copyOf(httpsOf(stack).body));
    },
  },
  {
    row: "P27",
    name: "HTTP listens on 443 as well as HTTPS",
    base: "auto-scaling",
    at: { type: "aws_lb_listener", attribute: "port" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      Object.assign(httpOf(stack).body, { port: 443, default_action: forwardTo(groupOf(stack)) });
    },
  },
  {
    row: "P27",
    name: "two rules have one priority",
    base: "inline-groups",
    at: { type: "aws_lb_listener_rule", attribute: "priority" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      addRule(stack, "api", 100, [forPaths("/api/*")], forwardTo(groupOf(stack)));
      addRule(stack, "status", 100, [forPaths("/status")], text("200"));
    },
  },
  {
    row: "P28",
    name: "a rule for all paths comes before the one for some",
    base: "site",
    at: { type: "aws_lb_listener_rule", attribute: "priority" },
    mutate: (stack) => {
      addRule(stack, "all", 1, [forPaths("/*")], forwardTo(groupOf(stack)));
      addRule(stack, "gone", 10, [forPaths("/old/*")], text("410"));
    },
  },
  {
    row: "P28",
    name: "a rule for all names of the domain comes before the one for a path of one",
    base: "auto-scaling",
    at: { type: "aws_lb_listener_rule", attribute: "priority" },
    mutate: (stack) => {
      addRule(stack, "domain", 10, [forHosts("*.example.com")], forwardTo(groupOf(stack)));
      addRule(stack, "admin", 20, [forHosts("www.example.com"), forPaths("/admin", "/admin/*")], text("403"));
    },
  },
  {
    row: "P29",
    name: "the target group takes HTTP/2, and port 80 forwards to it as well",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "protocol_version" },
    mutate: (stack) => {
      groupOf(stack).body.protocol_version = "HTTP2";
      httpOf(stack).body.default_action = forwardTo(groupOf(stack));
    },
  },
  {
    row: "P29",
    name: "the target group takes gRPC behind plain HTTP",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "protocol_version" },
    mutate: (stack) => {
      const group = groupOf(stack);
      Object.assign(group.body, {
        protocol_version: "GRPC",
        health_check: { ...(group.body.health_check as Json), matcher: "0-99" },
      });
      addRule(stack, "rpc", 10, [forPaths("/rpc.Api/*")], forwardTo(group), httpOf(stack));
    },
  },
  {
    row: "P29",
    name: "HTTP/2 is turned off, and the target group takes nothing else",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "enable_http2" },
    mutate: (stack) => {
      groupOf(stack).body.protocol_version = "HTTP2";
      balancerOf(stack).body.enable_http2 = false;
    },
  },
  {
    row: "P68",
    name: "the log bucket has no policy",
    base: "site",
    at: { type: "aws_s3_bucket", attribute: "policy" },
    cannot: { state: BY_AWS },
    mutate: (stack) => addLogs(stack),
  },
  {
    row: "P68",
    name: "the log bucket's policy lets ELB of another region write",
    base: "auto-scaling",
    at: { type: "aws_s3_bucket_policy", attribute: "policy" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      addLogs(stack, {
        Principal: { AWS: "arn:aws:iam::054676820928:root" },
        Resource: "arn:aws:s3:::site-logs*/web/AWSLogs/*",
      }),
  },
  {
    row: "P68",
    name: "the log bucket's policy is for another folder",
    base: "site",
    at: { type: "aws_s3_bucket_policy", attribute: "policy" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      addLogs(stack, { Principal: BY_ELB, Resource: "arn:aws:s3:::site-logs*/AWSLogs/123456789012/*" }),
  },
  {
    row: "P68",
    name: "the log bucket is encrypted with a key of KMS",
    base: "inline-groups",
    at: { type: "aws_s3_bucket_server_side_encryption_configuration" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      addLogs(stack, { Principal: BY_ELB, Resource: "arn:aws:s3:::site-logs*/web/AWSLogs/*" });
      add(stack, "aws_s3_bucket_server_side_encryption_configuration", "logs", {
        bucket: "${aws_s3_bucket.logs.id}",
        rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "aws:kms" } }],
      });
    },
  },
  {
    row: "P76",
    name: "the web ACL blocks everything",
    base: "site",
    at: { type: "aws_wafv2_web_acl", attribute: "default_action" },
    mutate: (stack) => addWebAcl(stack, {}),
  },
  {
    row: "P76",
    name: "the web ACL blocks by default, and its only rule blocks more",
    base: "inline-groups",
    at: { type: "aws_wafv2_web_acl", attribute: "default_action" },
    mutate: (stack) =>
      addWebAcl(stack, {
        rule: [
          {
            name: "rate",
            priority: 1,
            action: { block: {} },
            statement: { rate_based_statement: { limit: 1000, aggregate_key_type: "IP" } },
            visibility_config: {
              cloudwatch_metrics_enabled: false,
              metric_name: "rate",
              sampled_requests_enabled: false,
            },
          },
        ],
      }),
  },
];
