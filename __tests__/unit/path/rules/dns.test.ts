import { readFileSync } from "node:fs";
import { join } from "node:path";
import { covers, isMistakenWildcard } from "../../../../path/analysis/names/domain-names";
import { isBalancerName } from "../../../../path/analysis/names/record-names";
import type { TraceReport } from "../../../../path/report";
import { trace } from "../../../../path/trace/trace";
import { isWithin } from "../../../../topology/domain-names";
import { baseStack } from "../../../mutants/bases";
import { applyEdits } from "../../../mutants/edits";
import { opensIn } from "../../../mutants/judge";
import type { Base, SynthesizedJson } from "../../../mutants/mutant";
import { addIpv6 } from "../../../mutants/parts/dns";
import { aliasOf } from "../../../mutants/parts/site";
import { add, all, copyOf, the } from "../../../mutants/pick";
import { FIXTURES } from "../../../support/project";
import { planOf } from "../../../support/standing-site";

/*
 * P01 to P10. The mutants show that each mistake is found; here are the correct stacks that look like one, and the text
 * of findings.
 */

const OWN_RULES = ["P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08", "P09", "P10"];

function traced(base: Base, change: (stack: SynthesizedJson) => void, url?: string): TraceReport {
  const stack = baseStack(base);
  change(stack);
  return trace(stack, url === undefined ? {} : { url: new URL(url) });
}

/** Ids of this file's rules, and errors of all rules. */
const reported = ({ findings }: TraceReport): string[] =>
  findings
    .filter(({ id, severity }) => OWN_RULES.includes(id) || severity === "error")
    .map(({ id, severity, observed }) => `${id} ${severity}: ${observed}`);

const balancerOf = (stack: SynthesizedJson) => the(stack, "aws_lb");
const zoneOf = (stack: SynthesizedJson) => the(stack, "data.aws_route53_zone");
const aliasArguments = (stack: SynthesizedJson) => aliasOf(stack).body.alias as Record<string, unknown>;

function addData(stack: SynthesizedJson, type: string, name: string, body: Record<string, unknown>): void {
  const data = (stack.data ??= {});
  data[type] = { ...data[type], [name]: body };
}

function addRecord(stack: SynthesizedJson, name: string, body: Record<string, unknown>): void {
  add(stack, "aws_route53_record", name, { ...copyOf(aliasOf(stack).body), ...body });
}

function addPrivateZone(stack: SynthesizedJson, name: string): string {
  const vpc = { vpc_id: `\${${the(stack, "aws_vpc").address}.id}` };
  return `\${${add(stack, "aws_route53_zone", "inside", { name, vpc })}.zone_id}`;
}

