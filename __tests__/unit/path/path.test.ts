import { readFileSync } from "node:fs";
import { join } from "node:path";
import { entriesAt, entriesOf } from "../../../path/analysis/requests/entries";
import { routeOf } from "../../../path/analysis/requests/route";
import { shownUrl } from "../../../path/analysis/requests/shown";
import { fix, setting } from "../../../path/fixes/fix";
import { trace } from "../../../path/trace/trace";
import { readTopology } from "../../../topology/topology";
import { FIXTURES } from "../../support/project";

/* Which ways in a file declares, and where each of them leads. */

type Resources = Record<string, Record<string, Record<string, unknown>>>;

const FORWARD = { default_action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.web.arn}" }] };
const TO_HTTPS = {
  default_action: [{ type: "redirect", redirect: { port: "443", protocol: "HTTPS", status_code: "HTTP_301" } }],
};

const listener = (port: number, protocol: string, more: object = FORWARD, balancer = "web") => ({
  load_balancer_arn: `\${aws_lb.${balancer}.arn}`,
  port,
  protocol,
  ...more,
});
const alias = (name: string, zone = "public", balancer = "web") => ({
  zone_id: `\${aws_route53_zone.${zone}.zone_id}`,
  name,
  type: "A",
  alias: {
    name: `\${aws_lb.${balancer}.dns_name}`,
    zone_id: `\${aws_lb.${balancer}.zone_id}`,
    evaluate_target_health: false,
  },
});

const SITE: Resources = {
  aws_lb: { web: {} },
  aws_lb_listener: { http: listener(80, "HTTP", TO_HTTPS), https: listener(443, "HTTPS") },
  aws_lb_target_group: { web: { port: 8080, protocol: "HTTP", vpc_id: "vpc-1" } },
  aws_lb_target_group_attachment: {
    one: { target_group_arn: "${aws_lb_target_group.web.arn}", target_id: "${aws_instance.one.id}", port: 9090 },
  },
  aws_instance: { one: {} },
  aws_route53_zone: { public: { name: "example.com" }, private: { name: "example.com", vpc: { vpc_id: "vpc-1" } } },
};

const urlsOf = (resource: Resources) =>
  entriesOf(readTopology({ resource })).map((entry) => `${shownUrl(entry)} from ${entry.from}`);

