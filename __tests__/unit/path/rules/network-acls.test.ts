import { decide } from "../../../../path/analysis/network/acl-decisions";
import { EVERY_ADDRESS, type Range, rangesOf } from "../../../../path/analysis/network/ipv4";
import type { TraceReport } from "../../../../path/report";
import { trace } from "../../../../path/trace/trace";
import type { AclEntry } from "../../../../topology/model";
import { Unknown } from "../../../../topology/value";
import { baseStack } from "../../../mutants/bases";
import { inWords, opensIn } from "../../../mutants/judge";
import type { Base, SynthesizedJson } from "../../../mutants/mutant";
import { EVERYTHING } from "../../../mutants/parts/network-acls";
import { add, all, the } from "../../../mutants/pick";

/* P39 and P40: what is right must be called right; mutants.test.ts has what is wrong. */

interface Entry {
  readonly number: number | string;
  readonly action?: string;
  readonly protocol?: string;
  readonly cidr?: string;
  readonly ports?: readonly [number, number];
}

const VPC = "10.0.0.0/16";

const block = ({ number, action = "allow", protocol, cidr = "0.0.0.0/0", ports }: Entry) => ({
  rule_no: number,
  action,
  protocol: protocol ?? (ports === undefined ? "-1" : "tcp"),
  cidr_block: cidr,
  from_port: ports?.[0] ?? 0,
  to_port: ports?.[1] ?? 0,
});
const subnets = (stack: SynthesizedJson, isPublic: boolean) =>
  all(stack, "aws_subnet")
    .filter(({ address }) => /public|aws_subnet\.[ab]$/.test(address) === isPublic)
    .map(({ address }) => `\${${address}.id}`);

function addAcl(
  stack: SynthesizedJson,
  name: string,
  ids: readonly string[],
  ingress: readonly Entry[],
  egress: readonly Entry[],
): void {
  add(stack, "aws_network_acl", name, {
    vpc_id: `\${${the(stack, "aws_vpc").address}.id}`,
    subnet_ids: ids,
    ingress: ingress.map(block),
    egress: egress.map(block),
  });
}

function traced(base: Base, change: (stack: SynthesizedJson) => void): TraceReport {
  const stack = baseStack(base);
  change(stack);
  return trace(stack);
}

const errors = ({ findings }: TraceReport) => findings.filter(({ severity }) => severity === "error");
const found = (report: TraceReport) =>
  errors(report).map(({ id, address, attribute }) => `${id} ${address} ${attribute}`);

/** Entries as AWS describes them for a load balancer and its targets, and no others. */
function rightPair(stack: SynthesizedJson): void {
  addAcl(
    stack,
    "balancer",
    subnets(stack, true),
    [
      { number: 100, ports: [80, 80] },
      { number: 110, ports: [443, 443] },
      { number: 120, ports: [1024, 65535], cidr: VPC },
    ],
    [
      { number: 100, ports: [80, 80], cidr: VPC },
      { number: 110, ports: [1024, 65535] },
    ],
  );
  addAcl(
    stack,
    "targets",
    subnets(stack, false),
    [
      { number: 100, ports: [80, 80], cidr: "10.0.0.0/17" },
      { number: 110, ports: [1024, 65535] },
    ],
    [
      { number: 100, ports: [443, 443] },
      { number: 110, ports: [1024, 65535], cidr: "10.0.0.0/17" },
    ],
  );
}

