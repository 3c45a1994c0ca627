import type { Cause } from "../../../../path/serve/decisions";
import { type DnsAnswer, type DnsOptions, dnsAnswer } from "../../../../path/serve/dns-answers";
import { balancerNamed, dnsNameOf } from "../../../../path/serve/dns-balancers";
import type { Topology } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";
import { Unknown } from "../../../../topology/value";

/* What a client's resolver gets for a name, as Route 53 answers it. */

type Bodies = Record<string, Record<string, unknown>>;

const ZONE = "${aws_route53_zone.main.zone_id}";
const alias = (name: string, balancer: string, more: object = {}) => ({
  zone_id: ZONE,
  name,
  type: "A",
  alias: {
    name: `\${aws_lb.${balancer}.dns_name}`,
    zone_id: `\${aws_lb.${balancer}.zone_id}`,
    evaluate_target_health: false,
  },
  ...more,
});
const aliasOf = (name: string, target: string, type = "A") => ({
  zone_id: ZONE,
  name,
  type,
  alias: { name: target, zone_id: ZONE, evaluate_target_health: false },
});
const plain = (name: string, type: string, ...records: string[]) => ({
  zone_id: ZONE,
  name,
  type,
  ttl: 60,
  records,
});
const cname = (name: string, target: string) => plain(name, "CNAME", target);
const weighted = (name: string, value: string, weight: unknown) => ({
  ...plain(name, "A", value),
  set_identifier: value,
  weighted_routing_policy: [{ weight }],
});

const SUBNETS = {
  aws_vpc: { main: { cidr_block: "10.0.0.0/16" } },
  aws_subnet: {
    a: { vpc_id: "${aws_vpc.main.id}", cidr_block: "10.0.1.0/24", ipv6_cidr_block: "2600:1f18:1:1::/64" },
    b: { vpc_id: "${aws_vpc.main.id}", cidr_block: "10.0.2.128/25", ipv6_cidr_block: "2600:1f18:1:2::/64" },
  },
};
const subnets = ["${aws_subnet.a.id}", "${aws_subnet.b.id}"];
const siteWith = (records: Bodies, more: Record<string, Bodies> = {}, data: Record<string, Bodies> = {}): Topology =>
  readTopology({
    resource: {
      ...SUBNETS,
      aws_lb: {
        blue: { name: "blue", subnets },
        green: { subnets, ip_address_type: "dualstack" },
        six: { subnets, ip_address_type: "dualstack-without-public-ipv4" },
        inside: { subnets, internal: true, ip_address_type: "dualstack" },
        placeless: { internal: true, subnets: ["subnet-0123456789abcdef0"] },
        open: { subnets, internal: "${var.internal}", ip_address_type: "${var.type}" },
      },
      aws_route53_zone: { main: { name: "example.com" } },
      aws_acm_certificate: { main: { domain_name: "example.com", validation_method: "DNS" } },
      aws_route53_record: records,
      ...more,
    },
    data,
    variable: { internal: {}, type: {}, value: {}, weight: {} },
  });
const never = () => {
  throw new Error("nothing is picked");
};
const ask = (topology: Topology, name: string, type = "A", options: DnsOptions = {}, random: () => number = never) =>
  dnsAnswer(topology, { name, type }, random, options);
/** The answer in a line: its records, and what else it says. */
const shown = (answer: DnsAnswer): string[] => [
  ...("records" in answer
    ? answer.records.map(
        ({ name, type, data }) => `${name} ${type} ${typeof data === "string" ? data : JSON.stringify(data)}`,
      )
    : []),
  ...(answer.kind === "answer"
    ? answer.balancers.map(({ address }) => `of ${address}`)
    : [`${answer.kind} ${answer.cause.address}`]),
];
const BLUE = "blue-0000000001.us-east-1.elb.amazonaws.com";

