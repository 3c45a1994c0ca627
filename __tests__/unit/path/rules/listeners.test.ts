import { type Logs, letsElbWrite, statementsOf } from "../../../../path/analysis/logs/log-policy";
import { includes, matches } from "../../../../path/analysis/requests/wildcards";
import { isTlsPolicy, refusedBecause } from "../../../../path/facts/elb";
import type { TraceReport } from "../../../../path/report";
import { trace } from "../../../../path/trace/trace";
import { baseStack } from "../../../mutants/bases";
import { opensIn } from "../../../mutants/judge";
import type { Base, SynthesizedJson } from "../../../mutants/mutant";
import {
  addWebAcl,
  arnOf,
  forHosts,
  forPaths,
  forwardTo,
  httpOf,
  redirectTo,
  visibility,
} from "../../../mutants/parts/listeners";
import { balancerOf, groupOf, httpsOf, type Json } from "../../../mutants/parts/site";
import { add, copyOf, takeOut, the } from "../../../mutants/pick";

/*
 * P19 to P29, and P68. The mutants show that each mistake is found; here are the correct stacks that look like one, and
 * the text of findings.
 */

type Change = (stack: SynthesizedJson) => void;

function traced(base: Base, change: Change, url?: string): TraceReport {
  const stack = baseStack(base);
  change(stack);
  return trace(stack, url === undefined ? {} : { url: new URL(url) });
}

const text = (code: string): Json[] => [
  {
    type: "fixed-response",
    fixed_response: { content_type: "text/plain", message_body: "nothing here", status_code: code },
  },
];

function addRule(
  stack: SynthesizedJson,
  name: string,
  priority: number | undefined,
  condition: Json[],
  action: Json[],
  listener = httpsOf(stack),
): void {
  add(stack, "aws_lb_listener_rule", name, {
    listener_arn: arnOf(listener),
    ...(priority !== undefined && { priority }),
    condition,
    action,
  });
}

const reported = ({ findings }: TraceReport): string[] =>
  findings
    .filter(({ severity, id }) => severity === "error" || id === "P25")
    .map(({ id, address, attribute, observed }) => `${id} ${address} ${attribute}: ${observed}`);