describe("correct network ACLs, each of them ok:", () => {
  const ACLS: Readonly<Record<string, readonly [Base, (stack: SynthesizedJson) => void]>> = {
    "a pair with no entry too many": ["site", rightPair],
    "a pair that knows the subnets one by one": [
      "site",
      (stack) => {
        const each = (cidrs: readonly string[], ports: readonly [number, number], from: number) =>
          cidrs.map((cidr, index) => ({ number: from + index, ports, cidr }));
        const [own, others] = [
          ["10.0.0.0/20", "10.0.16.0/20"],
          ["10.0.128.0/20", "10.0.144.0/20"],
        ];
        addAcl(
          stack,
          "balancer",
          subnets(stack, true),
          [{ number: 1, ports: [80, 443] }, ...each(others, [1024, 65535], 10)],
          [...each(others, [80, 80], 10), { number: 20, ports: [1024, 65535] }],
        );
        addAcl(
          stack,
          "targets",
          subnets(stack, false),
          [...each(own, [80, 80], 10), { number: 20, ports: [1024, 65535] }],
          [{ number: 1, ports: [443, 443] }, ...each(own, [1024, 65535], 10)],
        );
      },
    ],
    "everything, as AWS's own ACL has it": [
      "auto-scaling",
      (stack) => addAcl(stack, "all", [...subnets(stack, true), ...subnets(stack, false)], [EVERYTHING], [EVERYTHING]),
    ],
    "an adopted default ACL without entries, where every subnet has another": [
      "auto-scaling",
      (stack) => {
        add(stack, "aws_default_network_acl", "closed", {
          default_network_acl_id: `\${${the(stack, "aws_vpc").address}.default_network_acl_id}`,
        });
        addAcl(stack, "all", [...subnets(stack, true), ...subnets(stack, false)], [EVERYTHING], [EVERYTHING]);
      },
    ],
    "an adopted default ACL that allows what it did": [
      "auto-scaling",
      (stack) => {
        add(stack, "aws_default_network_acl", "same", {
          default_network_acl_id: `\${${the(stack, "aws_vpc").address}.default_network_acl_id}`,
          ingress: [block(EVERYTHING)],
          egress: [block(EVERYTHING)],
        });
      },
    ],
    "an entry that keeps one client out": [
      "site",
      (stack) =>
        addAcl(
          stack,
          "balancer",
          subnets(stack, true),
          [{ number: 1, action: "deny", cidr: "198.51.100.7/32" }, EVERYTHING],
          [{ number: 1, action: "deny", cidr: "198.51.100.7/32" }, EVERYTHING],
        ),
    ],
    "a deny after the entry that allows": [
      "site",
      (stack) =>
        addAcl(
          stack,
          "targets",
          subnets(stack, false),
          [EVERYTHING, { number: 200, action: "deny" }],
          [EVERYTHING, { number: 200, action: "DENY" }],
        ),
    ],
    "a deny of another port": [
      "site",
      (stack) =>
        addAcl(
          stack,
          "targets",
          subnets(stack, false),
          [{ number: 1, action: "deny", ports: [22, 22] }, EVERYTHING],
          [EVERYTHING],
        ),
    ],
    "a deny of remote desktops, whose port lies among those of answers": [
      "site",
      (stack) => {
        for (const isPublic of [true, false])
          addAcl(
            stack,
            isPublic ? "balancer" : "targets",
            subnets(stack, isPublic),
            [{ number: 1, action: "deny", ports: [3389, 3389] }, EVERYTHING],
            [EVERYTHING],
          );
      },
    ],
    "a deny for IPv6 only": [
      "site",
      (stack) => {
        addAcl(stack, "targets", subnets(stack, false), [EVERYTHING], [EVERYTHING]);
        const acl = stack.resource.aws_network_acl?.targets as { ingress: Record<string, unknown>[] };
        acl.ingress.push({
          rule_no: 1,
          action: "deny",
          protocol: "-1",
          from_port: 0,
          to_port: 0,
          ipv6_cidr_block: "::/0",
        });
      },
    ],
    "TCP as a number, in two entries of half the ports each": [
      "site",
      (stack) =>
        addAcl(
          stack,
          "targets",
          subnets(stack, false),
          [EVERYTHING],
          [
            { number: 1, protocol: "6", ports: [0, 30000] },
            { number: 2, protocol: "6", ports: [30001, 65535] },
          ],
        ),
    ],
    "load balancer and target in one and the same subnet, which no packet between them leaves": [
      "inline-groups",
      (stack) => {
        // One target in each of the load balancer's subnets crosses; so all are moved to one, and the other is left to the
        // load balancer.
        const acl = [
          { number: 100, ports: [80, 443] },
          { number: 110, ports: [1024, 65535] },
        ] as const;
        addAcl(stack, "all", subnets(stack, true), acl, [
          { number: 100, ports: [80, 80] },
          { number: 105, ports: [443, 443] },
          { number: 110, ports: [1024, 65535] },
        ]);
      },
    ],
  };

  test.each(Object.entries(ACLS))("%s", (_, [base, change]) => {
    const report = traced(base, change);
    expect(inWords(errors(report))).toBe("");
    expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
  });

  test("answers to clients on high ports only, as AWS's examples have it: ok, with what it assumes", () => {
    const report = traced("site", (stack) =>
      addAcl(
        stack,
        "balancer",
        subnets(stack, true),
        [EVERYTHING],
        [
          { number: 100, ports: [32768, 65535] },
          { number: 110, ports: [80, 80], cidr: VPC },
        ],
      ),
    );
    expect([report.verdict, found(report)]).toEqual(["ok", []]);
    expect(report.assumed.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^clients connect from port 32768 or above/),
    );
  });

  test("the same between load balancer and targets is broken, as the load balancer takes any port from 1024", () => {
    expect(
      found(
        traced("site", (stack) =>
          addAcl(
            stack,
            "targets",
            subnets(stack, false),
            [EVERYTHING],
            [
              { number: 100, ports: [32768, 65535] },
              { number: 110, ports: [443, 443] },
            ],
          ),
        ),
      ),
    ).toEqual(["P39 aws_network_acl.targets egress"]);
  });
});

