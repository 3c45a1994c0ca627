import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding, TraceReport } from "../../../../path/report";
import { trace } from "../../../../path/trace/trace";
import { baseStack } from "../../../mutants/bases";
import { applyEdits } from "../../../mutants/edits";
import { inWords, opensIn } from "../../../mutants/judge";
import type { Base, SynthesizedJson } from "../../../mutants/mutant";
import { type Json, named, vpcId } from "../../../mutants/parts/site";
import { balancer } from "../../../mutants/parts/subnets";
import { add, all, the } from "../../../mutants/pick";
import { FIXTURES } from "../../../support/project";

/*
 * P41 to P47: what is right must be called right, and what is left open must be unknown; mutants.test.ts has what is
 * wrong.
 */

type Change = (stack: SynthesizedJson) => void;

function traced(base: Base, change: Change): TraceReport {
  const stack = baseStack(base);
  change(stack);
  return trace(stack);
}

const errors = ({ findings }: TraceReport) => findings.filter(({ severity }) => severity === "error");
const ofRule = ({ findings }: TraceReport, rule: string) => findings.filter(({ id }) => id === rule);
function one(report: TraceReport, rule: string): Finding {
  const [found, another] = ofRule(report, rule);
  if (found === undefined || another !== undefined) throw new Error(`not one ${rule}: ${inWords(report.findings)}`);
  return found;
}
const opens = ({ paths }: TraceReport) => [
  ...new Set(
    paths.flatMap(({ hops }) =>
      hops.flatMap(({ open }) => open.map(({ address, attribute }) => `${address} ${attribute}`)),
    ),
  ),
];

/** The classic stack, with its network in AWS's default VPC. */
const inDefaultVpc: Change = (stack) => {
  const text = JSON.stringify(stack.resource)
    .replaceAll("aws_vpc.main.", "aws_default_vpc.main.")
    .replaceAll("aws_subnet.", "aws_default_subnet.");
  stack.resource = JSON.parse(text) as SynthesizedJson["resource"];
  for (const type of ["aws_vpc", "aws_internet_gateway", "aws_route", "aws_subnet"]) delete stack.resource[type];
  stack.resource.aws_default_vpc = { main: {} };
  stack.resource.aws_default_subnet = {
    a: { availability_zone: "us-east-1a" },
    b: { availability_zone: "us-east-1b" },
  };
};

