import { audience, type Clients } from "../../../../path/analysis/network/audience";
import { coversInternet, rangesOf, without } from "../../../../path/analysis/network/ipv4";
import { passage } from "../../../../path/analysis/network/passage";
import type { Peer, Place } from "../../../../path/analysis/network/places";
import { opensPort, type RuleSet } from "../../../../path/analysis/network/security-rules";
import type { Finding, TraceReport } from "../../../../path/report";
import { trace } from "../../../../path/trace/trace";
import type { SecurityRule } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";
import { type Attr, Unknown } from "../../../../topology/value";
import { baseStack } from "../../../mutants/bases";
import { applyEdits } from "../../../mutants/edits";
import { inlineRule } from "../../../mutants/inline-groups-base";
import { inWords, opensIn } from "../../../mutants/judge";
import type { Base, SynthesizedJson } from "../../../mutants/mutant";
import { classic, inline, tcp } from "../../../mutants/parts/security-groups";
import type { Json } from "../../../mutants/parts/site";
import { add, all, the } from "../../../mutants/pick";

/* P30 to P38: what is right must be called right; mutants.test.ts has what is wrong. */

const OPEN = new Unknown("var.x", "x", "not said");

const named = (stack: SynthesizedJson, type: string, name: string): Json => {
  const found = stack.resource[type]?.[name];
  if (found === undefined) throw new Error(`no ${type}.${name}`);
  return found;
};
const fromBalancer = (stack: SynthesizedJson) =>
  the(stack, "aws_vpc_security_group_ingress_rule", ({ description }) =>
    /from the load balancer/.test(String(description)),
  );
const fromClients = (stack: SynthesizedJson) =>
  all(stack, "aws_vpc_security_group_ingress_rule")
    .filter(({ body }) => /from everyone/.test(String(body.description)))
    .map(({ body }) => body);

function traced(base: Base, change: (stack: SynthesizedJson) => void): TraceReport {
  const stack = baseStack(base);
  change(stack);
  return trace(stack);
}

const errors = ({ findings }: TraceReport) => findings.filter(({ severity }) => severity === "error");
const ids = (report: TraceReport) => [...new Set(errors(report).map(({ id }) => id))];