describe("without a URL, a trace looks at", () => {
  test("every public record that leads to a load balancer, on each port that has a listener", () => {
    expect(urlsOf({ ...SITE, aws_route53_record: { www: alias("www.example.com"), apex: alias("") } })).toEqual([
      "http://www.example.com/ from internet",
      "https://www.example.com/ from internet",
      "http://example.com/ from internet",
      "https://example.com/ from internet",
    ]);
  });

  test("the load balancer's own name where no record leads to it", () => {
    expect(urlsOf(SITE)).toEqual([
      "http://aws_lb.web.dns_name/ from internet",
      "https://aws_lb.web.dns_name/ from internet",
    ]);
  });

  test("443 wherever a certificate covers the name, though nothing listens there", () => {
    const resource = {
      ...SITE,
      aws_lb_listener: { http: listener(80, "HTTP") },
      aws_acm_certificate: { c: { domain_name: "*.example.com" } },
      aws_route53_record: { www: alias("www"), deep: alias("a.b.example.com") },
    };
    expect(urlsOf(resource)).toEqual([
      "http://www.example.com/ from internet",
      "https://www.example.com/ from internet",
      "http://a.b.example.com/ from internet",
    ]);
  });

  test("an unusual port by its number", () => {
    expect(urlsOf({ ...SITE, aws_lb_listener: { odd: listener(8443, "HTTPS") } })).toEqual([
      "https://aws_lb.web.dns_name:8443/ from internet",
    ]);
  });

  test("one name once, though it has a record for each version of IP", () => {
    expect(
      urlsOf({
        ...SITE,
        aws_lb_listener: { http: listener(80, "HTTP") },
        aws_route53_record: { four: alias("www"), six: { ...alias("www"), type: "AAAA" } },
      }),
    ).toEqual(["http://www.example.com/ from internet"]);
  });

  test("an internal load balancer from inside its VPC, and a public record to it from the internet as well", () => {
    const internal = { ...SITE, aws_lb: { web: { internal: true } }, aws_lb_listener: { http: listener(80, "HTTP") } };
    expect(urlsOf(internal)).toEqual(["http://aws_lb.web.dns_name/ from vpc"]);
    expect(urlsOf({ ...internal, aws_route53_record: { inside: alias("app", "private") } })).toEqual([
      "http://app.example.com/ from vpc",
    ]);
    expect(urlsOf({ ...internal, aws_route53_record: { outside: alias("app") } })).toEqual([
      "http://app.example.com/ from internet",
      "http://aws_lb.web.dns_name/ from vpc",
    ]);
  });

  test("a private name of a public load balancer only where no public one has it", () => {
    const both = {
      ...SITE,
      aws_lb_listener: { http: listener(80, "HTTP") },
      aws_route53_record: { inside: alias("app", "private"), outside: alias("app") },
    };
    expect(urlsOf(both)).toEqual(["http://app.example.com/ from internet"]);
  });

  test("several load balancers, each for itself", () => {
    const resource = {
      ...SITE,
      aws_lb: { web: {}, shop: {} },
      aws_lb_listener: { a: listener(80, "HTTP"), b: listener(80, "HTTP", FORWARD, "shop") },
      aws_route53_record: { www: alias("www"), shop: alias("shop", "public", "shop") },
    };
    expect(urlsOf(resource)).toEqual([
      "http://www.example.com/ from internet",
      "http://shop.example.com/ from internet",
    ]);
  });

  test("a CNAME as well as an alias, and a name with dualstack before it", () => {
    const cname = {
      zone_id: "${aws_route53_zone.public.zone_id}",
      name: "www",
      type: "CNAME",
      records: ["${aws_lb.web.dns_name}"],
    };
    const dual = {
      ...alias("app"),
      alias: { name: "dualstack.${aws_lb.web.dns_name}.", zone_id: "x", evaluate_target_health: true },
    };
    expect(
      urlsOf({ ...SITE, aws_lb_listener: { http: listener(80, "HTTP") }, aws_route53_record: { cname, dual } }),
    ).toEqual(["http://www.example.com/ from internet", "http://app.example.com/ from internet"]);
  });

  test("a load balancer whose name in the file has capitals, as this project's have", () => {
    const resource = {
      ...SITE,
      aws_lb: { Web_29B9: {} },
      aws_lb_listener: { http: listener(80, "HTTP", FORWARD, "Web_29B9") },
      aws_route53_record: {
        dual: {
          ...alias("app"),
          alias: { name: "dualstack.${aws_lb.Web_29B9.dns_name}", zone_id: "x", evaluate_target_health: true },
        },
      },
    };
    expect(urlsOf(resource)).toEqual(["http://app.example.com/ from internet"]);
  });

  test("no network load balancer, which is not modelled", () => {
    expect(urlsOf({ ...SITE, aws_lb: { web: { load_balancer_type: "network" } } })).toEqual([]);
    expect(trace({ resource: { ...SITE, aws_lb: { web: { load_balancer_type: "network" } } } })).toMatchObject({
      verdict: "unknown",
      paths: [],
    });
  });
});

test("a plan of some targets leaves open what it lacks", () => {
  const plan = JSON.parse(readFileSync(join(FIXTURES, "traced", "site.plan.json"), "utf8")) as {
    resource_changes: { type: string }[];
    complete: boolean;
  };
  plan.resource_changes = plan.resource_changes.filter(({ type }) => type !== "aws_lb_listener");
  expect(trace(plan).verdict).toBe("broken");
  expect(trace({ ...plan, complete: false })).toMatchObject({ verdict: "unknown", findings: [] });
  expect(trace({ ...plan, errored: true })).toMatchObject({ verdict: "unknown", findings: [] });
});

