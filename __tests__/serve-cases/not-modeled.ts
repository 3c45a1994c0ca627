import type { ServeCase } from "./serve-case";
import { type Arguments, alias, forwardTo, group, ifPath, recordOf, rule, site } from "./site";

/* What a load balancer on AWS does and `serve` does not: it is refused by name, never answered as if it were not there. */

const SIGN_IN = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html";
const LAMBDA = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html";
const MUTUAL = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html";
const ERRORS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html";
const VERSIONS =
  "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html" +
  "#target-group-protocol-version";

const get = { request: { url: "https://www.example.com/" } };
const getAdmin = { request: { url: "https://www.example.com/admin/users" } };

const OIDC: Arguments = {
  type: "authenticate-oidc",
  order: 1,
  authenticate_oidc: [
    {
      authorization_endpoint: "https://login.example.net/authorize",
      token_endpoint: "https://login.example.net/token",
      user_info_endpoint: "https://login.example.net/userinfo",
      issuer: "https://login.example.net",
      client_id: "web",
      client_secret: "not-a-secret",
    },
  ],
};

const COGNITO: Arguments = {
  type: "authenticate-cognito",
  order: 1,
  authenticate_cognito: [
    {
      user_pool_arn: "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abcdefghi",
      user_pool_client_id: "web",
      user_pool_domain: "login",
    },
  ],
};

/** A site whose rule for `/admin/` signs in before it forwards. */
const signingIn = (action: Arguments) => {
  const file = site({ with: [rule("admin", 10, [ifPath("/admin/*")], forwardTo("web"))] });
  const admin = file.resource.aws_lb_listener_rule?.admin;
  if (admin !== undefined) admin.action = [action, { ...forwardTo("web"), order: 2 }];
  return file;
};

const FUNCTION = ["aws_lb_target_group.function", "aws_lambda_function.api"];

const withLambda = () =>
  site({
    with: [
      {
        "aws_lb_target_group.function": { name: "function", target_type: "lambda" },
        "aws_lambda_function.api": {
          function_name: "api",
          role: "arn:aws:iam::123456789012:role/api",
          handler: "index.handler",
          runtime: "nodejs22.x",
          filename: "api.zip",
        },
        "aws_lambda_permission.api": {
          action: "lambda:InvokeFunction",
          function_name: "${aws_lambda_function.api.function_name}",
          principal: "elasticloadbalancing.amazonaws.com",
          source_arn: "${aws_lb_target_group.function.arn}",
        },
        "aws_lb_target_group_attachment.function": {
          target_group_arn: "${aws_lb_target_group.function.arn}",
          target_id: "${aws_lambda_function.api.arn}",
          depends_on: ["aws_lambda_permission.api"],
        },
      },
      rule("function", 10, [ifPath("/admin/*")], forwardTo("function")),
    ],
  });

const withMutualTls = () =>
  site({
    change: {
      "aws_lb_listener.https": {
        mutual_authentication: [
          {
            mode: "verify",
            trust_store_arn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:truststore/clients/0123456789abcdef",
          },
        ],
      },
    },
  });

const withWebAcl = () =>
  site({
    with: [
      {
        "aws_wafv2_web_acl.site": {
          name: "site",
          scope: "REGIONAL",
          default_action: [{ allow: [{}] }],
          visibility_config: [
            { cloudwatch_metrics_enabled: false, metric_name: "site", sampled_requests_enabled: false },
          ],
          rule: [
            {
              name: "common",
              priority: 1,
              override_action: [{ none: [{}] }],
              statement: [
                { managed_rule_group_statement: [{ name: "AWSManagedRulesCommonRuleSet", vendor_name: "AWS" }] },
              ],
              visibility_config: [
                { cloudwatch_metrics_enabled: false, metric_name: "common", sampled_requests_enabled: false },
              ],
            },
          ],
        },
        "aws_wafv2_web_acl_association.site": {
          resource_arn: "${aws_lb.web.arn}",
          web_acl_arn: "${aws_wafv2_web_acl.site.arn}",
        },
      },
    ],
  });

const withVersion = (version: string) =>
  site({
    with: [
      group("rpc", { port: 50051, arguments: { protocol_version: version } }),
      rule("rpc", 10, [ifPath("/admin/*")], forwardTo("rpc")),
    ],
  });