describe("correct ways to write a rule, each of them ok:", () => {
  const RULES: Readonly<Record<string, readonly [Base, (stack: SynthesizedJson) => void]>> = {
    "all protocols, without ports": [
      "site",
      (stack) => {
        const { body } = fromBalancer(stack);
        body.ip_protocol = "-1";
        delete body.from_port;
        delete body.to_port;
      },
    ],
    "all protocols, from -1 to -1": [
      "auto-scaling",
      (stack) => {
        Object.assign(classic(stack, "app_in"), { protocol: "-1", from_port: -1, to_port: -1 });
      },
    ],
    "all protocols, from 0 to 0": [
      "auto-scaling",
      (stack) => {
        Object.assign(classic(stack, "balancer_out"), { protocol: "-1", from_port: 0, to_port: 0 });
      },
    ],
    "the word all": [
      "auto-scaling",
      (stack) => {
        Object.assign(classic(stack, "app_in"), { protocol: "all", from_port: 0, to_port: 65535 });
      },
    ],
    "TCP in capitals": [
      "site",
      (stack) => {
        fromBalancer(stack).body.ip_protocol = "TCP";
      },
    ],
    "TCP as a number": [
      "auto-scaling",
      (stack) => {
        classic(stack, "app_in").protocol = 6;
      },
    ],
    "ports as texts": [
      "auto-scaling",
      (stack) => {
        Object.assign(classic(stack, "app_in"), { from_port: "8080", to_port: "8080" });
      },
    ],
    "every TCP port": [
      "inline-groups",
      (stack) => {
        inline(stack, "web").ingress = [
          inlineRule(tcp(0, 65535), { security_groups: ["${aws_security_group.alb.id}"] }),
        ];
      },
    ],
    "one block that is no list": [
      "inline-groups",
      (stack) => {
        inline(stack, "web").ingress = inlineRule(tcp(80), { security_groups: ["${aws_security_group.alb.id}"] });
      },
    ],
    "addresses of the whole VPC": [
      "inline-groups",
      (stack) => {
        inline(stack, "web").ingress = [inlineRule(tcp(80), { cidr_blocks: ["172.20.0.0/16"] })];
      },
    ],
    "addresses of the load balancer's subnets, in one rule": [
      "inline-groups",
      (stack) => {
        inline(stack, "web").ingress = [inlineRule(tcp(80), { cidr_blocks: ["172.20.1.0/24", "172.20.2.0/24"] })];
      },
    ],
    "addresses of the load balancer's subnets, in two rules": [
      "auto-scaling",
      (stack) => {
        const { source_security_group_id: _, ...rule } = classic(stack, "app_in");
        delete stack.resource.aws_security_group_rule?.app_in;
        add(stack, "aws_security_group_rule", "from_a", { ...rule, cidr_blocks: ["10.1.0.0/24"] });
        add(stack, "aws_security_group_rule", "from_b", { ...rule, cidr_blocks: ["10.1.1.0/24"] });
      },
    ],
    "all addresses, in halves": [
      "inline-groups",
      (stack) => {
        inline(stack, "alb").ingress = [80, 443].map((port) =>
          inlineRule(tcp(port), { cidr_blocks: ["0.0.0.0/1", "128.0.0.0/1"] }),
        );
      },
    ],
    "addresses of the targets' subnets for what goes out": [
      "auto-scaling",
      (stack) => {
        const { source_security_group_id: _, ...rule } = classic(stack, "balancer_out");
        named(stack, "aws_security_group_rule", "balancer_out").source_security_group_id = undefined;
        Object.assign(classic(stack, "balancer_out"), rule, { cidr_blocks: ["10.1.8.0/21"] });
      },
    ],
    "one group for load balancer and targets, open to itself": [
      "inline-groups",
      (stack) => {
        Object.assign(inline(stack, "alb"), {
          ingress: [
            inlineRule(tcp(80), { cidr_blocks: ["0.0.0.0/0"] }),
            inlineRule(tcp(443), { cidr_blocks: ["0.0.0.0/0"] }),
            { ...inlineRule(tcp(0, 65535), {}), self: true },
          ],
        });
        all(stack, "aws_instance").forEach(({ body }) => {
          body.vpc_security_group_ids = ["${aws_security_group.alb.id}"];
        });
      },
    ],
    "two groups at the load balancer, one for each port": [
      "auto-scaling",
      (stack) => {
        add(stack, "aws_security_group", "https", {
          name: "https",
          description: "HTTPS",
          vpc_id: "${aws_vpc.main.id}",
        });
        classic(stack, "balancer_https").security_group_id = "${aws_security_group.https.id}";
        classic(stack, "app_in").source_security_group_id = "${aws_security_group.https.id}";
        named(stack, "aws_lb", "web").security_groups = [
          "${aws_security_group.balancer.id}",
          "${aws_security_group.https.id}",
        ];
      },
    ],
    "two groups at the targets": [
      "inline-groups",
      (stack) => {
        add(stack, "aws_security_group", "ssh", {
          name: "ssh",
          description: "SSH",
          vpc_id: "${aws_vpc.main.id}",
          ingress: [inlineRule(tcp(22), { cidr_blocks: ["203.0.113.0/24"] })],
        });
        all(stack, "aws_instance").forEach(({ body }) => {
          body.vpc_security_group_ids = ["${aws_security_group.ssh.id}", "${aws_security_group.web.id}"];
        });
      },
    ],
    "an instances' group without anything that goes out, where nothing is installed": [
      "inline-groups",
      (stack) => {
        delete inline(stack, "web").egress;
        all(stack, "aws_instance").forEach(({ body }) => delete body.user_data);
      },
    ],
    "the VPC's default group for load balancer and targets, opened by separate rules": [
      "inline-groups",
      (stack) => {
        const group = "${aws_vpc.main.default_security_group_id}";
        named(stack, "aws_alb", "web").security_groups = [group];
        all(stack, "aws_instance").forEach(({ body }) => {
          body.vpc_security_group_ids = [group];
        });
        for (const port of [80, 443])
          add(stack, "aws_security_group_rule", `open_${port}`, {
            type: "ingress",
            security_group_id: group,
            protocol: "tcp",
            from_port: port,
            to_port: port,
            cidr_blocks: ["0.0.0.0/0"],
          });
      },
    ],
    "inline rules for what goes out, and separate rules for what comes in": [
      "auto-scaling",
      (stack) => {
        delete stack.resource.aws_security_group_rule?.balancer_out;
        named(stack, "aws_security_group", "balancer").egress = [
          inlineRule({ from: 0, to: 0, protocol: "-1" }, { cidr_blocks: ["0.0.0.0/0"] }),
        ];
      },
    ],
    "a range that holds the port and the health check's": [
      "inline-groups",
      (stack) => {
        (named(stack, "aws_alb_target_group", "web").health_check as Json).port = "8080";
        inline(stack, "web").ingress = [
          inlineRule(tcp(80, 8080), { security_groups: ["${aws_security_group.alb.id}"] }),
        ];
      },
    ],
    "a list of unknown addresses next to the load balancer's group": [
      "auto-scaling",
      (stack) => {
        ((stack.data ??= {}).aws_ec2_managed_prefix_list ??= {}).office = { name: "office" };
        add(stack, "aws_security_group_rule", "office", {
          type: "ingress",
          security_group_id: "${aws_security_group.app.id}",
          protocol: "tcp",
          from_port: 8080,
          to_port: 8080,
          prefix_list_ids: ["${data.aws_ec2_managed_prefix_list.office.id}"],
        });
      },
    ],
    "a group of a VPC that is peered": [
      "auto-scaling",
      (stack) => {
        add(stack, "aws_vpc", "other", { cidr_block: "10.9.0.0/16" });
        add(stack, "aws_vpc_peering_connection", "other", {
          vpc_id: "${aws_vpc.main.id}",
          peer_vpc_id: "${aws_vpc.other.id}",
          auto_accept: true,
        });
        add(stack, "aws_route", "other", {
          route_table_id: "${aws_route_table.private.id}",
          destination_cidr_block: "10.9.0.0/16",
          vpc_peering_connection_id: "${aws_vpc_peering_connection.other.id}",
        });
        add(stack, "aws_security_group", "other", {
          name: "other",
          description: "Peered",
          vpc_id: "${aws_vpc.other.id}",
        });
        add(stack, "aws_security_group_rule", "other", {
          type: "ingress",
          security_group_id: "${aws_security_group.app.id}",
          protocol: "tcp",
          from_port: 9000,
          to_port: 9000,
          source_security_group_id: "${aws_security_group.other.id}",
        });
      },
    ],
    "a rule for UDP, reversed ports and other addresses next to the right one": [
      "inline-groups",
      (stack) => {
        inline(stack, "web").ingress = [
          inlineRule({ from: 80, to: 80, protocol: "udp" }, { security_groups: ["${aws_security_group.alb.id}"] }),
          inlineRule(tcp(80), { cidr_blocks: ["192.168.0.0/16"] }),
          inlineRule(tcp(80), { security_groups: ["${aws_security_group.alb.id}"] }),
        ];
      },
    ],
  };

  test.each(Object.entries(RULES))("%s", (_, [base, change]) => {
    const report = traced(base, change);
    expect(inWords(errors(report))).toBe("");
    expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
  });
});