test.each([
  [
    "of a module, by their names in it",
    [
      {
        add: "aws_security_group_rule",
        name: "open",
        like: 'module.app["a"].aws_security_group.web[0]',
        body: { security_group_id: '${module.app["a"].aws_security_group.web.id}' },
      },
    ] as const,
    'resource "aws_security_group_rule" "open" {  # in module.app["a"]\n  security_group_id = ' +
      "aws_security_group.web.id\n}",
  ],
  [
    "of one instance of several",
    [setting("aws_subnet.private[0]", "cidr_block", "10.0.3.0/24")],
    'resource "aws_subnet" "private" {  # for aws_subnet.private[0]\n  cidr_block = "10.0.3.0/24"\n}',
  ],
  [
    "of one resource in one block",
    [
      setting("aws_lb_target_group.web", "health_check.path", "/"),
      setting("aws_lb_target_group.web", "health_check.port", "80"),
      setting("aws_lb_target_group.web", "port", 80),
    ],
    'resource "aws_lb_target_group" "web" {\n  port = 80\n  health_check {\n    path = "/"\n    port = "80"\n  }\n}',
  ],
])("the HCL of a fix writes changes %s", (_, edits, hcl) => {
  expect(fix("", "", edits).hcl).toBe(hcl);
});

describe("a URL", () => {
  const topology = readTopology({ resource: { ...SITE, aws_route53_record: { www: alias("www.example.com") } } });

  test("is followed by its record", () => {
    expect(entriesAt(new URL("https://www.example.com/shop"), topology)).toMatchObject([
      {
        scheme: "https",
        host: "www.example.com",
        port: 443,
        path: "/shop",
        hasPath: true,
        balancer: { address: "aws_lb.web" },
        records: [{ address: "aws_route53_record.www" }],
      },
    ]);
  });

  test("with a dot at the end of its name is the same", () => {
    expect(entriesAt(new URL("https://www.example.com./"), topology)).toMatchObject([
      { host: "www.example.com", records: [{ address: "aws_route53_record.www" }] },
    ]);
  });

  test("of a name without a record is traced on the only load balancer, and its name is left open", () => {
    const report = trace({ resource: SITE }, { url: new URL("http://www.elsewhere.org:80/") });
    expect(report.paths[0]?.hops[0]).toMatchObject({ hop: "dns", verdict: "unknown", open: [{ attribute: "name" }] });
    expect(report.paths[0]?.balancer).toBe("aws_lb.web");
  });
});