const nothing: [what: string, base: Base, change: Change][] = [
  [
    "a listener answers other names with a text, and has rules for the site's",
    "site",
    (stack) => {
      addRule(stack, "site", 10, [forHosts("WWW.example.com")], forwardTo(groupOf(stack)));
      httpsOf(stack).body.default_action = text("404");
    },
  ],
  [
    "there are rules for names that have no record here",
    "site",
    (stack) => {
      addRule(stack, "site", 10, [forHosts("www.example.com", "*.example.com")], forwardTo(groupOf(stack)));
      addRule(stack, "other", 20, [forHosts("intranet.example.org")], text("200"));
      httpsOf(stack).body.default_action = text("404");
    },
  ],
  [
    "the default answers a text, and rules take some paths",
    "site",
    (stack) => {
      addRule(stack, "api", 10, [forPaths("/api/*", "/v?/status")], forwardTo(groupOf(stack)));
      httpsOf(stack).body.default_action = text("404");
    },
  ],
  [
    "all names of the domain lead here, and rules take some of them",
    "inline-groups",
    (stack) => {
      the(stack, "aws_route53_record", ({ name }) => name === "www").body.name = "*.example.com";
      addRule(stack, "app", 10, [forHosts("app.example.com")], forwardTo(groupOf(stack)));
      httpsOf(stack).body.default_action = text("404");
    },
  ],
  [
    "the load balancer has a technical name, and its rules are for names whose records are elsewhere",
    "inline-groups",
    (stack) => {
      addRule(stack, "app", 10, [forHosts("app.example.com", "api.example.com")], forwardTo(groupOf(stack)));
      httpsOf(stack).body.default_action = text("404");
    },
  ],
  [
    "an HTTP listener's certificate is an empty text",
    "site",
    (stack) => Object.assign(httpOf(stack).body, { certificate_arn: "", ssl_policy: "" }),
  ],
  [
    "a content delivery network has the certificate, and asks the load balancer by plain HTTP",
    "inline-groups",
    (stack) => {
      takeOut(stack, httpsOf(stack));
      httpOf(stack).body.default_action = forwardTo(groupOf(stack));
      add(stack, "aws_cloudfront_distribution", "site", {
        enabled: true,
        viewer_certificate: {
          acm_certificate_arn: "${aws_acm_certificate_validation.web.certificate_arn}",
          ssl_support_method: "sni-only",
        },
      });
    },
  ],
  [
    "only requests with the CDN's secret header are let through",
    "auto-scaling",
    (stack) => {
      addRule(
        stack,
        "cdn",
        10,
        [{ http_header: { http_header_name: "X-Secret", values: ["0123"] } }],
        forwardTo(groupOf(stack)),
      );
      httpsOf(stack).body.default_action = text("403");
    },
  ],
  [
    "the redirect says everything that it may say",
    "site",
    (stack) => {
      httpOf(stack).body.default_action = redirectTo({
        port: "443",
        protocol: "HTTPS",
        host: "#{host}",
        path: "/#{path}",
        query: "#{query}",
        status_code: "HTTP_308",
      });
    },
  ],
  [
    "one name redirects to the other, which forwards",
    "inline-groups",
    (stack) => {
      add(stack, "aws_route53_record", "apex", {
        zone_id: "${data.aws_route53_zone.main.zone_id}",
        name: "example.com",
        type: "A",
        alias: { name: "${aws_alb.web.dns_name}", zone_id: "${aws_alb.web.zone_id}", evaluate_target_health: false },
      });
      addRule(stack, "to_www", 10, [forHosts("example.com")], redirectTo({ host: "www.example.com" }));
    },
  ],
  [
    "both listeners redirect the apex to the name with www",
    "inline-groups",
    (stack) => {
      add(stack, "aws_route53_record", "apex", {
        zone_id: "${data.aws_route53_zone.main.zone_id}",
        name: "example.com",
        type: "A",
        alias: { name: "${aws_alb.web.dns_name}", zone_id: "${aws_alb.web.zone_id}", evaluate_target_health: false },
      });
      for (const [name, listener] of [
        ["http", httpOf(stack)],
        ["https", httpsOf(stack)],
      ] as const)
        addRule(
          stack,
          name,
          10,
          [forHosts("example.com")],
          redirectTo({ host: "www.example.com", protocol: "HTTPS", port: "443" }),
          listener,
        );
    },
  ],
  [
    "a path redirects to another of the same listener",
    "site",
    (stack) => addRule(stack, "old", 10, [forPaths("/old", "/old/*")], redirectTo({ path: "/new/#{path}" })),
  ],
  [
    "a rule redirects to a site that is elsewhere",
    "site",
    (stack) => addRule(stack, "blog", 10, [forPaths("/blog/*")], redirectTo({ host: "blog.example.net", path: "/" })),
  ],
  [
    "a query is taken away by a redirect, whose rule asks for it",
    "site",
    (stack) => addRule(stack, "query", 10, [{ query_string: [{ key: "utm", value: "*" }] }], redirectTo({ query: "" })),
  ],
  [
    "authentication comes before the forward",
    "site",
    (stack) => {
      const oidc = {
        authorization_endpoint: "https://id.example.org/a",
        client_id: "a",
        client_secret: "b",
        issuer: "https://id.example.org",
        token_endpoint: "https://id.example.org/t",
        user_info_endpoint: "https://id.example.org/u",
      };
      httpsOf(stack).body.default_action = [
        { order: 1, type: "authenticate-oidc", authenticate_oidc: oidc },
        { order: 2, ...forwardTo(groupOf(stack))[0] },
      ];
    },
  ],
  [
    "a narrow rule comes before a broad one",
    "site",
    (stack) => {
      addRule(stack, "api", 10, [forPaths("/api/*")], text("200"));
      addRule(stack, "all", 20, [forPaths("/*")], forwardTo(groupOf(stack)));
    },
  ],
  [
    "a broad rule for one name comes before a narrow one for another",
    "site",
    (stack) => {
      addRule(stack, "one", 10, [forHosts("www.example.com")], forwardTo(groupOf(stack)));
      addRule(stack, "other", 20, [forHosts("*.example.com"), forPaths("/api/*")], text("200"));
    },
  ],
  [
    "paths differ in capital letters only",
    "site",
    (stack) => {
      addRule(stack, "small", 10, [forPaths("/api/*")], forwardTo(groupOf(stack)));
      addRule(stack, "capital", 20, [forPaths("/API/*")], text("200"));
    },
  ],
  [
    "a rule for all paths is for one method only",
    "site",
    (stack) => {
      addRule(stack, "post", 10, [forPaths("/*"), { http_request_method: { values: ["POST"] } }], text("405"));
      addRule(stack, "api", 20, [forPaths("/api/*")], forwardTo(groupOf(stack)));
    },
  ],
  [
    "an earlier rule covers a later one that does the same",
    "site",
    (stack) => {
      addRule(stack, "all", 10, [forPaths("/*")], forwardTo(groupOf(stack)));
      addRule(stack, "api", 20, [forPaths("/api/*")], forwardTo(groupOf(stack)));
    },
  ],
  [
    "rules have no priorities, so that AWS counts them",
    "site",
    (stack) => {
      addRule(stack, "one", undefined, [forPaths("/one/*")], forwardTo(groupOf(stack)));
      addRule(stack, "two", undefined, [forPaths("/two/*")], forwardTo(groupOf(stack)));
    },
  ],
  [
    "both listeners have a rule of one priority",
    "site",
    (stack) => {
      addRule(stack, "http", 10, [forPaths("/x")], text("200"), httpOf(stack));
      addRule(stack, "https", 10, [forPaths("/x")], text("200"));
    },
  ],
  [
    "two load balancers listen on 443",
    "site",
    (stack) => {
      add(stack, "aws_lb", "other", { ...copyOf(balancerOf(stack).body), name: "other" });
      add(stack, "aws_lb_listener", "other", {
        ...copyOf(httpsOf(stack).body),
        load_balancer_arn: "${aws_lb.other.arn}",
        default_action: forwardTo(groupOf(stack)),
      });
    },
  ],
  [
    "the policy is none of the newest, and is AWS's",
    "site",
    (stack) => {
      httpsOf(stack).body.ssl_policy = "ELBSecurityPolicy-FS-1-2-Res-2020-10";
    },
  ],
  [
    "no policy is named, so that AWS's default counts",
    "site",
    (stack) => {
      delete httpsOf(stack).body.ssl_policy;
    },
  ],
  [
    "a listener of its own has plain HTTP on 8080",
    "site",
    (stack) => {
      add(stack, "aws_lb_listener", "plain", {
        load_balancer_arn: arnOf(balancerOf(stack)),
        port: 8080,
        default_action: forwardTo(groupOf(stack)),
      });
      add(stack, "aws_vpc_security_group_ingress_rule", "plain", {
        ...copyOf(the(stack, "aws_vpc_security_group_ingress_rule", ({ from_port }) => from_port === 443).body),
        from_port: 8080,
        to_port: 8080,
      });
    },
  ],
  [
    "a target group takes gRPC behind HTTPS",
    "auto-scaling",
    (stack) => {
      const group = groupOf(stack);
      Object.assign(group.body, {
        protocol_version: "GRPC",
        health_check: { path: "/grpc.health.v1.Health/Check", matcher: "0" },
      });
    },
  ],
  [
    "further certificates are defined outside the listener",
    "inline-groups",
    (stack) => {
      const listener = httpsOf(stack);
      add(stack, "aws_lb_listener_certificate", "more", {
        listener_arn: arnOf(listener),
        certificate_arn: listener.body.certificate_arn,
      });
    },
  ],
  [
    "the application redirects where the client came by plain HTTP",
    "inline-groups",
    (stack) => {
      for (const body of Object.values(stack.resource.aws_instance ?? {}))
        body.user_data =
          `${String(body.user_data)}cat > /etc/httpd/conf.d/https.conf <<'CONF'\nRewriteCond ` +
          `%{HTTP:X-Forwarded-Proto} =http\nRewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301]\nCONF\n`;
    },
  ],
  [
    "another port of the machine redirects to HTTPS",
    "auto-scaling",
    (stack) => {
      const [template] = Object.values(stack.resource.aws_launch_template ?? {});
      const script = Buffer.from(String(template?.user_data), "base64").toString();
      if (template !== undefined)
        template.user_data = Buffer.from(
          script.replace(
            "CONF\nsystemctl",
            "server {\n  listen 80;\n  return 301 https://$host$request_uri;\n}\nCONF\nsystemctl",
          ),
        ).toString("base64");
    },
  ],
  [
    "the web ACL blocks by default, and a rule allows",
    "site",
    (stack) =>
      addWebAcl(stack, {
        rule: [
          {
            name: "here",
            priority: 1,
            action: { allow: {} },
            statement: { geo_match_statement: { country_codes: ["NL"] } },
            visibility_config: visibility("here"),
          },
        ],
      }),
  ],
  [
    "the web ACL blocks by default, and a group of rules may allow",
    "site",
    (stack) =>
      addWebAcl(stack, {
        rule: [
          {
            name: "group",
            priority: 1,
            override_action: { none: {} },
            statement: {
              rule_group_reference_statement: { arn: "arn:aws:wafv2:us-east-1:123456789012:regional/rulegroup/a/b" },
            },
            visibility_config: visibility("group"),
          },
        ],
      }),
  ],
  [
    "a web ACL that blocks belongs to something else",
    "site",
    (stack) => {
      add(stack, "aws_wafv2_web_acl", "admin", {
        name: "admin",
        scope: "REGIONAL",
        default_action: { block: {} },
        visibility_config: visibility("admin"),
      });
    },
  ],
];