describe("who can reach a load balancer", () => {
  test("an office only: right, and said", () => {
    const report = traced("site", (stack) =>
      fromClients(stack).forEach((body) => {
        body.cidr_ipv4 = "203.0.113.0/24";
      }),
    );
    expect([report.verdict, ids(report)]).toEqual(["ok", []]);
    expect(report.assumed.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^port 443 of aws_lb\.\S+ allows only 203\.0\.113\.0\/24, and clients are among these$/),
    );
  });

  test("CloudFront only, in one rule: right, and said", () => {
    const report = traced("inline-groups", (stack) => {
      inline(stack, "alb").ingress = [{ ...inlineRule(tcp(80, 443), {}), prefix_list_ids: ["pl-3b927c52"] }];
    });
    expect([report.verdict, report.findings]).toEqual(["ok", []]);
    expect(report.assumed.map(({ text }) => text)).toContainEqual(
      expect.stringContaining("allows only prefix list pl-3b927c52"),
    );
  });

  test("an internal load balancer that its VPC can reach is ok, and so is one that a group can reach", () => {
    const internal = (ingress: Json[]) =>
      traced("inline-groups", (stack) => {
        named(stack, "aws_alb", "web").internal = true;
        delete stack.resource.aws_route53_record?.www;
        inline(stack, "alb").ingress = ingress;
      });
    const inVpc = internal([80, 443].map((port) => inlineRule(tcp(port), { cidr_blocks: ["172.20.0.0/16"] })));
    expect([inVpc.verdict, inVpc.paths.map(({ from }) => from), ids(inVpc)]).toEqual(["ok", ["vpc", "vpc"], []]);
    expect(
      ids(
        internal([80, 443].map((port) => inlineRule(tcp(port), { security_groups: ["${aws_security_group.web.id}"] }))),
      ),
    ).toEqual([]);
    expect(ids(internal([]))).toEqual(["P30"]);
  });

  test("by IPv4 nobody, where only IPv6 is let in: broken; but not where the load balancer has no public IPv4 address", () => {
    const report = (type: string) =>
      traced("inline-groups", (stack) => {
        named(stack, "aws_alb", "web").ip_address_type = type;
        inline(stack, "alb").ingress = [80, 443].map((port) => ({
          ...inlineRule(tcp(port), {}),
          ipv6_cidr_blocks: ["::/0"],
        }));
      });
    expect(ids(report("ipv4"))).toContain("P30");
    expect(errors(report("dualstack")).map(({ id, share }) => `${id} ${share}`)).toContain("P30 clients without IPv6");
    expect(ids(report("dualstack-without-public-ipv4"))).not.toContain("P30");
  });

  test("both closed ports are in the one finding", () => {
    const [finding, ...others] = errors(
      traced("inline-groups", (stack) => {
        inline(stack, "alb").ingress = [];
      }),
    );
    expect([finding?.id, finding?.required, others]).toEqual([
      "P30",
      "tcp 80 and 443 from clients on the internet",
      [],
    ]);
  });
});