describe("each packet that the right pair lets through is looked for:", () => {
  test.each<[string, "balancer" | "targets", "ingress" | "egress", number]>([
    ["requests from clients on 443", "balancer", "ingress", 110],
    ["responses from the targets", "balancer", "ingress", 120],
    ["requests to the targets", "balancer", "egress", 100],
    ["responses to clients", "balancer", "egress", 110],
    ["requests of the load balancer", "targets", "ingress", 100],
    ["responses to the load balancer", "targets", "egress", 110],
  ])("%s", (_, name, direction, number) => {
    const without = (stack: SynthesizedJson) => {
      rightPair(stack);
      const acl = stack.resource.aws_network_acl?.[name] as Record<string, { rule_no: number }[]>;
      acl[direction] = (acl[direction] ?? []).filter(({ rule_no }) => rule_no !== number);
    };
    const report = traced("site", without);
    expect(found(report)).toEqual([`P39 aws_network_acl.${name} ${direction}`]);
  });

  test.each(["ELB", "EC2"])(
    "the health check's port, where it is another one, at which an Auto Scaling group looks or not (%s)",
    (type) => {
      const report = traced("auto-scaling", (stack) => {
        the(stack, "aws_autoscaling_group").body.health_check_type = type;
        (the(stack, "aws_lb_target_group").body.health_check as Record<string, unknown>).port = "9000";
        for (const rule of [
          stack.resource.aws_security_group_rule?.balancer_out,
          stack.resource.aws_security_group_rule?.app_in,
        ])
          Object.assign(rule ?? {}, { to_port: 9000 });
        addAcl(
          stack,
          "targets",
          subnets(stack, false),
          [
            { number: 100, ports: [8080, 8080] },
            { number: 110, ports: [10000, 65535] },
          ],
          [EVERYTHING],
        );
      });
      const [finding] = report.findings.filter(({ id }) => id === "P39");
      expect(finding?.required).toBe("inbound tcp 9000 (health checks from the load balancer)");
      // While no target is healthy, the load balancer sends requests to all.
      expect([finding?.severity, report.verdict]).toEqual(type === "ELB" ? ["error", "broken"] : ["warning", "ok"]);
    },
  );

  test("the share is reported if one of two subnets is affected", () => {
    const [finding] = errors(
      traced("site", (stack) => addAcl(stack, "one", subnets(stack, true).slice(1), [EVERYTHING], [])),
    );
    expect([finding?.id, finding?.share]).toEqual(["P39", "1 of 2 of the load balancer's subnets"]);
  });

  test("an early deny and a missing entry are both reported", () => {
    expect(
      found(
        traced("site", (stack) =>
          addAcl(
            stack,
            "targets",
            subnets(stack, false),
            [{ number: 50, action: "deny", cidr: "10.0.0.0/17" }, EVERYTHING],
            [],
          ),
        ),
      ),
    ).toEqual(["P39 aws_network_acl.targets egress", "P40 aws_network_acl.targets ingress[0].rule_no"]);
  });
});