describe("nothing is said of a correct stack in which", () => {
  test.each<[what: string, base: Base, change: (stack: SynthesizedJson) => void]>([
    [
      "the name has a record in a private zone in addition to the public one",
      "site",
      (stack) => addRecord(stack, "inside", { zone_id: addPrivateZone(stack, "example.com") }),
    ],
    [
      "the VPC has a further name for the load balancer, in a private zone of the public one's name",
      "site",
      (stack) =>
        addRecord(stack, "inside", { zone_id: addPrivateZone(stack, "example.com"), name: "inside.example.com" }),
    ],
    [
      "the VPC asks the load balancer, and everybody else a distribution",
      "site",
      (stack) => {
        const everybody = aliasOf(stack).body;
        addRecord(stack, "inside", { zone_id: addPrivateZone(stack, "example.com") });
        everybody.alias = {
          name: "d111111abcdef8.cloudfront.net",
          zone_id: "Z2FDTNDATAQYW2",
          evaluate_target_health: false,
        };
      },
    ],
    [
      "only the VPC has a name for the load balancer, which nobody else would look for",
      "site",
      (stack) =>
        Object.assign(aliasOf(stack).body, {
          zone_id: addPrivateZone(stack, "corp.internal"),
          name: "app.corp.internal",
        }),
    ],
    [
      "the VPC has a further name for the load balancer, in a zone of its own",
      "site",
      (stack) =>
        addRecord(stack, "inside", { zone_id: addPrivateZone(stack, "corp.internal"), name: "app.corp.internal" }),
    ],
    [
      "the load balancer is internal, and so is its zone",
      "auto-scaling",
      (stack) => {
        balancerOf(stack).body.internal = true;
        aliasOf(stack).body.zone_id = addPrivateZone(stack, "example.com");
      },
    ],
    [
      "the zone is made, and the zone above names its servers",
      "site",
      (stack) => {
        const zone = add(stack, "aws_route53_zone", "own", { name: "www.example.com" });
        add(stack, "aws_route53_record", "delegation", {
          zone_id: `\${${zoneOf(stack).address}.zone_id}`,
          name: "www",
          type: "NS",
          ttl: 300,
          records: `\${${zone}.name_servers}`,
        });
        aliasOf(stack).body.zone_id = `\${${zone}.zone_id}`;
      },
    ],
    [
      "two data sources read one zone",
      "site",
      (stack) => addData(stack, "aws_route53_zone", "again", { name: "example.com" }),
    ],
    [
      "a private zone has the public one's name",
      "site",
      (stack) => {
        addPrivateZone(stack, "example.com");
      },
    ],
    [
      "the name has several labels and leaves the zone's name out",
      "inline-groups",
      (stack) => {
        the(stack, "aws_route53_record", ({ name }) => name === "www").body.name = "api.v1";
        the(stack, "aws_acm_certificate").body.subject_alternative_names = ["*.v1.example.com"];
      },
    ],
    [
      "the name ends in a dot",
      "site",
      (stack) => {
        aliasOf(stack).body.name = "WWW.Example.com.";
      },
    ],
    [
      "the name leaves the zone's out, and ends in a dot all the same",
      "inline-groups",
      (stack) => {
        the(stack, "aws_route53_record", ({ name }) => name === "www").body.name = "www.";
      },
    ],
    [
      "the alias's zone comes from the data source of that name",
      "site",
      (stack) => {
        addData(stack, "aws_elb_hosted_zone_id", "main", {});
        aliasArguments(stack).zone_id = "${data.aws_elb_hosted_zone_id.main.id}";
      },
    ],
    [
      "the alias's zone is written out, and is the region's",
      "site",
      (stack) => {
        aliasArguments(stack).zone_id = "Z35SXDOTRQ7X7K";
      },
    ],
    [
      "the alias's zone is that of another load balancer in the same region",
      "site",
      (stack) => {
        add(stack, "aws_lb", "other", { ...copyOf(balancerOf(stack).body), name: "other" });
        add(stack, "aws_lb_listener", "other", {
          load_balancer_arn: "${aws_lb.other.arn}",
          port: 80,
          protocol: "HTTP",
          default_action: [{ type: "redirect", redirect: { host: "www.example.org", status_code: "HTTP_301" } }],
        });
        aliasArguments(stack).zone_id = "${aws_lb.other.zone_id}";
      },
    ],
    [
      "the name is one of the load balancer's that answers for both kinds of addresses",
      "auto-scaling",
      (stack) => {
        aliasArguments(stack).name = `dualstack.\${${balancerOf(stack).address}.dns_name}`;
      },
    ],
    [
      "the target's health decides on a weighted record that has targets",
      "site",
      (stack) => {
        Object.assign(aliasOf(stack).body, { set_identifier: "a", weighted_routing_policy: { weight: 10 } });
        aliasArguments(stack).evaluate_target_health = true;
      },
    ],
    [
      "the first of two failover records looks at its load balancer's health",
      "site",
      (stack) => {
        Object.assign(aliasOf(stack).body, { set_identifier: "first", failover_routing_policy: { type: "PRIMARY" } });
        aliasArguments(stack).evaluate_target_health = true;
        addRecord(stack, "second", {
          set_identifier: "second",
          failover_routing_policy: { type: "SECONDARY" },
          alias: { ...aliasArguments(stack), evaluate_target_health: false },
        });
      },
    ],
    [
      "IPv6 is answered, listened to and let in",
      "auto-scaling",
      (stack) => {
        addIpv6(stack);
        for (const { body } of all(stack, "aws_security_group_rule").filter(
          ({ body: { cidr_blocks, type } }) => cidr_blocks !== undefined && type === "ingress",
        ))
          body.ipv6_cidr_blocks = ["::/0"];
        addRecord(stack, "ipv6", { type: "AAAA" });
      },
    ],
    [
      "IPv6 is let in for some, as somebody chose",
      "auto-scaling",
      (stack) => {
        addIpv6(stack);
        for (const { body } of all(stack, "aws_security_group_rule").filter(
          ({ body: { cidr_blocks, type } }) => cidr_blocks !== undefined && type === "ingress",
        ))
          body.ipv6_cidr_blocks = ["2001:db8::/32"];
      },
    ],
    [
      "IPv6 is let in by a list of addresses, which may have such ones",
      "auto-scaling",
      (stack) => {
        addIpv6(stack);
        add(stack, "aws_security_group_rule", "listed", {
          type: "ingress",
          security_group_id: "${aws_security_group.balancer.id}",
          protocol: "tcp",
          from_port: 80,
          to_port: 443,
          prefix_list_ids: ["pl-0123456789abcdef0"],
        });
      },
    ],
    [
      "the name's own zone has a CNAME below its top",
      "inline-groups",
      (stack) => {
        the(stack, "aws_route53_record", ({ name }) => name === "www").body.name = "www.example.com";
      },
    ],
  ])("%s", (_, base, change) => {
    const report = traced(base, change);
    expect(reported(report)).toEqual([]);
    expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
  });
});

