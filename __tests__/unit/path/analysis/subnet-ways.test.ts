import { isPublic, wayOut } from "../../../../path/analysis/network/ways-out";
import { balancerZones, kindOfZone } from "../../../../path/analysis/network/zones";
import type { Topology } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";

/* Which zones a load balancer is in, and where packets go from its subnets: facts that several rules ask for. */

/** Subnets by name, with their zones; undefined where AWS chooses. */
function site(zones: Readonly<Record<string, string | undefined>>, route: Record<string, unknown> = {}): Topology {
  const names = Object.keys(zones);
  return readTopology({
    resource: {
      aws_vpc: { main: { cidr_block: "10.0.0.0/16" } },
      aws_internet_gateway: { main: { vpc_id: "${aws_vpc.main.id}" } },
      aws_subnet: Object.fromEntries(
        names.map((name, index) => [
          name,
          { vpc_id: "${aws_vpc.main.id}", cidr_block: `10.0.${index}.0/24`, availability_zone: zones[name] },
        ]),
      ),
      aws_route_table: { main: { vpc_id: "${aws_vpc.main.id}", route: [route] } },
      aws_route_table_association: Object.fromEntries(
        names.map((name) => [
          name,
          { subnet_id: `\${aws_subnet.${name}.id}`, route_table_id: "${aws_route_table.main.id}" },
        ]),
      ),
      aws_lb: { web: { subnets: [...names.map((name) => `\${aws_subnet.${name}.id}`), "subnet-elsewhere"] } },
    },
  });
}

describe("the zones of a load balancer", () => {
  const zonesIn = (topology: Topology) => balancerZones(topology, topology.balancers[0]!);

  test("are those of its subnets in the file", () => {
    const { byZone, pair, open, elsewhere } = zonesIn(site({ a: "us-east-1a", b: "us-east-1b" }));

    expect([...byZone].map(([zone, { address }]) => [zone, address])).toEqual([
      ["us-east-1a", "aws_subnet.a"],
      ["us-east-1b", "aws_subnet.b"],
    ]);
    expect({ pair, open, elsewhere }).toEqual({ pair: undefined, open: [], elsewhere: ["subnet-elsewhere"] });
  });

  test("are open where AWS chooses", () => {
    const { open } = zonesIn(site({ a: "us-east-1a", b: undefined }));

    expect(open.map(({ address, why }) => [address, why])).toEqual([
      ["aws_subnet.b", "AWS chooses the Availability Zone"],
    ]);
  });

  test("say which two subnets share one", () => {
    const { pair } = zonesIn(site({ a: "us-east-1a", b: "us-east-1b", c: "us-east-1b", d: "us-east-1b" }));

    expect(pair?.map(({ address }) => address)).toEqual(["aws_subnet.b", "aws_subnet.c"]);
  });

  test.each([
    ["us-east-1a", "us-east-1b", true],
    ["use1-az1", "use1-az2", true],
    ["us-east-1a", "use1-az1", false],
    ["${data.aws_availability_zones.all.names[0]}", "${data.aws_availability_zones.all.names[1]}", true],
    ["${data.aws_availability_zones.all.names[0]}", "us-east-1a", false],
    ["${var.zone}", "${var.other}", false],
  ])("%s and %s can be distinguished by their texts: %s", (one, other, expected) => {
    expect(kindOfZone(one) === kindOfZone(other)).toBe(expected);
  });
});

describe("the way out of a subnet", () => {
  const seen = (route: Record<string, unknown>) => {
    const topology = site({ a: "us-east-1a" }, route);
    const [subnet] = topology.subnets;
    return [
      wayOut(topology, subnet!).kind,
      wayOut(topology, subnet!, "IPv6").kind,
      isPublic(topology, subnet!),
      isPublic(topology, subnet!, "IPv6"),
    ];
  };
  const gateway_id = "${aws_internet_gateway.main.id}";

  test("is one for each IP version", () => {
    expect(seen({ cidr_block: "0.0.0.0/0", gateway_id })).toEqual(["internet-gateway", "none", true, false]);
    expect(seen({ ipv6_cidr_block: "::/0", gateway_id })).toEqual(["none", "internet-gateway", false, true]);
  });

  test("is none by a route for a part of the addresses", () => {
    expect(seen({ cidr_block: "203.0.113.0/24", gateway_id })).toEqual(["none", "none", false, false]);
  });

  test("is open where the addresses of a route are those of a prefix list", () => {
    expect(seen({ destination_prefix_list_id: "pl-1", gateway_id })[0]).toBe("open");
  });
});