describe("what the file does not say", () => {
  test("an entry's number that is a variable makes it unknown, if it decides", () => {
    const report = traced("site", (stack) => {
      stack.variable = { first: { type: "number" } };
      addAcl(
        stack,
        "targets",
        subnets(stack, false),
        [{ number: "${var.first}", action: "deny", ports: [80, 80] }, EVERYTHING],
        [{ number: "${var.first}", action: "deny", ports: [25, 25] }, EVERYTHING],
      );
    });
    expect([report.verdict, found(report)]).toEqual(["unknown", []]);
  });

  test("the ACLs of written subnets are assumed to let all pass", () => {
    const report = traced("auto-scaling", (stack) => {
      the(stack, "aws_lb").body.subnets = ["subnet-0a", "subnet-0b"];
    });
    expect(found(report)).toEqual([]);
    expect(report.assumed.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^the network ACLs of subnets that the file does not create allow requests and responses/),
    );
  });
});

describe("entries, by themselves", () => {
  const OPEN = new Unknown("var.x", "x", "not said");
  const entry = (more: Partial<AclEntry>): AclEntry => ({
    address: "aws_network_acl.x",
    attribute: "",
    number: 1,
    allow: true,
    protocol: "-1",
    cidr: "0.0.0.0/0",
    ipv6Cidr: undefined,
    fromPort: 0,
    toPort: 0,
    ...more,
  });
  const [inside] = rangesOf("10.0.0.0/24") as [Range];
  const packets = { addresses: inside, ports: { first: 1024, last: 65535 } };

  test("the lowest number decides", () => {
    expect(decide([entry({}), entry({ allow: false })], packets).denied).toEqual([]);
    const deny = entry({ allow: false });
    expect(decide([deny, entry({})], packets).denied).toEqual([{ ...packets, by: deny }]);
  });

  test("without any entry nothing passes", () => {
    expect(decide([], packets).denied).toEqual([packets]);
  });

  test("what is left of an entry is denied in pieces", () => {
    const allowed = entry({ protocol: "tcp", cidr: "10.0.0.128/25", fromPort: 2000, toPort: 65535 });
    expect(decide([allowed], packets).denied).toEqual([
      { addresses: { first: inside.first, last: inside.first + 127 }, ports: packets.ports },
      { addresses: { first: inside.first + 128, last: inside.last }, ports: { first: 1024, last: 1999 } },
    ]);
  });

  test("what is not known counts only where it could decide", () => {
    expect(decide([entry({}), entry({ allow: OPEN })], packets).open).toBeUndefined();
    expect(decide([entry({ allow: OPEN }), entry({})], packets).open).toBe(OPEN);
    expect(decide([entry({ allow: OPEN, cidr: "192.168.0.0/16" }), entry({})], packets).open).toBeUndefined();
    expect(decide([entry({ cidr: "${aws_eip.nat.public_ip}/32" })], packets).open?.why).toBe(
      "the file does not contain the value of ${aws_eip.nat.public_ip}/32",
    );
  });

  test("ten thousand entries take no longer than AWS's forty would", () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      entry({
        number: index,
        protocol: "tcp",
        cidr: `10.${index % 250}.${Math.floor(index / 250)}.0/24`,
        fromPort: index,
        toPort: index + 1,
      }),
    );
    const before = process.hrtime.bigint();
    decide(many, { addresses: EVERY_ADDRESS, ports: { first: 0, last: 65535 } });
    expect(Number(process.hrtime.bigint() - before) / 1e6).toBeLessThan(500);
  });
});