describe("what cannot be determined is left open, and not called broken:", () => {
  test("a fixed zone of a region whose zones are not known", () => {
    const report = traced("site", (stack) => {
      (stack.provider as { aws: { region: string }[] }).aws.forEach((provider) => {
        provider.region = "xx-new-1";
      });
      aliasArguments(stack).zone_id = "Z0123456789ABCDEFGHIJ";
    });
    expect(reported(report)).toEqual([]);
    expect(report.paths[0]?.hops[0]).toMatchObject({
      hop: "dns",
      verdict: "unknown",
      open: [{ attribute: "alias.zone_id" }],
    });
  });

  test("whether a group that is not in the file lets IPv6 in", () => {
    const report = traced("auto-scaling", (stack) => {
      addIpv6(stack);
      addRecord(stack, "ipv6", { type: "AAAA" });
      (balancerOf(stack).body.security_groups as string[]).push("sg-0123456789abcdef0");
    });
    expect(reported(report)).toEqual([]);
    expect(report.paths[0]?.hops[0]).toMatchObject({
      hop: "dns",
      verdict: "unknown",
      open: [{ attribute: "security_groups" }],
    });
  });

  test("whether the load balancer has IPv6 addresses, where AAAA is answered", () => {
    const report = traced("site", (stack) => {
      stack.variable = { kind: { type: "string" } };
      balancerOf(stack).body.ip_address_type = "${var.kind}";
      addRecord(stack, "ipv6", { type: "AAAA" });
    });
    expect(reported(report)).toEqual([]);
    expect(report.paths[0]?.hops[0]).toMatchObject({
      hop: "dns",
      verdict: "unknown",
      open: [{ attribute: "ip_address_type" }],
    });
  });
});

test("whether a load balancer that is only read has IPv6 addresses is left open", () => {
  const report = traced("site", (stack) => {
    addData(stack, "aws_lb", "site", { name: "site" });
    addRecord(stack, "ipv6", {
      type: "AAAA",
      name: "old.example.com",
      alias: {
        name: "${data.aws_lb.site.dns_name}",
        zone_id: "${data.aws_lb.site.zone_id}",
        evaluate_target_health: false,
      },
    });
  });
  expect(reported(report)).toEqual([]);
  expect(
    report.paths.flatMap(({ hops }) => hops.flatMap(({ open }) => open.map(({ attribute }) => attribute))),
  ).toContain("ip_address_type");
});

test("a URL whose name was put into another zone is reported with the name that its record becomes", () => {
  const report = traced(
    "auto-scaling",
    (stack) => {
      aliasOf(stack).body.name = "www.example.org";
    },
    "https://www.example.org/",
  );
  expect(reported(report)).toEqual([
    "P04 error: www.example.org is not in the zone example.com, so the record becomes www.example.org.example.com",
    "P11 error: covers www.example.com",
  ]);
});