describe("a request goes", () => {
  const routeOfUrl = (resource: Resources, url: string) => {
    const topology = readTopology({ resource });
    const [entry] = entriesAt(new URL(url), topology);
    if (entry === undefined) throw new Error(`no way in at ${url}`);
    return routeOf(entry, topology);
  };
  const www = { aws_route53_record: { www: alias("www.example.com") } };
  const rule = (
    priority: number,
    condition: object,
    action: object = { type: "fixed-response", fixed_response: { status_code: "200" } },
  ) => ({ listener_arn: "${aws_lb_listener.https.arn}", priority, condition, action });

  test("through a redirect to the other listener, and on to the targets", () => {
    const path = routeOfUrl({ ...SITE, ...www }, "http://www.example.com/");
    expect(path.steps.map(({ listener: { address }, redirectedBy }) => [address, redirectedBy?.address])).toEqual([
      ["aws_lb_listener.http", undefined],
      ["aws_lb_listener.https", "aws_lb_listener.http"],
    ]);
    expect(path.targets).toMatchObject([{ server: { address: "aws_instance.one" }, port: 9090, healthPort: 9090 }]);
  });

  test("no further than a redirect to another host", () => {
    const away = {
      default_action: [
        {
          type: "redirect",
          redirect: { host: "www.elsewhere.org", port: "443", protocol: "HTTPS", status_code: "HTTP_301" },
        },
      ],
    };
    const path = routeOfUrl(
      { ...SITE, ...www, aws_lb_listener: { http: listener(80, "HTTP", away), https: listener(443, "HTTPS") } },
      "http://www.example.com/",
    );
    expect(path.steps).toHaveLength(1);
    expect(path.targetGroups).toEqual([]);
  });

  test("by the first rule that matches its host and path", () => {
    const rules = {
      aws_lb_listener_rule: {
        later: rule(20, { path_pattern: { values: ["/*"] } }),
        other: rule(5, { host_header: { values: ["shop.example.com"] } }),
        shop: rule(10, { path_pattern: { values: ["/shop/*"] } }),
      },
    };
    const outcomes = (url: string) =>
      routeOfUrl({ ...SITE, ...www, ...rules }, url).steps[0]?.outcomes.map(({ address, match }) => [address, match]);
    expect(outcomes("https://www.example.com/shop/cart")).toEqual([["aws_lb_listener_rule.shop", "always"]]);
    expect(outcomes("https://www.example.com/about")).toEqual([["aws_lb_listener_rule.later", "always"]]);
  });

  test("by any rule that can match, where no path was asked for", () => {
    const topology = readTopology({
      resource: {
        ...SITE,
        ...www,
        aws_lb_listener_rule: { shop: rule(10, { path_pattern: { values: ["/shop/*"] } }) },
      },
    });
    const secure = entriesOf(topology).find(({ port }) => port === 443);
    const path = secure && routeOf(secure, topology);
    expect(path?.steps[0]?.outcomes.map(({ address, match }) => [address, match])).toEqual([
      ["aws_lb_listener_rule.shop", "some"],
      ["aws_lb_listener.https", "some"],
    ]);
  });

  test("to all groups of a weighted forward but those that get nothing", () => {
    const forward = (weight: number) => ({
      type: "forward",
      forward: {
        target_group: [
          { arn: "${aws_lb_target_group.web.arn}", weight: 1 },
          { arn: "${aws_lb_target_group.next.arn}", weight },
        ],
      },
    });
    const of = (weight: number) =>
      routeOfUrl(
        {
          ...SITE,
          ...www,
          aws_lb_target_group: { web: { port: 80 }, next: { port: 80 } },
          aws_lb_listener: { https: listener(443, "HTTPS", { default_action: [forward(weight)] }) },
        },
        "https://www.example.com/",
      ).targetGroups.map(({ address }) => address);
    expect(of(1)).toEqual(["aws_lb_target_group.web", "aws_lb_target_group.next"]);
    expect(of(0)).toEqual(["aws_lb_target_group.web"]);
  });

  test("nowhere without a listener; where it would go is looked at all the same", () => {
    const path = routeOfUrl(
      { ...SITE, ...www, aws_lb_listener: { http: listener(80, "HTTP", TO_HTTPS) } },
      "https://www.example.com/",
    );
    expect(path.steps).toEqual([]);
    expect(path.targetGroups.map(({ address }) => address)).toEqual(["aws_lb_target_group.web"]);
  });

  test("to an instance by its private address", () => {
    const path = routeOfUrl(
      {
        ...SITE,
        ...www,
        aws_lb_target_group_attachment: {
          one: { target_group_arn: "${aws_lb_target_group.web.arn}", target_id: "${aws_instance.one.private_ip}" },
        },
      },
      "https://www.example.com/",
    );
    expect(path.targets).toMatchObject([{ server: { address: "aws_instance.one" }, port: 8080 }]);
  });

  test("to what an Auto Scaling group makes, however it is linked", () => {
    const group = {
      launch_template: { id: "${aws_launch_template.t.id}" },
      vpc_zone_identifier: ["${aws_subnet.a.id}"],
    };
    const base = {
      ...SITE,
      ...www,
      aws_lb_target_group_attachment: {},
      aws_launch_template: { t: { user_data: "IyEvYmluL3No" } },
      aws_subnet: { a: {} },
    };
    const ways: Resources[] = [
      { aws_autoscaling_group: { g: { ...group, target_group_arns: ["${aws_lb_target_group.web.arn}"] } } },
      {
        aws_autoscaling_group: { g: group },
        aws_autoscaling_attachment: {
          x: {
            autoscaling_group_name: "${aws_autoscaling_group.g.name}",
            lb_target_group_arn: "${aws_lb_target_group.web.arn}",
          },
        },
      },
      {
        aws_autoscaling_group: { g: group },
        aws_autoscaling_traffic_source_attachment: {
          x: {
            autoscaling_group_name: "${aws_autoscaling_group.g.id}",
            traffic_source: { identifier: "${aws_lb_target_group.web.arn}", type: "elbv2" },
          },
        },
      },
    ];
    for (const way of ways)
      expect(routeOfUrl({ ...base, ...way }, "https://www.example.com/").targets).toMatchObject([
        {
          server: {
            address: "aws_autoscaling_group.g",
            userData: "#!/bin/sh",
            settingsAddress: "aws_launch_template.t",
          },
        },
      ]);
  });
});