describe("what the file does not say is unknown, never broken and never ok:", () => {
  const CASES: Readonly<Record<string, readonly [Base, (stack: SynthesizedJson) => void, RegExp]>> = {
    "the load balancer's group is a written id": [
      "auto-scaling",
      (stack) => {
        named(stack, "aws_lb", "web").security_groups = ["sg-0123456789abcdef0"];
      },
      /sg-0123456789abcdef0/,
    ],
    "the targets' group is only read": [
      "auto-scaling",
      (stack) => {
        (stack.data ??= {}).aws_security_group = { app: { name: "app" } };
        named(stack, "aws_launch_template", "app").vpc_security_group_ids = ["${data.aws_security_group.app.id}"];
      },
      /rules are not in the file/,
    ],
    "the targets are open to a list of addresses": [
      "inline-groups",
      (stack) => {
        inline(stack, "web").ingress = [{ ...inlineRule(tcp(80), {}), prefix_list_ids: ["pl-1234"] }];
      },
      /the addresses of pl-1234 are not/,
    ],
    "the targets are open to a written group, while the load balancer's is made here": [
      "inline-groups",
      (stack) => {
        inline(stack, "web").ingress = [inlineRule(tcp(80), { security_groups: ["sg-0123456789abcdef0"] })];
      },
      /which security group sg-0123456789abcdef0 is/,
    ],
    "the targets are open to addresses, and the load balancer's subnets are written ids": [
      "inline-groups",
      (stack) => {
        inline(stack, "web").ingress = [inlineRule(tcp(80), { cidr_blocks: ["172.20.0.0/16"] })];
        named(stack, "aws_alb", "web").subnets = ["subnet-0a", "subnet-0b"];
      },
      /the addresses of subnet-0a are not/,
    ],
    "the rule's addresses are a variable": [
      "inline-groups",
      (stack) => {
        stack.variable = { office: { type: "list(string)" } };
        inline(stack, "alb").ingress = [{ ...inlineRule(tcp(80, 443), {}), cidr_blocks: "${var.office}" }];
      },
      /./,
    ],
    "the rule is for an address that is not known yet": [
      "auto-scaling",
      (stack) => {
        const rule = classic(stack, "app_in");
        delete rule.source_security_group_id;
        rule.cidr_blocks = ["${aws_eip.nat.public_ip}/32"];
      },
      /aws_eip/,
    ],
    "the load balancer is for an address that is not known yet": [
      "auto-scaling",
      (stack) => {
        classic(stack, "balancer_https").cidr_blocks = ["${aws_eip.nat.public_ip}/32"];
      },
      /aws_eip/,
    ],
    "the rule's port is a variable": [
      "auto-scaling",
      (stack) => {
        stack.variable = { port: { type: "number" } };
        Object.assign(classic(stack, "app_in"), { from_port: "${var.port}", to_port: "${var.port}" });
      },
      /./,
    ],
  };

  test.each(Object.entries(CASES))("%s", (_, [base, change, why]) => {
    const report = traced(base, change);
    expect([report.verdict, inWords(errors(report))]).toEqual(["unknown", ""]);
    expect(opensIn(report)).toMatch(why);
  });

  test("but two groups that the file holds are different ones", () => {
    expect(
      ids(
        traced("inline-groups", (stack) => {
          inline(stack, "web").ingress = [inlineRule(tcp(80), { security_groups: ["${aws_security_group.web.id}"] })];
        }),
      ),
    ).toEqual(["P33"]);
  });
});

