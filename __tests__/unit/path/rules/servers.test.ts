import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding, TraceReport } from "../../../../path/report";
import { trace } from "../../../../path/trace/trace";
import { AUTO_SCALING_USER_DATA } from "../../../mutants/auto-scaling-base";
import { baseStack } from "../../../mutants/bases";
import { applyEdits } from "../../../mutants/edits";
import { inlineRule } from "../../../mutants/inline-groups-base";
import { inWords, opensIn } from "../../../mutants/judge";
import type { Base, SynthesizedJson } from "../../../mutants/mutant";
import { encoded, instances, template } from "../../../mutants/parts/servers";
import { type Json, named, vpcId } from "../../../mutants/parts/site";
import { add } from "../../../mutants/pick";
import { FIXTURES } from "../../../support/project";

/*
 * P61 to P67: what is right must be called right, and what is left open must be unknown; mutants.test.ts has what is
 * wrong.
 */

type Change = (stack: SynthesizedJson) => void;

const decoded = (text: unknown) => Buffer.from(String(text), "base64").toString();
const everywhere = { from: 0, to: 0, protocol: "-1" };

/** Without any way out of the private subnets and of the instances' group. */
const shutIn: Change = (stack) => {
  delete stack.resource.aws_route?.private;
  delete stack.resource.aws_security_group_rule?.app_out;
  delete stack.resource.aws_nat_gateway;
  delete stack.resource.aws_eip;
};

function traced(base: Base, change: Change): TraceReport {
  const stack = baseStack(base);
  change(stack);
  return trace(stack);
}

const errors = ({ findings }: TraceReport) => findings.filter(({ severity }) => severity === "error");
const ofRule = ({ findings }: TraceReport, rule: string) => findings.filter(({ id }) => id === rule);
const opens = ({ paths }: TraceReport) => [
  ...new Set(
    paths.flatMap(({ hops }) =>
      hops.flatMap(({ open }) => open.map(({ address, attribute }) => `${address} ${attribute}`)),
    ),
  ),
];