export const NOT_MODELED: readonly ServeCase[] = [
  {
    name: "sign-in with OIDC is refused at the request that needs it",
    source: SIGN_IN,
    says: "The load balancer redirects a user who is not signed in to the identity provider.",
    file: signingIn(OIDC),
    ask: getAdmin,
    expect: { refused: { address: "aws_lb_listener_rule.admin", words: /authenticat|sign-in|oidc/i } },
  },
  {
    name: "sign-in with OIDC is named at the start",
    source: SIGN_IN,
    says: "The load balancer redirects a user who is not signed in to the identity provider.",
    file: signingIn(OIDC),
    ask: { start: true },
    expect: { refused: { address: "aws_lb_listener_rule.admin", words: /authenticat|sign-in|oidc/i } },
  },
  {
    name: "a request that needs no sign-in is answered",
    source: SIGN_IN,
    says: "Only requests that match the rule with the authentication action are authenticated.",
    file: signingIn(OIDC),
    ask: get,
    expect: { status: 200, group: "aws_lb_target_group.web" },
  },
  {
    name: "sign-in with Cognito is refused at the request that needs it",
    source: SIGN_IN,
    says: "The load balancer authenticates users through a Cognito user pool.",
    file: signingIn(COGNITO),
    ask: getAdmin,
    expect: { refused: { address: "aws_lb_listener_rule.admin", words: /authenticat|sign-in|cognito/i } },
  },
  {
    name: "a function as a target is refused at the request that needs it",
    source: LAMBDA,
    says: "For a Lambda target the load balancer invokes the function with the request as JSON.",
    file: withLambda(),
    ask: getAdmin,
    expect: { refused: { address: FUNCTION, words: /lambda|function/i } },
  },
  {
    name: "a function as a target is named at the start",
    source: LAMBDA,
    says: "For a Lambda target the load balancer invokes the function with the request as JSON.",
    file: withLambda(),
    ask: { start: true },
    expect: { refused: { address: FUNCTION, words: /lambda|function/i } },
  },
  {
    name: "mutual TLS is named at the start",
    source: MUTUAL,
    says: "In verify mode, the load balancer authenticates clients by their X.509 certificates.",
    file: withMutualTls(),
    ask: { start: true },
    expect: { refused: { address: "aws_lb_listener.https", words: /mutual|client certificate/i } },
  },
  {
    name: "mutual TLS is refused at the request",
    source: MUTUAL,
    says: "In verify mode, a client without a valid certificate is refused.",
    file: withMutualTls(),
    ask: get,
    expect: { refused: { address: "aws_lb_listener.https", words: /mutual|client certificate/i } },
  },
  {
    name: "a web ACL is named at the start",
    source: `${ERRORS}#http-403-issues`,
    says: "A web ACL that blocks a request makes the load balancer respond with 403.",
    file: withWebAcl(),
    ask: { start: true },
    expect: {
      refused: {
        address: ["aws_wafv2_web_acl_association.site", "aws_wafv2_web_acl.site", "aws_lb.web"],
        words: /waf|web acl/i,
      },
    },
  },
  {
    name: "gRPC to the targets is refused at the request that needs it",
    source: VERSIONS,
    says: "A request in HTTP/1.1 to a target group of the protocol version gRPC is an error.",
    file: withVersion("GRPC"),
    ask: getAdmin,
    expect: { refused: { address: "aws_lb_target_group.rpc", words: /grpc|protocol version|464/i } },
  },
  {
    name: "HTTP/2 to the targets is refused at the request that needs it",
    source: `${ERRORS}#http-464-issues`,
    says: "464: the request's protocol is HTTP/1.1, and the target group's protocol version is HTTP/2.",
    file: withVersion("HTTP2"),
    ask: getAdmin,
    expect: { refused: { address: "aws_lb_target_group.rpc", words: /http\/?2|protocol version|464/i } },
  },
  {
    name: "gRPC to the targets is named at the start",
    source: VERSIONS,
    says: "The protocol version of a target group can be gRPC or HTTP/2.",
    file: withVersion("GRPC"),
    ask: { start: true },
    expect: { refused: { address: "aws_lb_target_group.rpc", words: /grpc|protocol version/i } },
  },
  {
    name: "X-Forwarded-For with more than 30 addresses is refused by name",
    source: `${ERRORS}#http-463-issues`,
    says: "463: the X-Forwarded-For header has more than 30 addresses.",
    file: site(),
    ask: {
      request: {
        url: "https://www.example.com/",
        headers: [["X-Forwarded-For", Array.from({ length: 31 }, (_, index) => `192.0.2.${index + 1}`).join(", ")]],
      },
    },
    expect: { refused: { address: ["aws_lb_listener.https", "aws_lb.web"], words: /463|X-Forwarded-For/i } },
  },
  {
    name: "X-Forwarded-For with 30 addresses is accepted",
    source: `${ERRORS}#http-463-issues`,
    says: "The upper limit of addresses in X-Forwarded-For is 30.",
    file: site(),
    ask: {
      request: {
        url: "https://www.example.com/",
        headers: [["X-Forwarded-For", Array.from({ length: 30 }, (_, index) => `192.0.2.${index + 1}`).join(", ")]],
      },
    },
    expect: { status: 200, group: "aws_lb_target_group.web" },
  },
  {
    name: "a mode of desync mitigation is named at the start",
    source:
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html" +
      "#desync-mitigation-mode",
    says: "The strictest mode blocks requests that do not comply with RFC 7230.",
    file: site({ change: { "aws_lb.web": { desync_mitigation_mode: "strictest" } } }),
    ask: { start: true },
    expect: { refused: { address: "aws_lb.web", words: /desync/i } },
  },
  {
    name: "a routing policy other than weighted is refused by name",
    source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-latency.html",
    says: "Latency routing depends on the Region that gives the user the lowest latency.",
    file: site({
      hosts: ["www.example.com", "near.example.com"],
      with: [
        {
          [recordOf("near.example.com")]: {
            ...alias("near.example.com"),
            set_identifier: "us-east-1",
            latency_routing_policy: [{ region: "us-east-1" }],
          },
        },
      ],
    }),
    ask: { start: true },
    expect: { refused: { address: "aws_route53_record.near_example_com", words: /latency/i } },
  },
];