describe("two mistakes at once", () => {
  test("what comes in and what goes out are both reported", () => {
    expect(
      ids(
        traced("inline-groups", (stack) => {
          inline(stack, "alb").ingress = [];
          delete inline(stack, "alb").egress;
          inline(stack, "web").ingress = [];
        }),
      ).sort(),
    ).toEqual(["P30", "P32", "P33"]);
  });

  test("a load balancer without a group, and targets that are closed", () => {
    expect(
      ids(
        traced("inline-groups", (stack) => {
          delete named(stack, "aws_alb", "web").security_groups;
          inline(stack, "web").ingress = [];
        }),
      ).sort(),
    ).toEqual(["P31", "P33"]);
  });

  test("the traffic port's rule is for udp, and the health check's port has none", () => {
    const { findings } = traced("inline-groups", (stack) => {
      (named(stack, "aws_alb_target_group", "web").health_check as Json).port = 8081;
      inline(stack, "web").ingress = [
        inlineRule({ from: 80, to: 80, protocol: "udp" }, { security_groups: ["${aws_security_group.alb.id}"] }),
      ];
    });
    expect(
      findings
        .filter(({ id }) => id !== "P65")
        .map(({ id, severity }) => `${id} ${severity}`)
        .sort(),
    ).toEqual(["P34 warning", "P35 error"]);
  });

  test("without a rule for either port P33 opens both at once", () => {
    const stack = baseStack("inline-groups");
    (named(stack, "aws_alb_target_group", "web").health_check as Json).port = 8081;
    inline(stack, "web").ingress = [];
    const [finding, ...others] = errors(trace(stack)) as [Finding, ...Finding[]];
    expect([finding.id, finding.required, others]).toEqual([
      "P33",
      "tcp 80 (requests) and tcp 8081 (health checks) from aws_security_group.alb",
      [],
    ]);
    applyEdits(stack, finding.fix.edits);
    expect(ids(trace(stack))).toEqual([]);
  });
});