describe("correct, and so ok:", () => {
  const CORRECT: Readonly<Record<string, readonly [Base, Change]>> = {
    "a NAT gateway given as gateway_id": [
      "auto-scaling",
      (stack) => {
        const route = named(stack, "aws_route", "private");
        route.gateway_id = route.nat_gateway_id;
        delete route.nat_gateway_id;
      },
    ],
    "the adopted main route table, with its route inside": [
      "inline-groups",
      (stack) => {
        delete stack.resource.aws_route;
        add(stack, "aws_default_route_table", "main", {
          default_route_table_id: "${aws_vpc.main.default_route_table_id}",
          route: [{ cidr_block: "0.0.0.0/0", gateway_id: "${aws_internet_gateway.main.id}" }],
        });
      },
    ],
    "a table that is made the main one": [
      "inline-groups",
      (stack) => {
        const table = add(stack, "aws_route_table", "public", {
          vpc_id: vpcId(stack),
          route: [{ cidr_block: "0.0.0.0/0", gateway_id: "${aws_internet_gateway.main.id}" }],
        });
        delete stack.resource.aws_route;
        add(stack, "aws_main_route_table_association", "public", {
          vpc_id: vpcId(stack),
          route_table_id: `\${${table}.id}`,
        });
      },
    ],
    "the default VPC and its default subnets": ["inline-groups", inDefaultVpc],
    "two routes that are all addresses together": [
      "auto-scaling",
      (stack) => {
        const route = named(stack, "aws_route", "public");
        add(stack, "aws_route", "public_upper", { ...route, destination_cidr_block: "128.0.0.0/1" });
        route.destination_cidr_block = "0.0.0.0/1";
      },
    ],
    "an internet gateway that is attached by a resource of its own": [
      "auto-scaling",
      (stack) => {
        delete named(stack, "aws_internet_gateway", "main").vpc_id;
        add(stack, "aws_internet_gateway_attachment", "main", {
          vpc_id: vpcId(stack),
          internet_gateway_id: "${aws_internet_gateway.main.id}",
        });
      },
    ],
    "a public route table that nothing needs": [
      "site",
      (stack) => {
        add(stack, "aws_route_table", "spare", {
          vpc_id: vpcId(stack),
          route: [{ cidr_block: "0.0.0.0/0", gateway_id: `\${${the(stack, "aws_internet_gateway").address}.id}` }],
        });
      },
    ],
    "subnets of /27": [
      "inline-groups",
      (stack) => {
        named(stack, "aws_subnet", "a").cidr_block = "172.20.1.0/27";
        named(stack, "aws_subnet", "b").cidr_block = "172.20.1.32/27";
      },
    ],
    "a subnet in a second block of its VPC": [
      "auto-scaling",
      (stack) => {
        add(stack, "aws_vpc_ipv4_cidr_block_association", "more", { vpc_id: vpcId(stack), cidr_block: "10.7.0.0/16" });
        named(stack, "aws_subnet", "private_b").cidr_block = "10.7.1.0/24";
      },
    ],
    "blocks that a function makes of the VPC's": [
      "auto-scaling",
      (stack) => {
        all(stack, "aws_subnet").forEach(({ body }, index) => {
          body.cidr_block = `\${cidrsubnet(aws_vpc.main.cidr_block, 8, ${index})}`;
        });
      },
    ],
    "two VPCs with the same blocks": [
      "auto-scaling",
      (stack) => {
        add(stack, "aws_vpc", "twin", { cidr_block: "10.1.0.0/16" });
        add(stack, "aws_subnet", "twin", { vpc_id: "${aws_vpc.twin.id}", cidr_block: "10.1.0.0/24" });
      },
    ],
    "public access that is not blocked": [
      "site",
      (stack) => {
        add(stack, "aws_vpc_block_public_access_options", "all", { internet_gateway_block_mode: "off" });
      },
    ],
    "a blocked account whose VPC is excluded": [
      "site",
      (stack) => {
        add(stack, "aws_vpc_block_public_access_options", "all", { internet_gateway_block_mode: "block-ingress" });
        add(stack, "aws_vpc_block_public_access_exclusion", "vpc", {
          internet_gateway_exclusion_mode: "allow-bidirectional",
          vpc_id: vpcId(stack),
        });
      },
    ],
    "a block in another region": [
      "auto-scaling",
      (stack) => {
        (stack.provider as { aws: Json[] }).aws.push({ alias: "far", region: "eu-west-1" });
        add(stack, "aws_vpc_block_public_access_options", "all", {
          provider: "aws.far",
          internet_gateway_block_mode: "block-bidirectional",
        });
      },
    ],
    "IPv6 in addition to IPv4, with a route for each": [
      "auto-scaling",
      (stack) => {
        named(stack, "aws_vpc", "main").assign_generated_ipv6_cidr_block = true;
        balancer(stack).ip_address_type = "dualstack";
        add(stack, "aws_route", "public_ipv6", {
          route_table_id: "${aws_route_table.public.id}",
          destination_ipv6_cidr_block: "::/0",
          gateway_id: "${aws_internet_gateway.main.id}",
        });
        for (const [name, port] of [
          ["http", 80],
          ["https", 443],
        ] as const)
          add(stack, "aws_security_group_rule", `balancer_${name}_ipv6`, {
            type: "ingress",
            security_group_id: "${aws_security_group.balancer.id}",
            protocol: "tcp",
            from_port: port,
            to_port: port,
            ipv6_cidr_blocks: ["::/0"],
          });
        add(stack, "aws_route53_record", "web_ipv6", { ...named(stack, "aws_route53_record", "web"), type: "AAAA" });
      },
    ],
    "a network load balancer in one subnet next to it": [
      "auto-scaling",
      (stack) => {
        add(stack, "aws_lb", "network", {
          name: "network",
          load_balancer_type: "network",
          subnets: ["${aws_subnet.public_a.id}"],
        });
      },
    ],
  };

  test.each(Object.entries(CORRECT))("%s", (_, [base, change]) => {
    const report = traced(base, change);
    expect(inWords(errors(report))).toBe("");
    expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
  });

  test("an internal load balancer in private subnets", () => {
    const report = traced("auto-scaling", (stack) => {
      Object.assign(balancer(stack), {
        internal: true,
        subnets: ["${aws_subnet.private_a.id}", "${aws_subnet.private_b.id}"],
      });
      stack.data = { aws_route53_zone: { main: { name: "example.com.", private_zone: true } } };
    });
    expect([...ofRule(report, "P44"), ...ofRule(report, "P45")]).toEqual([]);
  });

  test("a way to the internet through a transit gateway or a firewall, which is assumed", () => {
    for (const target of [
      { transit_gateway_id: "tgw-0123456789abcdef0" },
      { vpc_endpoint_id: "vpce-0123456789abcdef0" },
    ]) {
      const report = traced("auto-scaling", (stack) => {
        stack.resource.aws_route = {
          ...stack.resource.aws_route,
          public: { route_table_id: "${aws_route_table.public.id}", destination_cidr_block: "0.0.0.0/0", ...target },
        };
      });
      expect(inWords(errors(report))).toBe("");
      expect(report.assumed.map(({ text }) => text)).toEqual(
        expect.arrayContaining([expect.stringMatching(/aws_route\.public/)]),
      );
    }
  });
});

