import { isMadeFor } from "../../../../path/analysis/names/balancer-names";
import { coveringNames, covers } from "../../../../path/analysis/names/domain-names";
import { chainsOf } from "../../../../path/analysis/names/record-chains";
import { recordsOf } from "../../../../path/analysis/names/record-targets";
import { entriesAt, entriesOf } from "../../../../path/analysis/requests/entries";
import type { Topology } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";

/* Which load balancer a name reaches, and which names a certificate covers: answered once, whoever asks. */

type Bodies = Record<string, Record<string, unknown>>;

const alias = (name: string, balancer: string, more: object = {}) => ({
  zone_id: "${aws_route53_zone.main.zone_id}",
  name,
  type: "A",
  alias: {
    name: `\${aws_lb.${balancer}.dns_name}`,
    zone_id: `\${aws_lb.${balancer}.zone_id}`,
    evaluate_target_health: false,
  },
  ...more,
});
const cname = (name: string, target: string) => ({
  zone_id: "${aws_route53_zone.main.zone_id}",
  name,
  type: "CNAME",
  ttl: 60,
  records: [target],
});
const weighted = (name: string, balancer: string) =>
  alias(name, balancer, { set_identifier: balancer, weighted_routing_policy: [{ weight: 1 }] });

const siteWith = (records: Bodies): Topology =>
  readTopology({
    resource: {
      aws_lb: { blue: {}, green: {}, other: { load_balancer_type: "network" } },
      aws_route53_zone: { main: { name: "example.com" } },
      aws_route53_record: records,
    },
  });
const addresses = (all: readonly { readonly address: string }[]) => all.map(({ address }) => address);

describe("the load balancers that a name reaches", () => {
  test.each<[what: string, records: Bodies, name: string, reached: readonly string[]]>([
    ["of its alias", { www: alias("www", "blue") }, "www.example.com", ["aws_lb.blue"]],
    [
      "over a CNAME",
      { www: cname("www", "app.example.com"), app: alias("app", "blue") },
      "www.example.com",
      ["aws_lb.blue"],
    ],
    ["of a wildcard's record", { any: alias("*", "blue") }, "shop.example.com", ["aws_lb.blue"]],
    [
      "all, where its records lead to several",
      { one: weighted("www", "blue"), two: weighted("www", "green") },
      "www.example.com",
      ["aws_lb.blue", "aws_lb.green"],
    ],
    ["whatever their type", { www: alias("www", "other") }, "www.example.com", ["aws_lb.other"]],
    ["none, where nothing answers for it", {}, "www.example.com", []],
  ])("%s", (_, records, name, reached) => {
    expect(addresses(chainsOf(siteWith(records)).balancersAt(name))).toEqual(reached);
  });

  test("its own name, also as Route 53 writes it into an alias", () => {
    const { balancersAt } = chainsOf(
      readTopology({
        format_version: "1.0",
        terraform_version: "1.11.4",
        values: { root_module: { resources: [stateOf("aws_lb", { dns_name: OWN_NAME, arn: "arn:1" })] } },
      }),
    );
    expect(addresses(balancersAt(OWN_NAME))).toEqual(["aws_lb.web"]);
    expect(addresses(balancersAt(`dualstack.${OWN_NAME.toLowerCase()}`))).toEqual(["aws_lb.web"]);
  });

  test("are those of its records, for the ways in that a file declares as for a URL", () => {
    const topology = siteWith({
      one: weighted("www", "blue"),
      two: weighted("www", "green"),
      three: alias("api", "other"),
    });
    const { balancersOf, balancerOf, leadsTo } = recordsOf(topology);
    for (const record of topology.records) {
      const name = String(record.fqdn);
      const reached = balancersOf(record);
      expect(chainsOf(topology).balancersAt(name)).toEqual(expect.arrayContaining([...reached]));
      expect(balancerOf(record)).toBe(reached[0]);
      expect(topology.balancers.filter((it) => leadsTo(record, it))).toEqual(reached);
    }
    // A network load balancer's requests are not traced.
    const named = (all: ReturnType<typeof entriesAt>) =>
      all.flatMap(({ host, balancer }) => (host === "www.example.com" ? [balancer?.address] : []));
    expect(named(entriesOf(topology))).toEqual(["aws_lb.blue", "aws_lb.green"]);
    const atUrl = entriesAt(new URL("https://www.example.com/"), topology);
    expect(named(atUrl)).toEqual(["aws_lb.blue", "aws_lb.green"]);
    expect(atUrl.map(({ records }) => addresses(records))).toEqual([
      ["aws_route53_record.one"],
      ["aws_route53_record.two"],
    ]);
  });
});

const OWN_NAME = "Web-123.us-east-1.elb.amazonaws.com";
const stateOf = (type: string, values: object) => ({
  address: `${type}.web`,
  mode: "managed",
  type,
  name: "web",
  values,
});

describe("a load balancer is made for", () => {
  const topology = readTopology({
    resource: {
      aws_lb: { web: {} },
      aws_lb_listener: {
        web: {
          load_balancer_arn: "${aws_lb.web.arn}",
          port: 443,
          protocol: "HTTPS",
          certificate_arn: "${aws_acm_certificate.web.arn}",
          default_action: [{ type: "fixed-response", fixed_response: { status_code: "404" } }],
        },
      },
      aws_acm_certificate: { web: { domain_name: "*.example.com" } },
      aws_lb_listener_rule: {
        any: {
          listener_arn: "${aws_lb_listener.web.arn}",
          priority: 1,
          action: [{ type: "fixed-response", fixed_response: { status_code: "200" } }],
          condition: [{ host_header: [{ values: ["*.Example.org", "example.net"] }] }],
        },
      },
    },
  });
  const [balancer] = topology.balancers;

  test.each([
    ["www.example.com", true],
    ["a.b.example.com", false],
    ["www.example.org", true],
    ["a.b.example.org", true],
    ["example.org", false],
    ["example.net", true],
    ["www.example.net", false],
  ])("%s: %s", (name, isMade) => {
    expect(balancer && isMadeFor(balancer, name, topology)).toBe(isMade);
  });
});

test("a wildcard that a state writes as a code is a wildcard, for each reader", () => {
  const values = { zone_id: "Z1", name: "*", fqdn: "\\052.example.com", type: "A", records: ["192.0.2.1"] };
  const topology = readTopology({
    format_version: "1.0",
    terraform_version: "1.11.4",
    values: { root_module: { resources: [stateOf("aws_route53_record", values)] } },
  });
  expect(topology.records.map(({ fqdn }) => fqdn)).toEqual(["*.example.com"]);
  expect(addresses(chainsOf(topology).answering("www.example.com"))).toEqual(["aws_route53_record.web"]);
  expect(recordsOf(topology).named("*.example.com")).toHaveLength(1);
});

describe("a certificate covers", () => {
  test.each([
    ["www.example.com", "www.example.com", true],
    ["*.example.com", "www.example.com", true],
    ["*.example.com", "example.com", false],
    ["*.example.com", "a.b.example.com", false],
    ["*.example.com", "*.example.com", true],
    ["*.b.example.com", "a.b.example.com", true],
    ["example.com", "www.example.com", false],
    ["*.com", "example.com", true],
    ["*.", "localhost", false],
  ])("by %s the name %s: %s", (pattern, host, isGood) => {
    expect(covers(pattern, host)).toBe(isGood);
    expect(coveringNames(host).includes(pattern)).toBe(isGood);
  });
});
