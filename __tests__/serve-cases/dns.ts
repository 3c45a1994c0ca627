import type { SynthesizedJson } from "../mutants/mutant";
import type { ServeCase } from "./serve-case";
import { alias, record, recordOf, site } from "./site";

const ALIASES =
  "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html";
const NAMES = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html";
const TYPES = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html";
const SOA = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html";
const WEIGHTS = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html";
const ADDRESS_TYPES =
  "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#ip-address-type";

const BALANCER = [{ type: "A", data: "balancer" }];
const ask = (name: string, type = "A") => ({ dns: { name, type } });

/** A site with a further record. */
const withRecord = (name: string, type: string, values: readonly string[]) =>
  site({ with: [{ "aws_route53_record.more": record(name, type, values) }] });

/** The file creates the zone, so it contains all of its records. */
const inOwnZone = (file: SynthesizedJson): SynthesizedJson => {
  const text = JSON.stringify(file).replaceAll("${data.aws_route53_zone.", "${aws_route53_zone.");
  const { data: { aws_route53_zone: zone, ...data } = {}, resource, ...rest } = JSON.parse(text) as SynthesizedJson;
  return { ...rest, data, resource: { ...resource, aws_route53_zone: zone ?? {} } };
};

const withBlog = () =>
  site({
    hosts: ["www.example.com", "blog.example.com"],
    with: [{ [recordOf("blog.example.com")]: record("blog.example.com", "CNAME", ["www.example.com"]) }],
  });

const weighted = (weights: readonly [first: number, second: number]) =>
  site({
    with: [
      {
        "aws_route53_record.first": {
          ...record("files.example.com", "A", ["192.0.2.1"]),
          set_identifier: "first",
          weighted_routing_policy: [{ weight: weights[0] }],
        },
        "aws_route53_record.second": {
          ...record("files.example.com", "A", ["192.0.2.2"]),
          set_identifier: "second",
          weighted_routing_policy: [{ weight: weights[1] }],
        },
      },
    ],
  });