describe("a name is answered", () => {
  test.each<[what: string, records: Bodies, name: string, type: string, answer: readonly string[]]>([
    [
      "by an alias",
      { www: alias("www", "blue") },
      "www.example.com",
      "A",
      ["www.example.com A 127.0.0.1", "of aws_lb.blue"],
    ],
    [
      "in any case",
      { www: alias("www", "blue") },
      "WWW.Example.COM.",
      "A",
      ["www.example.com A 127.0.0.1", "of aws_lb.blue"],
    ],
    ["at the apex", { top: alias("", "blue") }, "example.com", "A", ["example.com A 127.0.0.1", "of aws_lb.blue"]],
    [
      "by an alias of an alias",
      { www: aliasOf("www", "app.example.com"), app: alias("app", "blue") },
      "www.example.com",
      "A",
      ["www.example.com A 127.0.0.1", "of aws_lb.blue"],
    ],
    [
      "by an alias that refers to a record",
      { www: aliasOf("www", "${aws_route53_record.app.fqdn}"), app: plain("app", "A", "203.0.113.9") },
      "www.example.com",
      "A",
      ["www.example.com A 203.0.113.9"],
    ],
    [
      "with IPv6",
      { www: alias("www", "green", { type: "AAAA" }) },
      "www.example.com",
      "AAAA",
      ["www.example.com AAAA ::1", "of aws_lb.green"],
    ],
    [
      "by a CNAME chain to a load balancer",
      { www: cname("www", "app.example.com."), app: cname("app", "${aws_lb.blue.dns_name}") },
      "www.example.com",
      "A",
      [
        "www.example.com CNAME app.example.com",
        `app.example.com CNAME ${BLUE}`,
        `${BLUE} A 127.0.0.1`,
        "of aws_lb.blue",
      ],
    ],
    [
      "with the CNAME itself",
      { www: cname("www", "${aws_lb.blue.dns_name}") },
      "www.example.com",
      "CNAME",
      [`www.example.com CNAME ${BLUE}`],
    ],
    [
      "with a CNAME to elsewhere, which the client's resolver follows",
      { www: cname("www", "d1.cloudfront.net") },
      "www.example.com",
      "A",
      ["www.example.com CNAME d1.cloudfront.net"],
    ],
    [
      "with a CNAME to elsewhere itself",
      { www: cname("www", "x.cloudfront.net") },
      "www.example.com",
      "CNAME",
      ["www.example.com CNAME x.cloudfront.net"],
    ],
    [
      "by a wildcard",
      { any: alias("*", "blue") },
      "a.b.example.com",
      "A",
      ["a.b.example.com A 127.0.0.1", "of aws_lb.blue"],
    ],
    [
      "by the closest wildcard",
      { any: alias("*", "blue"), sub: plain("*.sub", "A", "203.0.113.1") },
      "x.sub.example.com",
      "A",
      ["x.sub.example.com A 203.0.113.1"],
    ],
    ["by the load balancer's own name", {}, BLUE, "A", [`${BLUE} A 127.0.0.1`, "of aws_lb.blue"]],
    ["by its dualstack name", {}, `dualstack.${BLUE}`, "A", [`dualstack.${BLUE} A 127.0.0.1`, "of aws_lb.blue"]],
    [
      "with the private addresses of an internal load balancer",
      { www: alias("www", "inside") },
      "www.example.com",
      "A",
      ["www.example.com A 10.0.1.4", "www.example.com A 10.0.2.132", "of aws_lb.inside"],
    ],
    [
      "with the IPv6 addresses of an internal load balancer",
      { www: alias("www", "inside", { type: "AAAA" }) },
      "www.example.com",
      "AAAA",
      ["www.example.com AAAA 2600:1f18:1:1::4", "www.example.com AAAA 2600:1f18:1:2::4", "of aws_lb.inside"],
    ],
    [
      "with several values",
      { www: plain("www", "A", "203.0.113.1", "203.0.113.2") },
      "www.example.com",
      "A",
      ["www.example.com A 203.0.113.1", "www.example.com A 203.0.113.2"],
    ],
    [
      "AAAA",
      { www: plain("www", "AAAA", "2001:db8::1") },
      "www.example.com",
      "AAAA",
      ["www.example.com AAAA 2001:db8::1"],
    ],
    [
      "MX",
      { top: plain("", "MX", "10 mail.example.com.") },
      "example.com",
      "MX",
      ['example.com MX {"preference":10,"exchange":"mail.example.com"}'],
    ],
    [
      "TXT",
      { top: plain("", "TXT", "v=spf1 -all", 'a" "b\\"\\101') },
      "example.com",
      "TXT",
      ['example.com TXT ["v=spf1 -all"]', 'example.com TXT ["a","b\\"A"]'],
    ],
    [
      "CAA",
      { top: plain("", "CAA", '0 issue "amazon.com"') },
      "example.com",
      "CAA",
      ['example.com CAA {"flags":0,"tag":"issue","value":"amazon.com"}'],
    ],
    [
      "SRV",
      { s: plain("_sip._tcp", "SRV", "1 2 5060 sip.example.com") },
      "_sip._tcp.example.com",
      "SRV",
      ['_sip._tcp.example.com SRV {"priority":1,"weight":2,"port":5060,"target":"sip.example.com"}'],
    ],
    [
      "NS of a delegated name",
      { sub: plain("sub", "NS", "ns1.example.net.") },
      "sub.example.com",
      "NS",
      ["sub.example.com NS ns1.example.net"],
    ],
    [
      "SOA",
      { top: plain("", "SOA", "ns-1.awsdns-01.com. hostmaster.example.com. 1 7200 900 1209600 86400") },
      "example.com",
      "SOA",
      [
        'example.com SOA {"mname":"ns-1.awsdns-01.com","rname":"hostmaster.example.com","serial":1,"refresh":7200,"retry":900,"expire":1209600,"minimum":86400}',
      ],
    ],
  ])("%s", (_, records, name, type, answer) => {
    expect(shown(ask(siteWith(records), name, type))).toEqual(answer);
  });
});