describe("correct, and so ok:", () => {
  const CORRECT: Readonly<Record<string, readonly [Base, Change]>> = {
    "nothing is installed, and nothing leads out": [
      "auto-scaling",
      (stack) => {
        shutIn(stack);
        delete template(stack).user_data;
      },
    ],
    "user data that only writes files, and nothing leads out": [
      "auto-scaling",
      (stack) => {
        shutIn(stack);
        template(stack).user_data = encoded(
          "#!/bin/bash\ncat > /etc/app.conf <<EOF\nyum install -y nginx\nEOF\nsystemctl restart app\n",
        );
      },
    ],
    "packages of Amazon Linux through an S3 gateway endpoint": [
      "auto-scaling",
      (stack) => {
        shutIn(stack);
        add(stack, "aws_vpc_endpoint", "s3", { vpc_id: vpcId(stack), service_name: "com.amazonaws.us-east-1.s3" });
        add(stack, "aws_vpc_endpoint_route_table_association", "s3", {
          vpc_endpoint_id: "${aws_vpc_endpoint.s3.id}",
          route_table_id: "${aws_route_table.private.id}",
        });
        add(stack, "aws_security_group_rule", "app_to_s3", {
          type: "egress",
          security_group_id: "${aws_security_group.app.id}",
          protocol: "tcp",
          from_port: 443,
          to_port: 443,
          prefix_list_ids: ["${aws_vpc_endpoint.s3.prefix_list_id}"],
        });
      },
    ],
    "packages of Amazon Linux through an S3 interface endpoint in the VPC": [
      "auto-scaling",
      (stack) => {
        shutIn(stack);
        add(stack, "aws_vpc_endpoint", "s3", {
          vpc_id: vpcId(stack),
          service_name: "com.amazonaws.us-east-1.s3",
          vpc_endpoint_type: "Interface",
          private_dns_enabled: true,
        });
        add(stack, "aws_security_group_rule", "app_to_vpc", {
          type: "egress",
          security_group_id: "${aws_security_group.app.id}",
          protocol: "tcp",
          from_port: 443,
          to_port: 443,
          cidr_blocks: ["10.1.0.0/16"],
        });
      },
    ],
    "Debian's packages behind a NAT gateway": [
      "auto-scaling",
      (stack) => {
        template(stack).user_data = encoded(AUTO_SCALING_USER_DATA.replace("dnf", "apt-get"));
      },
    ],
    "a group that lets out by ports as texts": [
      "inline-groups",
      (stack) => {
        named(stack, "aws_security_group", "web").egress = [
          {
            ...inlineRule({ from: 0, to: 0, protocol: "TCP" }, { cidr_blocks: ["0.0.0.0/0"] }),
            from_port: "443",
            to_port: "443",
          },
        ];
      },
    ],
    "a way out through a transit gateway": [
      "auto-scaling",
      (stack) => {
        const route = named(stack, "aws_route", "private");
        delete route.nat_gateway_id;
        route.transit_gateway_id = "tgw-0123456789abcdef0";
      },
    ],
    "a NAT gateway of another file": [
      "auto-scaling",
      (stack) => {
        named(stack, "aws_route", "private").nat_gateway_id = "nat-0123456789abcdef0";
        delete stack.resource.aws_nat_gateway;
      },
    ],
    "a NAT gateway behind a firewall": [
      "auto-scaling",
      (stack) => {
        const table = add(stack, "aws_route_table", "nat", {
          vpc_id: vpcId(stack),
          route: [{ cidr_block: "0.0.0.0/0", vpc_endpoint_id: "vpce-0123456789abcdef0" }],
        });
        add(stack, "aws_subnet", "nat", {
          vpc_id: vpcId(stack),
          cidr_block: "10.1.20.0/24",
          availability_zone: "us-east-1a",
        });
        add(stack, "aws_route_table_association", "nat", {
          subnet_id: "${aws_subnet.nat.id}",
          route_table_id: `\${${table}.id}`,
        });
        named(stack, "aws_nat_gateway", "main").subnet_id = "${aws_subnet.nat.id}";
      },
    ],
    "a way out by IPv6 alone": [
      "auto-scaling",
      (stack) => {
        delete stack.resource.aws_route?.private;
        named(stack, "aws_vpc", "main").assign_generated_ipv6_cidr_block = true;
        for (const [index, name] of ["private_a", "private_b"].entries())
          named(stack, "aws_subnet", name).ipv6_cidr_block = `2600:1f18:1234:560${index}::/64`;
        const gateway = add(stack, "aws_egress_only_internet_gateway", "main", { vpc_id: vpcId(stack) });
        add(stack, "aws_route", "private_ipv6", {
          route_table_id: "${aws_route_table.private.id}",
          destination_ipv6_cidr_block: "::/0",
          egress_only_gateway_id: `\${${gateway}.id}`,
        });
      },
    ],
    "public instances with elastic addresses": [
      "inline-groups",
      (stack) => {
        for (const name of ["a", "b"]) {
          delete named(stack, "aws_subnet", name).map_public_ip_on_launch;
          add(stack, "aws_eip", name, { domain: "vpc", instance: `\${aws_instance.${name}.id}` });
        }
      },
    ],
    "a launch template that gives public addresses": [
      "auto-scaling",
      (stack) => {
        for (const name of ["private_a", "private_b"])
          named(stack, "aws_route_table_association", name).route_table_id = "${aws_route_table.public.id}";
        const { vpc_security_group_ids: groups, ...rest } = template(stack);
        stack.resource.aws_launch_template = {
          app: { ...rest, network_interfaces: [{ associate_public_ip_address: true, security_groups: groups }] },
        };
      },
    ],
    "the default group of the VPC, adopted and opened to the load balancer": [
      "inline-groups",
      (stack) => {
        add(stack, "aws_default_security_group", "default", {
          vpc_id: vpcId(stack),
          ingress: [
            inlineRule({ from: 80, to: 80, protocol: "tcp" }, { security_groups: ["${aws_security_group.alb.id}"] }),
          ],
          egress: [inlineRule(everywhere, { cidr_blocks: ["0.0.0.0/0"] })],
        });
        for (const it of instances(stack)) delete it.vpc_security_group_ids;
      },
    ],
    "a cloud-config": [
      "inline-groups",
      (stack) => {
        for (const it of instances(stack))
          it.user_data = "#cloud-config\npackages:\n  - httpd\nruncmd:\n  - systemctl enable --now httpd\n";
      },
    ],
    "Windows's own user data": [
      "inline-groups",
      (stack) => {
        for (const it of instances(stack))
          it.user_data = "<powershell>\nInstall-WindowsFeature Web-Server\n</powershell>\n";
      },
    ],
    "containers with the metadata two hops away": [
      "auto-scaling",
      (stack) => {
        template(stack).metadata_options = { http_tokens: "required", http_put_response_hop_limit: 2 };
        template(stack).user_data = encoded(
          "#!/bin/bash\ndnf install -y docker\nsystemctl start docker\ndocker run -d -p 8080:80 nginx\n",
        );
      },
    ],
  };

  test.each(Object.entries(CORRECT))("%s", (_, [base, change]) => {
    const report = traced(base, change);
    expect(inWords(report.findings.filter(({ id, severity }) => severity === "error" || /^P6[1-7]$/.test(id)))).toBe(
      "",
    );
    expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
  });

  test("and what is taken for granted is said", () => {
    const transit = traced("auto-scaling", CORRECT["a way out through a transit gateway"]?.[1] as Change);
    expect(transit.assumed.map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringMatching(/target of aws_route\.private connects .* to the internet/)]),
    );
  });
});