describe("left open, and so unknown:", () => {
  const OPEN: Readonly<Record<string, readonly [base: Base, attribute: string, Change]>> = {
    "subnets that are written as ids": [
      "auto-scaling",
      "aws_lb.web subnets",
      (stack) => {
        balancer(stack).subnets = ["subnet-0aaa1111", "subnet-0bbb2222"];
      },
    ],
    "one subnet that is written as an id": [
      "auto-scaling",
      "aws_lb.web subnets",
      (stack) => {
        balancer(stack).subnets = ["${aws_subnet.public_a.id}", "subnet-0bbb2222"];
      },
    ],
    "subnets whose zone AWS chooses": [
      "inline-groups",
      "aws_subnet.a availability_zone",
      (stack) => {
        for (const name of ["a", "b"]) delete named(stack, "aws_subnet", name).availability_zone;
      },
    ],
    "a zone by its name and one by its id": [
      "inline-groups",
      "aws_subnet.b availability_zone",
      (stack) => {
        delete named(stack, "aws_subnet", "b").availability_zone;
        named(stack, "aws_subnet", "b").availability_zone_id = "use1-az4";
      },
    ],
    "a load balancer that is only read": [
      "auto-scaling",
      "data.aws_lb.web subnets",
      (stack) => {
        stack.resource = JSON.parse(
          JSON.stringify(stack.resource).replaceAll("aws_lb.web", "data.aws_lb.web"),
        ) as SynthesizedJson["resource"];
        delete stack.resource.aws_lb;
        (stack.data ??= {}).aws_lb = { web: { name: "web" } };
      },
    ],
    "subnets that are only looked up": [
      "auto-scaling",
      "aws_lb.web subnets",
      (stack) => {
        ((stack.data ??= {}).aws_subnets ??= {}).public = { filter: [{ name: "vpc-id", values: ["vpc-0123"] }] };
        balancer(stack).subnets = "${data.aws_subnets.public.ids}" as never;
      },
    ],
  };

  test.each(Object.entries(OPEN))("%s", (_, [base, attribute, change]) => {
    const report = traced(base, change);
    expect(inWords(errors(report))).toBe("");
    expect(report.verdict).toBe("unknown");
    expect(opens(report)).toContain(attribute);
  });
});