describe("a name is not answered", () => {
  const wild = { any: alias("*", "blue") };
  test.each<[what: string, records: Bodies, name: string, type: string, answer: string]>([
    ["without a record", { www: alias("www", "blue") }, "shop.example.com", "A", "nxdomain aws_route53_zone.main"],
    ["of another type", { www: alias("www", "green") }, "www.example.com", "AAAA", "nodata aws_route53_zone.main"],
    ["at the apex, which always exists", {}, "example.com", "A", "nodata aws_route53_zone.main"],
    [
      "above a name with a record",
      { deep: alias("a.b", "blue") },
      "b.example.com",
      "A",
      "nodata aws_route53_zone.main",
    ],
    [
      "by a wildcard if it exists with another type",
      { ...wild, www: plain("www", "TXT", "x") },
      "www.example.com",
      "A",
      "nodata aws_route53_zone.main",
    ],
    [
      "by a wildcard below a name that exists",
      { ...wild, www: plain("www", "TXT", "x") },
      "a.www.example.com",
      "A",
      "nxdomain aws_route53_zone.main",
    ],
    [
      "by a wildcard below a name that exists only above another",
      { ...wild, deep: plain("a.b", "TXT", "x") },
      "c.b.example.com",
      "A",
      "nxdomain aws_route53_zone.main",
    ],
    [
      "by a wildcard if it exists only above another",
      { ...wild, deep: plain("a.b", "TXT", "x") },
      "b.example.com",
      "A",
      "nodata aws_route53_zone.main",
    ],
    [
      "by letters that only Unicode compares",
      { k: alias("k", "blue") },
      "\u212A.example.com",
      "A",
      "nxdomain aws_route53_zone.main",
    ],
    ["by the DS records in its own zone", { top: plain("", "DS", "x") }, "example.com", "DS", "refused "],
    [
      "by a list of values that may be longer",
      { www: { ...plain("www", "A"), records: ["203.0.113.1", "${aws_eip.x.public_ip}"] } },
      "www.example.com",
      "A",
      "refused aws_route53_record.www",
    ],
    [
      "by a text that is too long",
      { www: plain("www", "TXT", "x".repeat(256)) },
      "www.example.com",
      "TXT",
      "refused aws_route53_record.www",
    ],
    [
      "by a text that is not of bytes",
      { www: plain("www", "TXT", "\u20AC") },
      "www.example.com",
      "TXT",
      "refused aws_route53_record.www",
    ],
    [
      "by a name that is too long",
      { www: cname("www", "abcdefg.".repeat(32)) },
      "www.example.com",
      "CNAME",
      "refused aws_route53_record.www",
    ],
    [
      "where it may be a validation record with an unknown name",
      {
        check: {
          ...plain("x", "CNAME", "x.acm-validations.aws"),
          name: "${one(aws_acm_certificate.main.domain_validation_options).resource_record_name}",
        },
      },
      "_x.example.com",
      "CNAME",
      "refused aws_route53_record.check",
    ],
    [
      "for a validation record with an unknown name",
      {
        check: {
          ...plain("x", "CNAME", "x.acm-validations.aws"),
          name: "${one(aws_acm_certificate.main.domain_validation_options).resource_record_name}",
        },
      },
      "shop.example.com",
      "A",
      "nxdomain aws_route53_zone.main",
    ],
    ["by a wildcard of another type", wild, "www.example.com", "TXT", "nodata aws_route53_zone.main"],
    [
      "by the wildcard for its own parent",
      { sub: alias("*.sub", "blue") },
      "sub.example.com",
      "A",
      "nodata aws_route53_zone.main",
    ],
    [
      "over IPv6 by a load balancer with IPv4",
      { www: alias("www", "blue", { type: "AAAA" }) },
      "www.example.com",
      "AAAA",
      "nodata aws_lb.blue",
    ],
    [
      "over IPv4 by a load balancer without public IPv4",
      { www: alias("www", "six") },
      "www.example.com",
      "A",
      "nodata aws_lb.six",
    ],
    [
      "by an alias of nothing",
      { www: aliasOf("www", "gone.example.com") },
      "www.example.com",
      "A",
      "nxdomain aws_route53_record.www",
    ],
    [
      "by an alias of another type's record",
      { www: aliasOf("www", "app.example.com"), app: plain("app", "TXT", "x") },
      "www.example.com",
      "A",
      "nxdomain aws_route53_record.www",
    ],
    ["outside the file", {}, "www.example.org", "A", "refused "],
    ["of a load balancer elsewhere", {}, "x-1.us-east-1.elb.amazonaws.com", "A", "refused "],
    [
      "by an alias to elsewhere",
      { www: aliasOf("www", "d1.cloudfront.net") },
      "www.example.com",
      "A",
      "refused aws_route53_record.www",
    ],
    [
      "below a delegation to elsewhere",
      { sub: plain("sub", "NS", "ns1.example.net") },
      "a.sub.example.com",
      "A",
      "refused aws_route53_record.sub",
    ],
    [
      "by a value that is not known",
      { www: plain("www", "A", "${var.value}") },
      "www.example.com",
      "A",
      "refused aws_route53_record.www",
    ],
    [
      "by a reference that is not known",
      { www: plain("www", "A", "${aws_eip.x.public_ip}") },
      "www.example.com",
      "A",
      "refused aws_route53_record.www",
    ],
    [
      "by a value that is not valid",
      { www: plain("www", "A", "203.0.113.256") },
      "www.example.com",
      "A",
      "refused aws_route53_record.www",
    ],
    [
      "by a name that does not fit",
      { www: cname("www", `${"x".repeat(64)}.example.com`) },
      "www.example.com",
      "CNAME",
      "refused aws_route53_record.www",
    ],
    [
      "by records of a type that is not modeled",
      { www: plain("www", "NAPTR", "x") },
      "www.example.com",
      "NAPTR",
      "refused aws_route53_record.www",
    ],
    [
      "where the type is not known",
      { www: plain("www", "${var.type}", "x") },
      "www.example.com",
      "A",
      "refused aws_route53_record.www",
    ],
    [
      "where an unknown name may be it",
      { x: { ...plain("x", "A", "203.0.113.1"), name: "${var.value}" } },
      "www.example.com",
      "A",
      "refused aws_route53_record.x",
    ],
    [
      "by an internal load balancer without known subnets",
      { www: alias("www", "placeless") },
      "www.example.com",
      "A",
      "refused aws_lb.placeless",
    ],
    [
      "by a load balancer that may be internal",
      { www: alias("www", "open") },
      "www.example.com",
      "A",
      "refused aws_lb.open",
    ],
    ["with what Route 53 made", {}, "example.com", "NS", "refused aws_route53_zone.main"],
    ["with what Route 53 made", {}, "example.com", "SOA", "refused aws_route53_zone.main"],
    ["for ANY", { www: alias("www", "blue") }, "www.example.com", "ANY", "refused "],
    ["for an unknown type", { www: alias("www", "blue") }, "www.example.com", "UNKNOWN_9999", "refused "],
    [
      "by a circle of CNAME records",
      { a: cname("a", "b.example.com"), b: cname("b", "a.example.com") },
      "a.example.com",
      "A",
      "servfail aws_route53_record.a",
    ],
    [
      "by a circle of aliases",
      { a: aliasOf("a", "b.example.com"), b: aliasOf("b", "a.example.com") },
      "a.example.com",
      "A",
      "servfail aws_route53_record.a",
    ],
  ])("%s", (_, records, name, type, answer) => {
    expect(shown(ask(siteWith(records), name, type))).toEqual([answer]);
  });

  test("by a CNAME to a name without a record, and the CNAME is seen", () => {
    const answer = ask(siteWith({ www: cname("www", "gone.example.com") }), "www.example.com");
    expect(shown(answer)).toEqual(["www.example.com CNAME gone.example.com", "nxdomain aws_route53_zone.main"]);
  });

  test("by a CNAME to a name that is not fully qualified", () => {
    const answer = ask(siteWith({ www: cname("www", "app"), app: alias("app", "blue") }), "www.example.com");
    expect(shown(answer)).toEqual(["www.example.com CNAME app", "nxdomain aws_route53_record.www"]);
  });

  test("where the plan destroys its record, even in a zone of a data source", () => {
    const topology = siteWith({}, { aws_route53_zone: {} }, { aws_route53_zone: { main: { name: "example.com" } } });
    const after = { ...topology, goneNames: new Set(["shop.example.com"]) };
    expect(shown(ask(after, "shop.example.com"))).toEqual(["nxdomain data.aws_route53_zone.main"]);
  });

  test("where a partial plan may not show its record", () => {
    const topology = { ...siteWith({}), isPartial: true };
    expect(shown(ask(topology, "shop.example.com"))).toEqual(["refused aws_route53_zone.main"]);
  });

  test("where an open list may contain more", () => {
    const topology = siteWith({ a: plain("a", "A", "203.0.113.1"), c: cname("c", "a.example.com") });
    const records = topology.records.map((it) => ({
      ...it,
      values: { ...it.values, open: new Unknown(it.address, "records", "known after apply") },
    }));
    const open = { ...topology, records };
    expect(shown(ask(open, "a.example.com"))).toEqual(["refused aws_route53_record.a"]);
    expect(shown(ask(open, "c.example.com"))).toEqual(["refused aws_route53_record.c"]);
  });

  test("where the caller knows better, along chains and below wildcards too", () => {
    const cause: Cause = { hop: "dns", address: "aws_route53_zone.main", text: "nothing delegates to it" };
    const topology = siteWith({
      www: cname("www", "app.example.com"),
      app: alias("app", "blue"),
      any: alias("*", "blue"),
    });
    const lost = (name: string) => ask(topology, "www.example.com", "A", { lost: new Map([[name, cause]]) });
    expect(lost("www.example.com")).toEqual({ kind: "nxdomain", records: [], cause });
    expect(shown(lost("app.example.com"))).toEqual([
      "www.example.com CNAME app.example.com",
      "nxdomain aws_route53_zone.main",
    ]);
    expect(lost("*.example.com")).toEqual({ kind: "nxdomain", records: [], cause });
    expect(lost("*.com").kind).toBe("nxdomain");
    expect(lost("example.com").kind).toBe("answer");
  });
});