function addLogs(stack: SynthesizedJson, statement: Json): void {
  add(stack, "aws_s3_bucket", "logs", { bucket: "site-logs" });
  add(stack, "aws_s3_bucket_policy", "logs", {
    bucket: "${aws_s3_bucket.logs.id}",
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: ["s3:PutObject"], ...statement }],
    }),
  });
  balancerOf(stack).body.access_logs = { enabled: true, bucket: "${aws_s3_bucket.logs.bucket}" };
}

function addData(stack: SynthesizedJson, type: string, name: string): void {
  const data = (stack.data ??= {});
  data[type] = { ...data[type], [name]: {} };
}

const withLogs: [what: string, base: Base, change: Change][] = [
  [
    "the service may write below the bucket",
    "site",
    (stack) =>
      addLogs(stack, {
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Resource: "${aws_s3_bucket.logs.arn}/*",
      }),
  ],
  [
    "ELB's account of the region may write",
    "auto-scaling",
    (stack) =>
      addLogs(stack, { Principal: { AWS: "127311923021" }, Resource: "arn:aws:s3:::site-logs/AWSLogs/123456789012/*" }),
  ],
  [
    "the account comes from a data source",
    "inline-groups",
    (stack) => {
      addData(stack, "aws_elb_service_account", "main");
      addData(stack, "aws_caller_identity", "current");
      addLogs(stack, {
        Principal: { AWS: ["${data.aws_elb_service_account.main.arn}"] },
        Resource: [
          "${aws_s3_bucket.logs.arn}",
          "${aws_s3_bucket.logs.arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*",
        ],
      });
    },
  ],
  [
    "the policy is put together by a data source",
    "site",
    (stack) => {
      addLogs(stack, {});
      (stack.data ??= {}).aws_iam_policy_document = {
        logs: {
          statement: [
            {
              actions: ["s3:PutObject"],
              resources: ["${aws_s3_bucket.logs.arn}/*"],
              principals: [{ type: "Service", identifiers: ["logdelivery.elasticloadbalancing.amazonaws.com"] }],
            },
          ],
        },
      };
      the(stack, "aws_s3_bucket_policy").body.policy = "${data.aws_iam_policy_document.logs.json}";
    },
  ],
  [
    "logs are turned off, and the bucket would take none",
    "site",
    (stack) => {
      add(stack, "aws_s3_bucket", "logs", { bucket: "site-logs" });
      balancerOf(stack).body.access_logs = { enabled: false, bucket: "${aws_s3_bucket.logs.bucket}" };
    },
  ],
  [
    "nothing turns the logs on that have a bucket",
    "site",
    (stack) => {
      add(stack, "aws_s3_bucket", "logs", { bucket: "site-logs" });
      balancerOf(stack).body.access_logs = { bucket: "${aws_s3_bucket.logs.bucket}" };
    },
  ],
  [
    "the bucket is somebody else's",
    "site",
    (stack) => {
      balancerOf(stack).body.access_logs = { enabled: true, bucket: "company-logs" };
    },
  ],
  [
    "the bucket is encrypted with S3's own keys",
    "site",
    (stack) => {
      addLogs(stack, {
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Resource: "arn:aws:s3:::site-logs/*",
      });
      add(stack, "aws_s3_bucket_server_side_encryption_configuration", "logs", {
        bucket: "${aws_s3_bucket.logs.id}",
        rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }],
      });
    },
  ],
];