describe("what is broken in part says which", () => {
  test("one of two subnets is private", () => {
    expect(
      one(
        traced("nat", (stack) => {
          const subnets = all(stack, "aws_subnet").map(({ address }) => `\${${address}.id}`);
          balancer(stack).subnets = [
            subnets.find((it) => it.includes("public-a")),
            subnets.find((it) => it.includes("private-b")),
          ];
        }),
        "P44",
      ),
    ).toMatchObject({ share: "1 of 2 subnets", observed: expect.stringMatching(/NAT gateway/) });
  });

  test("clients that come by IPv6 have no route back", () => {
    const report = traced("auto-scaling", (stack) => {
      balancer(stack).ip_address_type = "dualstack";
    });
    expect(one(report, "P44")).toMatchObject({
      address: "aws_route_table.public",
      attribute: "destination_ipv6_cidr_block",
      share: "clients over IPv6",
    });
  });
});

describe("P47, in a state to which the block is added by hand, as the local AWS lacks it", () => {
  interface State {
    values: {
      root_module: { resources: { address: string; mode: string; type: string; name: string; values: Json }[] };
    };
  }
  const stateWith = (
    ...added: readonly (readonly [type: string, values: (ids: Record<string, string>) => Json])[]
  ): TraceReport => {
    const state = JSON.parse(readFileSync(join(FIXTURES, "traced", "site.state.json"), "utf8")) as State;
    const { resources } = state.values.root_module;
    const ids = Object.fromEntries(
      resources.flatMap(({ name, type, values }) =>
        type === "aws_vpc" || type === "aws_subnet"
          ? [[name.replace(/^site_network_|_[0-9A-F]+$/g, ""), String(values.id)]]
          : [],
      ),
    );
    for (const [type, values] of added)
      resources.push({ address: `${type}.added`, mode: "managed", type, name: "added", values: values(ids) });
    return trace(state);
  };
  const blocked = (mode: string) =>
    ["aws_vpc_block_public_access_options", () => ({ internet_gateway_block_mode: mode })] as const;
  const excluded = (values: (ids: Record<string, string>) => Json) =>
    [
      "aws_vpc_block_public_access_exclusion",
      (ids: Record<string, string>) => ({ internet_gateway_exclusion_mode: "allow-bidirectional", ...values(ids) }),
    ] as const;

  test("it is found, and says which subnets", () => {
    expect(stateWith().verdict).toBe("ok");
    expect(one(stateWith(blocked("block-bidirectional")), "P47").share).toBeUndefined();
    expect(
      one(
        stateWith(
          blocked("block-ingress"),
          excluded((ids) => ({ subnet_id: ids["public-a"] })),
        ),
        "P47",
      ).share,
    ).toBe("1 of 2 subnets");
  });

  test("it is none where it is off, or where the VPC is excluded", () => {
    expect(stateWith(blocked("off")).verdict).toBe("ok");
    expect(
      stateWith(
        blocked("block-bidirectional"),
        excluded((ids) => ({ vpc_id: ids.vpc })),
      ).verdict,
    ).toBe("ok");
  });
});

/** Applies what the fixes of a rule say until it is gone. */
function corrected(stack: SynthesizedJson, rule: string): TraceReport {
  let report = trace(stack);
  for (let fixes = 0; fixes < 4 && ofRule(report, rule).length > 0; fixes++) {
    const [{ fix }] = ofRule(report, rule) as [Finding, ...Finding[]];
    expect(fix.edits).not.toEqual([]);
    applyEdits(stack, fix.edits);
    report = trace(stack);
  }
  return report;
}