test("a record has its TTL, and an alias for a load balancer 60 seconds", () => {
  const ttlOf = (body: object) => {
    const answer = ask(siteWith({ www: { ...plain("www", "A", "203.0.113.1"), ...body } }), "www.example.com");
    return answer.kind === "answer" ? answer.records[0]?.ttl : undefined;
  };
  expect([ttlOf({ ttl: 42 }), ttlOf({ ttl: -1 }), ttlOf({ ttl: 2 ** 31 }), ttlOf({ ttl: 1.5 })]).toEqual([
    42, 300, 300, 300,
  ]);
  expect(ttlOf({ ...alias("www", "blue"), records: undefined, ttl: undefined })).toBe(60);
});

test("inside the VPC, a load balancer without public IPv4 addresses has its private ones", () => {
  const topology = siteWith({ www: alias("www", "six") });
  expect(shown(ask(topology, "www.example.com", "A", { from: "vpc" }))).toEqual([
    "www.example.com A 127.0.0.1",
    "of aws_lb.six",
  ]);
});

describe("zones that the file does not create", () => {
  const main = { aws_route53_zone: { main: { name: "example.com" } } };
  const dataZone = "${data.aws_route53_zone.main.zone_id}";
  const topology = siteWith({ www: { ...alias("www", "blue"), zone_id: dataZone } }, { aws_route53_zone: {} }, main);

  test.each<[name: string, type: string, answer: readonly string[]]>([
    ["www.example.com", "A", ["www.example.com A 127.0.0.1", "of aws_lb.blue"]],
    // Clients ask for both, and the second must not fail.
    ["www.example.com", "AAAA", ["nodata data.aws_route53_zone.main"]],
    ["www.example.com", "HTTPS", ["nodata data.aws_route53_zone.main"]],
    ["www.example.com", "MX", ["refused data.aws_route53_zone.main"]],
    ["shop.example.com", "A", ["refused data.aws_route53_zone.main"]],
    ["example.com", "A", ["refused data.aws_route53_zone.main"]],
  ])("%s %s", (name, type, answer) => {
    expect(shown(ask(topology, name, type))).toEqual(answer);
  });

  test("records in a zone that is not in the file are answered, and no other name", () => {
    const loose = siteWith({ www: { ...alias("www.example.net", "blue"), zone_id: "Z0123456789" } });
    expect(shown(ask(loose, "www.example.net"))).toEqual(["www.example.net A 127.0.0.1", "of aws_lb.blue"]);
    expect(shown(ask(loose, "www.example.net", "AAAA"))).toEqual(["nodata aws_route53_record.www"]);
    expect(shown(ask(loose, "example.net"))).toEqual(["refused "]);
    expect(shown(ask(loose, "a.www.example.net"))).toEqual(["refused "]);
  });

  test("the name servers of a zone are answered where a state has them", () => {
    const zone = {
      type: "aws_route53_zone",
      name: "main",
      mode: "managed",
      provider_name: "registry.terraform.io/hashicorp/aws",
    };
    const state = readTopology({
      format_version: "1.0",
      values: {
        root_module: {
          resources: [
            {
              ...zone,
              address: "aws_route53_zone.main",
              values: {
                zone_id: "Z1",
                name: "example.com",
                name_servers: ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"],
              },
            },
          ],
        },
      },
    });
    expect(shown(ask(state, "example.com", "NS"))).toEqual([
      "example.com NS ns-1.awsdns-01.com",
      "example.com NS ns-2.awsdns-02.net",
    ]);
  });
});