describe("left open, and so unknown:", () => {
  const OPEN: Readonly<Record<string, readonly [base: Base, attribute: string, Change]>> = {
    "no group in a VPC that is only read": [
      "auto-scaling",
      "aws_launch_template.app vpc_security_group_ids",
      (stack) => {
        const text = JSON.stringify(stack.resource).replaceAll("aws_vpc.main.id", "data.aws_vpc.main.id");
        stack.resource = JSON.parse(text) as SynthesizedJson["resource"];
        delete stack.resource.aws_vpc;
        (stack.data ??= {}).aws_vpc = { main: { id: "vpc-0123456789abcdef0" } };
        delete template(stack).vpc_security_group_ids;
      },
    ],
    "user data that a file has": [
      "auto-scaling",
      "aws_launch_template.app user_data",
      (stack) => {
        shutIn(stack);
        template(stack).user_data = '${filebase64("${path.module}/boot.sh")}';
      },
    ],
    "an S3 endpoint that is only read": [
      "auto-scaling",
      "data.aws_vpc_endpoint.s3 route_table_ids",
      (stack) => {
        delete stack.resource.aws_route?.private;
        (stack.data ??= {}).aws_vpc_endpoint = {
          s3: { vpc_id: vpcId(stack), service_name: "com.amazonaws.us-east-1.s3" },
        };
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

describe("user data that is never run is certain to be broken:", () => {
  const script = AUTO_SCALING_USER_DATA;
  const NEVER: Readonly<Record<string, readonly [Base, Change]>> = {
    "indented, in a launch template": [
      "auto-scaling",
      (stack) => {
        template(stack).user_data = encoded(script.replace(/^/gm, "    "));
      },
    ],
    "after an empty line": [
      "auto-scaling",
      (stack) => {
        template(stack).user_data = encoded(`\n${script}`);
      },
    ],
    "without its interpreter": [
      "site",
      (stack) => {
        for (const it of instances(stack)) it.user_data = String(it.user_data).replace(/^#!.*\n/, "");
      },
    ],
    "indented but for its lines in between": [
      "site",
      (stack) => {
        for (const it of instances(stack)) it.user_data = `  ${String(it.user_data)}`;
      },
    ],
  };

  test.each(Object.entries(NEVER))("%s; and its fix helps", (_, [base, change]) => {
    const stack = baseStack(base);
    change(stack);
    const report = trace(stack);
    expect(report.verdict).toBe("broken");
    expect(new Set(errors(report).map(({ id, attribute }) => `${id} ${attribute}`))).toEqual(
      new Set(["P65 user_data"]),
    );
    for (const { fix } of errors(report)) applyEdits(stack, fix.edits);
    expect(trace(stack)).toMatchObject({ verdict: "ok", findings: [] });
  });

  test("and the fix leaves the script itself as it was", () => {
    const stack = baseStack("auto-scaling");
    template(stack).user_data = encoded(script.replace(/^/gm, "    "));
    for (const { fix } of errors(trace(stack))) applyEdits(stack, fix.edits);
    expect(decoded(template(stack).user_data).trimEnd()).toBe(script.trimEnd());
  });
});

describe("P66, in the plan of a change", () => {
  interface Planned {
    resource_changes: {
      type: string;
      change: { actions: string[]; before: Json | null; after: Json; after_unknown: Json };
    }[];
  }
  const planOf = (change: (after: Json) => Json): TraceReport => {
    const plan = JSON.parse(readFileSync(join(FIXTURES, "traced", "site.plan.json"), "utf8")) as Planned;
    for (const { type, change: it } of plan.resource_changes) {
      if (type !== "aws_instance") continue;
      it.actions = ["update"];
      it.before = it.after;
      it.after = change({ ...it.after });
    }
    return trace(plan);
  };
  const other = "0123456789abcdef0123456789abcdef01234567";

  test.each([
    ["off", false],
    ["not set", undefined],
  ])("new user data on an instance that stays, with the flag %s, keeps what was served before", (_, flag) => {
    const report = planOf((after) => ({ ...after, user_data: other, user_data_replace_on_change: flag }));
    expect(
      ofRule(report, "P66").map(({ severity, attribute, address }) => `${severity} ${attribute} ${address}`),
    ).toEqual([
      expect.stringMatching(/^error user_data_replace_on_change aws_instance\./),
      expect.stringMatching(/^error user_data_replace_on_change aws_instance\./),
    ]);
    expect(report.verdict).toBe("broken");
    expect((ofRule(report, "P66")[0] as Finding).fix.hcl).toContain("user_data_replace_on_change = true");
  });

  test("the same user data, or the same instance otherwise changed, is none", () => {
    expect(
      ofRule(
        planOf((after) => ({ ...after, user_data_replace_on_change: false, instance_type: "t3.small" })),
        "P66",
      ),
    ).toEqual([]);
  });
});

describe("what is broken in part says which", () => {
  test("one of two subnets has no way out", () => {
    const report = traced("auto-scaling", (stack) => {
      const table = add(stack, "aws_route_table", "closed", { vpc_id: vpcId(stack) });
      named(stack, "aws_route_table_association", "private_b").route_table_id = `\${${table}.id}`;
    });
    expect(ofRule(report, "P62")).toMatchObject([
      { share: "1 of 2 subnets", observed: expect.stringMatching(/aws_subnet\.private_b/) },
    ]);
  });

  test("one of two servers has no group of its own", () => {
    const report = traced("inline-groups", (stack) => {
      delete named(stack, "aws_instance", "b").vpc_security_group_ids;
    });
    expect(ofRule(report, "P61")).toMatchObject([{ share: "1 of 2 servers", address: "aws_instance.b" }]);
  });

  test("one of two servers has no public address", () => {
    const report = traced("inline-groups", (stack) => {
      delete named(stack, "aws_subnet", "b").map_public_ip_on_launch;
    });
    expect(ofRule(report, "P62")).toMatchObject([
      { share: "1 of 2 servers", address: "aws_instance.b", attribute: "associate_public_ip_address" },
    ]);
  });

  test("one of two servers never runs its script", () => {
    const report = traced("inline-groups", (stack) => {
      named(stack, "aws_instance", "a").user_data = `  ${String(named(stack, "aws_instance", "a").user_data)}`;
    });
    expect(ofRule(report, "P65")).toMatchObject([
      { share: "1 of 2 servers", address: "aws_instance.a", severity: "error" },
    ]);
  });
});