describe("broken, found and corrected:", () => {
  const BROKEN: Readonly<Record<string, readonly [rule: string, address: string, base: Base, Change]>> = {
    "the main route table has no route, and there is no internet gateway": [
      "P44",
      "aws_vpc.main",
      "inline-groups",
      (stack) => {
        delete stack.resource.aws_route;
        delete stack.resource.aws_internet_gateway;
      },
    ],
    "a table with its routes inside has none to the internet": [
      "P44",
      "aws_route_table.public",
      "auto-scaling",
      (stack) => {
        named(stack, "aws_route_table", "public").route = [
          { cidr_block: "10.9.0.0/16", vpc_peering_connection_id: "pcx-0123" },
        ];
        delete stack.resource.aws_route?.public;
      },
    ],
    "the route inside a table is for a part of the addresses": [
      "P44",
      "aws_route_table.public",
      "auto-scaling",
      (stack) => {
        named(stack, "aws_route_table", "public").route = [
          { cidr_block: "52.0.0.0/8", gateway_id: "${aws_internet_gateway.main.id}" },
        ];
        delete stack.resource.aws_route?.public;
      },
    ],
    "the route is for IPv6 only": [
      "P44",
      "aws_route_table.public",
      "auto-scaling",
      (stack) => {
        const route = named(stack, "aws_route", "public");
        delete route.destination_cidr_block;
        route.destination_ipv6_cidr_block = "::/0";
      },
    ],
    "the internet gateway is attached to no VPC": [
      "P45",
      "aws_route.public",
      "auto-scaling",
      (stack) => {
        delete named(stack, "aws_internet_gateway", "main").vpc_id;
      },
    ],
    "no public subnet is associated": [
      "P45",
      "aws_subnet.public_a",
      "auto-scaling",
      (stack) => {
        for (const name of ["public_a", "public_b"]) delete stack.resource.aws_route_table_association?.[name];
      },
    ],
    "two subnets have the same block": [
      "P46",
      "aws_subnet.private_a",
      "auto-scaling",
      (stack) => {
        named(stack, "aws_subnet", "private_a").cidr_block = "10.1.1.0/24";
      },
    ],
    "three subnets overlap": [
      "P46",
      "aws_subnet.private_a",
      "auto-scaling",
      (stack) => {
        for (const name of ["private_a", "private_b"]) named(stack, "aws_subnet", name).cidr_block = "10.1.0.0/23";
      },
    ],
  };

  test.each(Object.entries(BROKEN))("%s", (_, [rule, address, base, change]) => {
    const stack = baseStack(base);
    change(stack);
    expect(ofRule(trace(stack), rule).map((it) => it.address)).toContain(address);
    expect(inWords(ofRule(corrected(stack, rule), rule))).toBe("");
  });
});

test("what many subnets cost grows as they do, even where thousands overlap", () => {
  const cost = (count: number): number => {
    const stack = baseStack("auto-scaling");
    named(stack, "aws_vpc", "main").cidr_block = "10.0.0.0/8";
    for (let index = 0; index < count; index++)
      add(stack, "aws_subnet", `s${index}`, {
        vpc_id: "${aws_vpc.main.id}",
        cidr_block: `10.${100 + (index >> 8)}.${index & 255}.0/${index % 2 === 0 ? 23 : 24}`,
        availability_zone: "us-east-1a",
      });
    const start = process.cpuUsage();
    const report = trace(stack);
    const { user, system } = process.cpuUsage(start);
    expect(ofRule(report, "P46").length).toBeGreaterThan(count / 10);
    return user + system;
  };
  cost(250);
  const [few, many] = [Math.min(cost(250), cost(250)), Math.min(cost(2_000), cost(2_000))];
  // Eight times as many; what is quadratic takes sixty-four times as long.
  expect(many / few).toBeLessThan(24);
});