describe("private zones", () => {
  const inside = "${aws_route53_zone.inside.zone_id}";
  const zones = (isBoth: boolean) => ({
    aws_route53_zone: {
      inside: { name: "example.com", vpc: [{ vpc_id: "${aws_vpc.main.id}" }] },
      ...(isBoth && { main: { name: "example.com" } }),
    },
  });
  const records = {
    app: { ...alias("app", "inside"), zone_id: inside },
    note: { ...plain("www", "TXT", "x"), zone_id: inside },
  };
  const both = siteWith({ ...records, any: alias("*", "blue") }, zones(true));

  test.each<[name: string, from: "internet" | "vpc", answer: readonly string[]]>([
    ["app.example.com", "vpc", ["app.example.com A 127.0.0.1", "of aws_lb.inside"]],
    // Only the public wildcard, and names that exist only in the private zone do not stop it.
    ["app.example.com", "internet", ["app.example.com A 127.0.0.1", "of aws_lb.blue"]],
    ["www.example.com", "internet", ["www.example.com A 127.0.0.1", "of aws_lb.blue"]],
    // The private zone contains the name, so the public one is not asked.
    ["www.example.com", "vpc", ["nodata aws_route53_zone.inside"]],
    ["shop.example.com", "vpc", ["nxdomain aws_route53_zone.inside"]],
  ])("%s from %s", (name, from, answer) => {
    expect(shown(ask(both, name, "A", { from }))).toEqual(answer);
  });

  test("a name only in a private zone does not exist outside", () => {
    expect(shown(ask(siteWith(records, zones(false)), "app.example.com"))).toEqual([
      "nxdomain aws_route53_zone.inside",
    ]);
  });

  test("a zone that may be private", () => {
    const open = { aws_route53_zone: {}, aws_route53_record: {} };
    const data = { aws_route53_zone: { main: { name: "example.com", private_zone: "${var.internal}" } } };
    expect(shown(ask(siteWith({}, open, data), "www.example.com"))).toEqual(["refused data.aws_route53_zone.main"]);
  });
});