export const DNS: readonly ServeCase[] = [
  {
    name: "an alias record for a load balancer is an A record with its addresses",
    source: ALIASES,
    says: "Route 53 responds with one or more addresses of the load balancer.",
    file: site(),
    ask: ask("www.example.com"),
    expect: { rcode: "NOERROR", answers: BALANCER },
  },
  {
    name: "an alias record at the apex of a zone",
    source: ALIASES,
    says: "Unlike a CNAME record, an alias record can be at the zone apex.",
    file: site({ hosts: ["example.com"] }),
    ask: ask("example.com"),
    expect: { rcode: "NOERROR", answers: BALANCER },
  },
  {
    name: "an alias record responds to its own type only",
    source: ALIASES,
    says: "Route 53 responds only when the name and the type of the alias record match the query.",
    file: site(),
    ask: ask("www.example.com", "AAAA"),
    expect: { rcode: "NOERROR", answers: [] },
  },
  {
    name: "a dualstack load balancer has an AAAA record",
    source: ADDRESS_TYPES,
    says: "For dualstack, clients that use IPv6 resolve the AAAA record of the load balancer.",
    file: site({
      with: [
        {
          "aws_route53_record.ipv6": alias("www.example.com", "AAAA"),
          "aws_route.internet_ipv6": {
            route_table_id: "${aws_route_table.public.id}",
            destination_ipv6_cidr_block: "::/0",
            gateway_id: "${aws_internet_gateway.main.id}",
          },
          "aws_vpc_security_group_ingress_rule.clients_ipv6": {
            security_group_id: "${aws_security_group.alb.id}",
            ip_protocol: "tcp",
            from_port: 80,
            to_port: 443,
            cidr_ipv6: "::/0",
          },
        },
      ],
      change: { "aws_lb.web": { ip_address_type: "dualstack" } },
    }),
    ask: ask("www.example.com", "AAAA"),
    expect: { rcode: "NOERROR", answers: [{ type: "AAAA", data: "balancer" }] },
  },
  {
    name: "an AAAA alias to a load balancer without IPv6 has no data",
    source: ADDRESS_TYPES,
    says: "An AAAA record of the load balancer is provided when dualstack mode is enabled.",
    file: site({ with: [{ "aws_route53_record.ipv6": alias("www.example.com", "AAAA") }] }),
    verdict: "broken",
    ask: ask("www.example.com", "AAAA"),
    expect: { rcode: "NOERROR", answers: [] },
  },
  {
    name: "an alias to another record of the zone responds as that record does",
    source: ALIASES,
    says: "Route 53 responds as if the query were for the record that the alias refers to.",
    file: site({
      hosts: ["www.example.com", "w.example.com"],
      with: [
        {
          [recordOf("w.example.com")]: record("w.example.com", "A", {
            alias: [
              {
                name: "www.example.com",
                zone_id: "${data.aws_route53_zone.main.zone_id}",
                evaluate_target_health: false,
              },
            ],
          }),
        },
      ],
    }),
    ask: ask("w.example.com"),
    expect: { rcode: "NOERROR", answers: BALANCER },
  },
  {
    name: "a CNAME is what the query for a CNAME gets",
    source: ALIASES,
    says: "A CNAME record is listed as a CNAME record in the response.",
    file: withBlog(),
    ask: ask("blog.example.com", "CNAME"),
    expect: { rcode: "NOERROR", answers: [{ type: "CNAME", data: "www.example.com" }] },
  },
  {
    name: "a CNAME redirects the query of another type",
    source: ALIASES,
    says: "A CNAME record redirects queries for its name regardless of the type in the query.",
    file: withBlog(),
    ask: ask("blog.example.com", "A"),
    expect: { rcode: "NOERROR", answers: [{ type: "CNAME", data: "www.example.com" }], mayFollow: true },
  },
  {
    name: "a CNAME also redirects a query for text",
    source: ALIASES,
    says: "A CNAME record redirects queries for its name regardless of the type in the query.",
    file: inOwnZone(withRecord("docs.example.com", "CNAME", ["pages.example.net"])),
    ask: ask("docs.example.com", "TXT"),
    expect: { rcode: "NOERROR", answers: [{ type: "CNAME", data: "pages.example.net" }] },
  },
  {
    name: "a wildcard responds to a name without a record of its own",
    source: `${NAMES}#domain-name-format-asterisk`,
    says: "The values of *.example.com respond to queries for zenith.example.com.",
    file: site({ hosts: ["*.example.com"] }),
    ask: ask("zenith.example.com"),
    expect: { rcode: "NOERROR", answers: BALANCER },
  },
  {
    name: "a wildcard responds to names of several labels",
    source: `${NAMES}#domain-name-format-asterisk`,
    says: "The values of *.example.com also respond to queries for pinnacle.acme.zenith.example.com.",
    file: site({ hosts: ["*.example.com"] }),
    ask: ask("pinnacle.acme.zenith.example.com"),
    expect: { rcode: "NOERROR", answers: BALANCER },
  },
  {
    name: "a record of its own takes precedence over a wildcard",
    source: `${NAMES}#domain-name-format-asterisk`,
    says: "Specific names take precedence: acme.example.com responds with its own values.",
    file: site({
      hosts: ["*.example.com"],
      with: [{ "aws_route53_record.acme": record("acme.example.com", "A", ["192.0.2.44"]) }],
    }),
    ask: ask("acme.example.com"),
    expect: { rcode: "NOERROR", answers: [{ type: "A", data: "192.0.2.44" }] },
  },
  {
    name: "a wildcard does not respond for a name that has a record of another type",
    source: "https://www.rfc-editor.org/rfc/rfc4592#section-2.2.1",
    says: "A wildcard responds for names that do not exist; a name with a record of any type exists.",
    file: site({
      hosts: ["*.example.com"],
      with: [{ "aws_route53_record.acme": record("acme.example.com", "TXT", ["owner=acme"]) }],
    }),
    ask: ask("acme.example.com"),
    expect: { rcode: "NOERROR", answers: [] },
  },
  {
    name: "a name without a record does not exist",
    source: SOA,
    says: "NXDOMAIN: there is no record of any type with the name, and none of its children.",
    file: inOwnZone(site()),
    ask: ask("nothing.example.com"),
    expect: { rcode: "NXDOMAIN", answers: [] },
  },
  {
    name: "a name without a record of the type has no data",
    source: SOA,
    says: "NODATA: there is a record with the name, but none of the type in the query.",
    file: inOwnZone(site()),
    ask: ask("www.example.com", "TXT"),
    expect: { rcode: "NOERROR", answers: [] },
  },
  {
    name: "a name that has only children exists",
    source: SOA,
    says: "NXDOMAIN requires that there are no records that are children of the name either.",
    file: inOwnZone(withRecord("printer.office.example.com", "A", ["192.0.2.9"])),
    ask: ask("office.example.com"),
    expect: { rcode: "NOERROR", answers: [] },
  },
  {
    name: "capital letters in a query do not matter",
    source: `${NAMES}#domain-name-format-hosted-zones`,
    says: "Route 53 stores letters as lowercase, regardless of how they are specified.",
    file: site(),
    ask: ask("WWW.Example.COM"),
    expect: { rcode: "NOERROR", answers: BALANCER },
  },
  {
    name: "capital letters in a record's name do not matter",
    source: `${NAMES}#domain-name-format-hosted-zones`,
    says: "Route 53 stores letters as lowercase, regardless of how they are specified.",
    file: withRecord("Files.Example.com", "A", ["192.0.2.9"]),
    ask: ask("files.example.com"),
    expect: { rcode: "NOERROR", answers: [{ type: "A", data: "192.0.2.9" }] },
  },
  {
    name: "an A record has all its values",
    source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-simple.html",
    says: "With simple routing, Route 53 returns all values of a record.",
    file: withRecord("files.example.com", "A", ["192.0.2.1", "192.0.2.2"]),
    ask: ask("files.example.com"),
    expect: {
      rcode: "NOERROR",
      answers: [
        { type: "A", data: "192.0.2.1" },
        { type: "A", data: "192.0.2.2" },
      ],
    },
  },
  {
    name: "NS records of a delegated subdomain",
    source: `${TYPES}#NSFormat`,
    says: "An NS record with a subdomain's name delegates it to the name servers in its values.",
    file: withRecord("shop.example.com", "NS", ["ns-1.example.net", "ns-2.example.net"]),
    ask: ask("shop.example.com", "NS"),
    expect: {
      rcode: "NOERROR",
      answers: [
        { type: "NS", data: "ns-1.example.net" },
        { type: "NS", data: "ns-2.example.net" },
      ],
    },
  },
  {
    name: "a TXT record keeps the case of its text",
    source: `${TYPES}#TXTFormat`,
    says: "Case is preserved in the value of a TXT record.",
    file: withRecord("example.com", "TXT", ["v=spf1 include:Example.net -all"]),
    ask: ask("example.com", "TXT"),
    expect: { rcode: "NOERROR", answers: [{ type: "TXT", data: "v=spf1 include:Example.net -all" }] },
  },
  {
    name: "a CAA record has flags, a tag and a value",
    source: `${TYPES}#CAAFormat`,
    says: 'The format of a CAA record is flags tag "value".',
    file: withRecord("example.com", "CAA", ['0 issue "amazon.com"']),
    ask: ask("example.com", "CAA"),
    expect: { rcode: "NOERROR", answers: [{ type: "CAA", data: '0 issue "amazon.com"' }] },
  },
  {
    name: "a record of weight 0 is not used if another one has a weight",
    source: `${WEIGHTS}#rrsets-values-weighted-weight`,
    says: "Routing to a resource is disabled by the weight 0.",
    file: weighted([0, 1]),
    ask: ask("files.example.com"),
    expect: { rcode: "NOERROR", answers: [{ type: "A", data: "192.0.2.2" }] },
  },
  {
    name: "a record of weight 0 is not used if it is the second one",
    source: `${WEIGHTS}#rrsets-values-weighted-weight`,
    says: "Routing to a resource is disabled by the weight 0.",
    file: weighted([255, 0]),
    ask: ask("files.example.com"),
    expect: { rcode: "NOERROR", answers: [{ type: "A", data: "192.0.2.1" }] },
  },
  {
    name: "a name in the zone can be written without the zone's name",
    source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-shared.html",
    says: "A record's name is within the hosted zone; here the provider appends the zone's name to it.",
    file: withRecord("files", "A", ["192.0.2.9"]),
    ask: ask("files.example.com"),
    expect: { rcode: "NOERROR", answers: [{ type: "A", data: "192.0.2.9" }] },
  },
];