test("a name that only looks as if it were of another zone is a warning", () => {
  const report = traced("inline-groups", (stack) => {
    the(stack, "aws_route53_record", ({ name }) => name === "www").body.name = "www.example.org";
    the(stack, "aws_acm_certificate").body.subject_alternative_names = [
      "*.org.example.com",
      "*.example.org.example.com",
    ];
  });
  expect(reported(report)).toEqual([expect.stringContaining("P04 warning")]);
});

test("a name without the dot before the zone's is refused by AWS", () => {
  const report = traced("site", (stack) => {
    aliasOf(stack).body.name = "wwwexample.com";
  });
  expect(report.findings.filter(({ id }) => id === "P04")).toMatchObject([
    {
      severity: "error",
      observed: "wwwexample.com ends with example.com, but without a dot before it",
      fix: { edits: [{ value: "www.example.com" }] },
    },
  ]);
});

test("a load balancer without public IPv4 addresses needs an answer for IPv6", () => {
  const report = traced("site", (stack) => {
    balancerOf(stack).body.ip_address_type = "dualstack-without-public-ipv4";
  });
  expect(report.findings.filter(({ id }) => id === "P08")).toMatchObject([
    { severity: "error", attribute: "ip_address_type", observed: expect.stringContaining("is an A record only") },
  ]);
});

test("a load balancer is known by the name under which it answers for both kinds of addresses", () => {
  const report = traced("auto-scaling", (stack) =>
    addRecord(stack, "ipv6", {
      type: "AAAA",
      alias: { ...aliasArguments(stack), name: `dualstack.\${${balancerOf(stack).address}.dns_name}` },
    }),
  );
  expect(reported(report)).toEqual([expect.stringContaining("P08 error: an AAAA record for www.example.com")]);
});

test("only the share over IPv6 is hit where IPv4 works", () => {
  const report = traced("site", (stack) => addRecord(stack, "ipv6", { type: "AAAA" }));
  expect(report.findings.find(({ id }) => id === "P08")?.share).toBe("clients over IPv6");
});

test("a load balancer of another type, or in another region, has another zone", () => {
  const withOther = (more: Record<string, unknown>) =>
    traced("site", (stack) => {
      (stack.provider as { aws: unknown[] }).aws.push({ alias: "far", region: "eu-west-1" });
      add(stack, "aws_lb", "other", {
        name: "other",
        internal: false,
        subnets: balancerOf(stack).body.subnets,
        ...more,
      });
      add(stack, "aws_lb_listener", "other", {
        load_balancer_arn: "${aws_lb.other.arn}",
        port: 80,
        protocol: "TCP",
        default_action: [],
      });
      aliasArguments(stack).zone_id = "${aws_lb.other.zone_id}";
    })
      .findings.filter(({ id }) => id === "P05")
      .map(({ observed }) => observed);
  expect(withOther({ load_balancer_type: "network" })).toEqual([
    "the zone of aws_lb.other, a load balancer of another type",
  ]);
  expect(withOther({ load_balancer_type: "application", provider: "aws.far" })).toEqual([
    "the zone of aws_lb.other, which is in eu-west-1",
  ]);
});

test("what was meant for a zone of the file is put there", () => {
  const stack = baseStack("auto-scaling");
  addData(stack, "aws_route53_zone", "right", { name: "example.org" });
  aliasOf(stack).body.name = "www.example.org";
  const [finding] = trace(stack).findings.filter(({ id }) => id === "P04");
  expect(finding?.fix.hcl).toBe(
    'resource "aws_route53_record" "web" {\n  zone_id = data.aws_route53_zone.right.zone_id\n}',
  );
  applyEdits(stack, finding?.fix.edits ?? []);
  expect(trace(stack).findings.filter(({ id }) => id === "P04")).toEqual([]);
});