describe("routing policies", () => {
  const picks = (records: Bodies, ...randoms: number[]) =>
    randoms.map((random) => shown(ask(siteWith(records), "www.example.com", "A", {}, () => random)).join(" "));
  const at = (host: number) => `www.example.com A 203.0.113.${host}`;

  test("weights divide the answers", () => {
    const records = {
      one: weighted("www", "203.0.113.1", 1),
      none: weighted("www", "203.0.113.2", 0),
      three: weighted("www", "203.0.113.3", 3),
    };
    expect(picks(records, 0, 0.2499, 0.25, 0.9999)).toEqual([at(1), at(1), at(3), at(3)]);
  });

  test("weights of 0 are equal", () => {
    const records = { one: weighted("www", "203.0.113.1", 0), two: weighted("www", "203.0.113.2", 0) };
    expect(picks(records, 0, 0.4999, 0.5, 0.9999)).toEqual([at(1), at(1), at(2), at(2)]);
  });

  test("a weight that is not known is refused by name", () => {
    const records = { one: weighted("www", "203.0.113.1", "${var.weight}") };
    expect(picks(records, 0)).toEqual(["refused aws_route53_record.one"]);
  });

  test.each<[policy: string, body: object]>([
    ["failover", { failover_routing_policy: [{ type: "PRIMARY" }] }],
    ["latency", { latency_routing_policy: [{ region: "us-east-1" }] }],
    ["geolocation", { geolocation_routing_policy: [{ country: "US" }] }],
    ["geoproximity", { geoproximity_routing_policy: [{ aws_region: "us-east-1" }] }],
    ["cidr", { cidr_routing_policy: [{ collection_id: "x", location_name: "y" }] }],
    ["multivalue", { multivalue_answer_routing_policy: true }],
  ])("%s is refused by name", (policy, body) => {
    const topology = siteWith({ www: { ...plain("www", "A", "203.0.113.1"), set_identifier: "x", ...body } });
    const answer = ask(topology, "www.example.com");
    expect(answer).toMatchObject({ kind: "refused", cause: { address: "aws_route53_record.www" } });
    expect("cause" in answer && answer.cause.text).toContain(policy);
  });
});

test("each load balancer has a name of its own, which leads back to it", () => {
  const topology = siteWith({});
  const names = topology.balancers.map((it) => dnsNameOf(it, topology));
  expect(new Set(names).size).toBe(topology.balancers.length);
  expect(names.map((name) => balancerNamed(name, topology))).toEqual(topology.balancers);
  expect(names.filter((it) => it.startsWith("internal-"))).toHaveLength(2);
});