test("one target of two: the share is reported", () => {
  const [finding] = errors(
    traced("inline-groups", (stack) => {
      add(stack, "aws_security_group", "closed", {
        name: "closed",
        description: "Closed",
        vpc_id: "${aws_vpc.main.id}",
        egress: [inlineRule({ from: 0, to: 0, protocol: "-1" }, { cidr_blocks: ["0.0.0.0/0"] })],
      });
      named(stack, "aws_instance", "b").vpc_security_group_ids = ["${aws_security_group.closed.id}"];
    }),
  );
  expect([finding?.id, finding?.address, finding?.share]).toEqual([
    "P33",
    "aws_security_group.closed",
    "1 of 2 targets",
  ]);
});

test(
  "targets by their addresses: what has them is assumed to let the load balancer in, but the load balancer must be let out " +
    "to them",
  () => {
    const report = (cidr: string) =>
      traced("inline-groups", (stack) => {
        named(stack, "aws_alb_target_group", "web").target_type = "ip";
        for (const name of ["a", "b"])
          Object.assign(named(stack, "aws_alb_target_group_attachment", name), {
            target_id: name === "a" ? "172.20.1.7" : "172.20.2.7",
          });
        inline(stack, "alb").egress = [inlineRule(tcp(80), { cidr_blocks: [cidr] })];
      });
    expect(ids(report("172.20.0.0/16"))).toEqual([]);
    expect(report("172.20.0.0/16").assumed.map(({ text }) => text)).toContain(
      "the host at 172.20.1.7 allows inbound traffic from the load balancer",
    );
    const [finding] = errors(report("172.20.1.0/24"));
    expect([finding?.id, finding?.share]).toEqual(["P32", "1 of 2 targets"]);
  },
);

test("a target by its IPv6 address: what goes out to it is not looked at", () => {
  const report = traced("inline-groups", (stack) => {
    named(stack, "aws_alb_target_group", "web").target_type = "ip";
    for (const name of ["a", "b"])
      named(stack, "aws_alb_target_group_attachment", name).target_id = `2001:db8::${name}`;
    inline(stack, "alb").egress = [{ ...inlineRule(tcp(80), {}), ipv6_cidr_blocks: ["2001:db8::/64"] }];
  });
  expect(ids(report)).toEqual([]);
});

test(
  "a rule for every port from a private network is not taken for one that should have been the load balancer's, " +
    "unless it is the only one",
  () => {
    const report = (...more: Json[]) =>
      ids(
        traced("inline-groups", (stack) => {
          inline(stack, "web").ingress = [
            inlineRule({ from: 0, to: 0, protocol: "-1" }, { cidr_blocks: ["10.50.0.0/16"] }),
            ...more,
          ];
        }),
      );
    expect(report(inlineRule(tcp(22), { cidr_blocks: ["203.0.113.0/24"] }))).toEqual(["P33"]);
    expect(report()).toEqual(["P35"]);
  },
);