describe("a state has the same findings as a plan:", () => {
  interface StateResource {
    address: string;
    type: string;
    mode: string;
    values: Record<string, unknown>;
  }
  const state = (
    change: (of: (type: string, is?: (values: Record<string, unknown>) => boolean) => StateResource) => void,
  ): TraceReport => {
    const json = JSON.parse(readFileSync(join(FIXTURES, "traced", "site.state.json"), "utf8")) as {
      values: { root_module: { resources: StateResource[] } };
    };
    change((type, is = () => true) => {
      const found = json.values.root_module.resources.find((it) => it.type === type && is(it.values));
      if (found === undefined) throw new Error(`no ${type} in the state`);
      return found;
    });
    return trace(json);
  };
  const ids = ({ findings }: TraceReport): string[] => findings.map(({ id }) => id);

  test("it is correct as it is", () => {
    expect(ids(state(() => undefined))).toEqual([]);
  });

  test("the zone is private (P01)", () => {
    expect(
      ids(
        state((of) => {
          of("aws_route53_zone").values.private_zone = true;
        }),
      ),
    ).toEqual(["P01", "P15"]);
  });

  test("the zone was made for a VPC (P01)", () => {
    const report = state((of) => {
      const zone = of("aws_route53_zone");
      Object.assign(zone, { mode: "managed", address: zone.address.replace(/^data\./, "") }).values.vpc = [
        { vpc_id: of("aws_vpc").values.id, vpc_region: "us-east-1" },
      ];
    });
    expect(ids(report)).toEqual(["P01", "P15"]);
  });

  test("the alias has the zone of the record (P05)", () => {
    expect(
      ids(
        state((of) => {
          const { values } = of("aws_route53_record", ({ type }) => type === "A");
          (values.alias as { zone_id: unknown }[])[0] = {
            ...(values.alias as { zone_id: unknown }[])[0],
            zone_id: values.zone_id,
          };
        }),
      ),
    ).toEqual(["P05"]);
  });
});

test.each([
  ["www.example.com", "www.example.com", true],
  ["*.example.com", "www.example.com", true],
  ["*.example.com", "example.com", false],
  ["*.example.com", "a.b.example.com", false],
  ["*.example.com", "*.example.com", true],
  ["example.com", "www.example.com", false],
  ["*.example.com", "wwwexample.com", false],
])("a certificate for %s is good for %s: %s", (pattern, host, good) => {
  expect(covers(pattern, host)).toBe(good);
});

test("a wildcard is mistaken only for names above which it does not stand by one label", () => {
  expect(
    ["example.com", "a.b.example.com", "a.example.com", "example.org", "myexample.com"].filter((host) =>
      isMistakenWildcard("*.example.com", host),
    ),
  ).toEqual(["example.com", "a.b.example.com"]);
});

test("a name lies within its zone by whole labels", () => {
  expect([
    isWithin("www.example.com", "example.com"),
    isWithin("example.com", "example.com"),
    isWithin("myexample.com", "example.com"),
  ]).toEqual([true, true, false]);
});

test("load balancers' names are distinguished from others", () => {
  expect(
    [
      "web-123.us-east-1.elb.amazonaws.com",
      "internal-web-123.eu-west-1.elb.amazonaws.com",
      "net-123.elb.us-east-1.amazonaws.com",
      "web-1.cn-north-1.elb.amazonaws.com.cn",
    ].map(isBalancerName),
  ).toEqual([true, true, true, true]);
  expect(
    ["d123.cloudfront.net", "elb.amazonaws.com", "www.example.com", "${aws_lb.web.dns_name}"].map(isBalancerName),
  ).toEqual([false, false, false, false]);
});

describe("that the registrar names a zone's servers", () => {
  const assumedOf = (document: unknown) =>
    trace(document)
      .assumed.filter(({ text }) => text.startsWith("the registrar"))
      .map(({ address }) => address);

  test("is assumed of a zone that is there already", () => {
    expect(assumedOf(baseStack("site"))).toEqual([expect.stringMatching(/^data\.aws_route53_zone\./)]);
    expect(assumedOf(planOf({}))).toEqual(["aws_route53_zone.main"]);
  });

  test("is a warning of one that is made with the site", () => {
    expect(assumedOf(baseStack("created-zone"))).toEqual([]);
    expect(trace(baseStack("created-zone")).findings.map(({ id }) => id)).toContain("P02");
  });
});