describe("nothing is said of a correct stack in which", () => {
  test.each([...nothing, ...withLogs])("%s", (_, base, change) => {
    const report = traced(base, change);
    expect(reported(report)).toEqual([]);
    expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
  });
});

describe("it is unknown, and named,", () => {
  test.each<[what: string, base: Base, change: Change, open: string]>([
    [
      "whether AWS has a policy that is younger than those known here",
      "site",
      (stack) => {
        httpsOf(stack).body.ssl_policy = "ELBSecurityPolicy-TLS13-1-3-PQ-2027-01";
      },
      "ssl_policy",
    ],
    [
      "where a redirect leads whose port a variable gives",
      "site",
      (stack) => {
        httpOf(stack).body.default_action = redirectTo({ port: "${var.port}", protocol: "HTTPS" });
      },
      "default_action[0].redirect.port",
    ],
    [
      "whether a listener has the port that a redirect leads to",
      "site",
      (stack) => {
        httpsOf(stack).body.port = "${var.port}";
      },
      "port",
    ],
    [
      "whose policy it is whose bucket a variable names",
      "site",
      (stack) => {
        addLogs(stack, {});
        the(stack, "aws_s3_bucket_policy").body.bucket = "${var.bucket}";
      },
      "bucket",
    ],
    [
      "whom a policy lets write that is made at the apply",
      "site",
      (stack) => {
        addLogs(stack, {});
        the(stack, "aws_s3_bucket_policy").body.policy = "${jsonencode({ Statement = [] })}";
      },
      "policy",
    ],
  ])("%s", (_, base, change, attribute) => {
    const report = traced(base, change);
    expect(report.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(report.verdict).toBe("unknown");
    expect(report.paths.flatMap(({ hops }) => hops.flatMap(({ open }) => open.map((it) => it.attribute)))).toContain(
      attribute,
    );
  });
});

describe("a finding says", () => {
  test("at which URL nothing listens, and what listens instead", () => {
    const { findings } = traced("site", () => {}, "https://www.example.com:8443/");
    expect(findings.filter(({ id }) => id === "P21")).toMatchObject([
      {
        id: "P21",
        attribute: "listener on port 8443",
        observed: "the load balancer listens on HTTP :80, HTTPS :443",
        required: "an HTTPS listener on port 8443",
      },
    ]);
  });

  test("that the port speaks another protocol than the URL", () => {
    expect(reported(traced("site", () => {}, "https://www.example.com:80/"))).toEqual([
      expect.stringMatching(/^P21 .* protocol: the listener on port 80 uses HTTP$/),
    ]);
    expect(reported(traced("site", () => {}, "http://www.example.com:443/"))).toEqual([
      expect.stringMatching(/^P21 .* protocol: the listener on port 443 uses HTTPS$/),
    ]);
  });

  test("a circle once, wherever a request enters it", () => {
    const report = traced("site", (stack) => {
      httpsOf(stack).body.default_action = redirectTo({ port: "80", protocol: "HTTP" });
    });
    expect(report.findings.filter(({ id }) => id === "P24")).toHaveLength(1);
    expect(report.paths.map(({ verdict }) => verdict)).toEqual(["broken", "broken"]);
  });

  test("that a path grows at each redirect", () => {
    const report = traced("site", (stack) =>
      addRule(stack, "app", 10, [forPaths("/*")], redirectTo({ path: "/app/#{path}" })),
    );
    expect(reported(report)).toEqual([expect.stringContaining("https://www.example.com/app/app")]);
  });

  test("that a redirect to the site's own name is one to itself, and only on the listener that it leads to", () => {
    const report = traced("site", (stack) => {
      httpsOf(stack).body.default_action = redirectTo({ host: "www.example.com" });
    });
    expect(report.findings.map(({ id }) => id)).toContain("P24");
    expect(
      reported(
        traced("site", (stack) => {
          httpOf(stack).body.default_action = redirectTo({ host: "www.example.com", port: "443", protocol: "HTTPS" });
        }),
      ),
    ).toEqual([]);
  });

  test("which rules a broad one hides, and how many", () => {
    const report = traced("site", (stack) => {
      addRule(stack, "all", 1, [forPaths("*")], text("200"));
      for (const index of [1, 2, 3, 4, 5])
        addRule(stack, `rule_${index}`, 10 + index, [forPaths(`/${index}/*`)], forwardTo(groupOf(stack)));
    });
    expect(report.findings.filter(({ id }) => id === "P28")).toMatchObject([
      {
        address: "aws_lb_listener_rule.all",
        share: "requests for 5 rules of 6",
        observed: expect.stringMatching(/rule_1 \(11\).* and 2 others$/),
      },
    ]);
  });

  test("nothing of a rule's path to a URL whose path it does not match", () => {
    const change: Change = (stack) => {
      addRule(stack, "api", 10, [forPaths("/api/*")], forwardTo(groupOf(stack)));
      httpsOf(stack).body.default_action = text("404");
    };
    expect(reported(traced("site", change, "https://www.example.com/api/status"))).toEqual([]);
    expect(reported(traced("site", change, "https://www.example.com/Api/status"))).toEqual([
      expect.stringMatching(
        /^P26 .*none of 1 listener rules \(for \/api\/\*\) matches requests to www\.example\.com\/Api\/status/,
      ),
    ]);
  });

  test("of a name that no rule has a warning only, where the rules' names may be elsewhere", () => {
    const { verdict, findings } = traced("inline-groups", (stack) => {
      addRule(stack, "app", 10, [forHosts("app.example.com")], forwardTo(groupOf(stack)));
      httpsOf(stack).body.default_action = text("404");
    });
    expect({ verdict, findings: findings.map(({ id, severity }) => `${id} ${severity}`) }).toEqual({
      verdict: "ok",
      findings: ["P26 warning"],
    });
  });

  test("the log folder that a policy leaves out", () => {
    const report = traced("site", (stack) => {
      addLogs(stack, {
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Resource: "${aws_s3_bucket.logs.arn}",
      });
    });
    expect(report.findings).toMatchObject([
      {
        id: "P68",
        address: "aws_s3_bucket_policy.logs",
        observed: "no statement allows Elastic Load Balancing in us-east-1 to put objects under AWSLogs/",
      },
    ]);
  });
});

test("the cost grows with the number of rules, not with its square", () => {
  const cost = (count: number): number => {
    const stack = baseStack("site");
    for (let index = 1; index <= count; index++)
      addRule(stack, `rule_${index}`, index, [forPaths(`/${index}/*`)], redirectTo({ path: "/#{path}/#{path}" }));
    const before = process.cpuUsage();
    expect(trace(stack).findings.filter(({ id }) => id === "P24").length).toBeGreaterThan(0);
    return process.cpuUsage(before).user;
  };
  cost(500); // warms up
  // Eight times the rules; their square would be 64 times.
  expect(cost(8_000) / cost(1_000)).toBeLessThan(24);
}, 60_000);

describe("wildcards", () => {
  test.each([
    ["*.example.com", "www.example.com", true],
    ["*.example.com", "example.com", false],
    ["/api/*", "/api/", true],
    ["/api/*", "/api", false],
    ["/v?/x", "/v1/x", true],
    ["/v?/x", "/v/x", false],
    ["*a*b*c", "xxaxxbxxc", true],
    ["*a*b*c", "xxaxxbxx", false],
    ["", "", true],
    ["*", "", true],
    ["a", "A", false],
  ])("%s matches %s: %s", (pattern, it, is) => expect(matches(pattern, it)).toBe(is));

  test.each([
    ["*", "/a/*", true],
    ["/a*", "/a/b/*", true],
    ["/a/*", "/a*", false],
    ["/?/x", "/?/x", true],
    ["/?/x", "/*/x", false],
    ["/*", "*", false],
    ["*.example.com", "*.a.example.com", true],
  ])("%s includes %s: %s", (broad, narrow, is) => expect(includes(broad, narrow)).toBe(is));

  test("do not cost more than their lengths say", () => {
    const before = performance.now();
    expect(matches("*a".repeat(500), `${"a".repeat(5_000)}b`)).toBe(false);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe("AWS's own lists", () => {
  test.each<[string, boolean | undefined]>([
    ["ELBSecurityPolicy-2016-08", true],
    ["ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", true],
    ["ELBSecurityPolicy-TLS13-1-2-RFC9151-INTEROP1-FIPS-2023-07", true],
    ["ELBSecurityPolicy-TLS13-1-2-2021-6", false],
    ["ELBSecurityPolicy-TLS-1-3-2021-06", false],
    ["TLS-1-2-2017-01", false],
    ["elbsecuritypolicy-2016-08", false],
    ["ELBSecurityPolicy-TLS13-1-2-2099-13", false],
    ["ELBSecurityPolicy-TLS13-1-3-2026-03", undefined],
  ])("%s is a policy: %s", (name, is) => expect(isTlsPolicy(name)).toBe(is));

  test.each<[string, "balancer" | "target group", boolean]>([
    ["web", "balancer", true],
    ["a".repeat(32), "target group", true],
    ["a".repeat(33), "target group", false],
    ["my_site", "balancer", false],
    ["-web", "balancer", false],
    ["web-", "target group", false],
    ["internal-web", "balancer", false],
    ["internal-web", "target group", true],
  ])("%s is a name of a %s: %s", (name, of, is) => expect(refusedBecause(name, of) === undefined).toBe(is));
});

describe("a policy's statement lets ELB write", () => {
  const logs: Logs = {
    bucket: "site-logs",
    address: "aws_s3_bucket.logs",
    prefix: "web",
    region: "us-east-1",
    account: "127311923021",
  };
  const judged = (statement: Json) =>
    letsElbWrite([{ Effect: "Allow", Action: "s3:PutObject", Principal: "*", Resource: "*", ...statement }], logs);

  test.each<[what: string, statement: Json, is: string]>([
    ["for everybody and everything", {}, "yes"],
    ["for all actions of S3", { Action: ["s3:*"] }, "yes"],
    ["not for reading", { Action: "s3:GetObject" }, "no"],
    ["not where it denies", { Effect: "Deny" }, "no"],
    ["not for another service", { Principal: { Service: "cloudtrail.amazonaws.com" } }, "no"],
    ["not for an account of another region", { Principal: { AWS: "arn:aws:iam::054676820928:root" } }, "no"],
    [
      "not for the stack's own account",
      { Principal: { AWS: "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" } },
      "no",
    ],
    [
      "perhaps for an account that a variable names",
      { Principal: { AWS: "arn:aws:iam::${var.account}:root" } },
      "perhaps",
    ],
    ["below the folder", { Resource: "arn:aws:s3:::site-logs/web/*" }, "yes"],
    ["below the whole bucket by a name with a star", { Resource: "arn:aws:s3:::site-*" }, "yes"],
    ["not below another folder", { Resource: "arn:aws:s3:::site-logs/AWSLogs/*" }, "no"],
    [
      "not for the bucket without its objects",
      { Resource: ["arn:aws:s3:::site-logs", "${aws_s3_bucket.logs.arn}"] },
      "no",
    ],
    ["not for another bucket", { Resource: ["arn:aws:s3:::other/*", "${aws_s3_bucket.other.arn}/*"] }, "no"],
    [
      "below a folder that a variable names, perhaps",
      { Resource: "${aws_s3_bucket.logs.arn}/${var.prefix}/*" },
      "perhaps",
    ],
    [
      "below a resource with known references only, perhaps",
      { Resource: "${aws_s3_bucket.logs.arn and data.aws_caller_identity.current.account_id}…" },
      "perhaps",
    ],
  ])("%s", (_, statement, is) => expect(judged(statement)).toBe(is));

  test("is not read in a text that is none", () => {
    expect(statementsOf("no policy")).toBeUndefined();
    expect(statementsOf("null")).toBeUndefined();
    expect(statementsOf('{"Statement": "x"}')).toEqual([]);
  });
});