describe("reachability, by itself", () => {
  const topology = readTopology({ resource: {}, terraform: {} });
  const rule = (more: Partial<SecurityRule>): SecurityRule => ({
    address: "aws_security_group_rule.x",
    attribute: "",
    protocol: "tcp",
    fromPort: 80,
    toPort: 80,
    cidrs: { items: [] },
    ipv6Cidrs: { items: [] },
    groupIds: { items: [] },
    prefixListIds: { items: [] },
    ...more,
  });
  const set = (...rules: SecurityRule[]): RuleSet => ({ direction: "ingress", groups: [], rules });
  const place = (cidr: string, isExact = true): Place => ({ ranges: rangesOf(cidr), isExact, why: OPEN });
  const peer = (...places: Place[]): Peer => ({ groupIds: { items: ["sg-1"] }, places });

  test.each<[string, Partial<SecurityRule>, Attr<number>, boolean | Unknown]>([
    ["a range with the port", { fromPort: 1, toPort: 100 }, 80, true],
    ["a range next to it", { fromPort: 81, toPort: 100 }, 80, false],
    ["a reversed range", { fromPort: 100, toPort: 1 }, 80, false],
    ["port 0 is not every port", { fromPort: 0, toPort: 0 }, 80, false],
    ["udp", { protocol: "udp" }, 80, false],
    ["icmp", { protocol: "icmp", fromPort: -1, toPort: -1 }, 80, false],
    ["an unknown protocol", { protocol: OPEN }, 80, OPEN],
    ["an unknown first port", { fromPort: OPEN }, 80, OPEN],
    ["all, whatever the ports", { protocol: "-1", fromPort: OPEN, toPort: undefined }, 80, true],
    ["every port, for a port that is not known", { fromPort: 0, toPort: 65535 }, OPEN, true],
    ["one port, for a port that is not known", {}, OPEN, OPEN],
  ])("%s", (_, more, port, expected) => {
    expect(opensPort(rule(more), port)).toBe(expected);
  });

  test("addresses: all, one of two, none", () => {
    const cidrs = (...items: string[]) => set(rule({ cidrs: { items } }));
    const two = peer(place("10.0.0.0/24"), place("10.0.1.0/24"));
    expect(passage(topology, cidrs("10.0.0.0/23"), 80, two)).toEqual({ answer: "yes" });
    expect(passage(topology, cidrs("10.0.0.0/25", "10.0.0.128/25"), 80, two)).toEqual({
      answer: "partly",
      places: 1,
      of: 2,
    });
    expect(passage(topology, cidrs("10.0.2.0/23"), 80, two)).toEqual({ answer: "no" });
  });

  test("only what could change the answer leaves it open", () => {
    const doubtful = rule({ cidrs: { items: [], open: OPEN } });
    const sure = rule({ groupIds: { items: ["sg-1"] } });
    expect(passage(topology, set(doubtful), 80, peer(place("10.0.0.0/24")))).toEqual({ answer: "open", why: OPEN });
    expect(passage(topology, set(doubtful, sure), 80, peer(place("10.0.0.0/24")))).toEqual({ answer: "yes" });
    expect(passage(topology, set({ ...doubtful, fromPort: 22, toPort: 22 }), 80, peer(place("10.0.0.0/24")))).toEqual({
      answer: "no",
    });
    expect(
      passage(topology, set(rule({ fromPort: OPEN, groupIds: { items: ["sg-2"] } })), 80, peer(place("10.0.0.0/24"))),
    ).toEqual({ answer: "no" });
    expect(passage(topology, { ...set(), open: OPEN }, 80, peer(place("10.0.0.0/24")))).toEqual({
      answer: "open",
      why: OPEN,
    });
  });

  test("a place that is only known to lie somewhere: all of it, perhaps, never", () => {
    const cidr = (it: string) =>
      passage(topology, set(rule({ cidrs: { items: [it] } })), 80, peer(place("10.0.0.0/16", false)));
    expect([cidr("10.0.0.0/8"), cidr("10.0.3.0/24"), cidr("192.168.0.0/16")]).toEqual([
      { answer: "yes" },
      { answer: "open", why: OPEN },
      { answer: "no" },
    ]);
  });

  test("clients: everyone, some, nobody", () => {
    const clients: Clients = { from: "internet", vpc: undefined, isIpv6Only: false };
    const of = (...items: string[]) => audience(topology, set(rule({ cidrs: { items } })), 80, clients);
    expect([of("0.0.0.0/0"), of("198.51.100.0/24"), of("10.0.0.0/8"), of()]).toEqual([
      { answer: "everyone" },
      { answer: "some", who: ["198.51.100.0/24"] },
      { answer: "nobody" },
      { answer: "nobody" },
    ]);
  });

  test("ranges", () => {
    expect(["10.0.0.0/8", "10.0.0.1", "10.1/16", "::/0", "x", "300.0.0.0/8"].map((it) => rangesOf(it).length)).toEqual([
      1, 1, 0, 0, 0, 0,
    ]);
    expect(
      without({ first: 0, last: 9 }, [
        { first: 2, last: 3 },
        { first: 3, last: 5 },
        { first: 8, last: 20 },
      ]),
    ).toEqual([
      { first: 0, last: 1 },
      { first: 6, last: 7 },
    ]);
    expect([
      coversInternet(rangesOf("0.0.0.0/0")),
      coversInternet(["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"].flatMap(rangesOf)),
      coversInternet(rangesOf("0.0.0.0/1")),
    ]).toEqual([true, true, false]);
  });
});
