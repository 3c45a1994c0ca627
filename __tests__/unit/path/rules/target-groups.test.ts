import type { TraceReport } from "../../../../path/report";
import { trace } from "../../../../path/trace/trace";
import { codesOf } from "../../../../topology/health-check-values";
import { baseStack } from "../../../mutants/bases";
import { applyEdits } from "../../../mutants/edits";
import { opensIn } from "../../../mutants/judge";
import type { Base, SynthesizedJson } from "../../../mutants/mutant";
import { arnOf } from "../../../mutants/parts/listeners";
import { balancerOf, groupOf, httpsOf, type Json, typeOf } from "../../../mutants/parts/site";
import { attachmentsOf, check } from "../../../mutants/parts/target-groups";
import { add, all, copyOf, the } from "../../../mutants/pick";

/*
 * P48 to P60, less P50. The mutants show that each mistake is found; here are the correct stacks that look like one,
 * and the rules that terraform itself refuses.
 */

type Change = (stack: SynthesizedJson) => void;

function traced(base: Base, change: Change): TraceReport {
  const stack = baseStack(base);
  change(stack);
  return trace(stack);
}

/** A target group of its own in addition to the first; it gives its ARN. */
function addGroup(stack: SynthesizedJson, name: string, settings: Json = {}): string {
  const { body } = groupOf(stack);
  return (
    `\${` +
    `${add(stack, typeOf(stack, "aws_lb_target_group"), name, { ...copyOf(body), ...(body.name === undefined ? {} : { name }), ...settings })}` +
    ".arn}"
  );
}

function weighted(...groups: { arn: string; weight: number }[]): Json[] {
  return [{ type: "forward", forward: { target_group: groups } }];
}

/** No instances, as another root has them. */
function withoutServers(stack: SynthesizedJson): void {
  for (const type of ["aws_instance", "aws_lb_target_group_attachment", "aws_autoscaling_group", "aws_launch_template"])
    delete stack.resource[type];
  delete (stack.output as Json | undefined)?.instance_ids;
}

const OWN_RULES = ["P48", "P49", "P51", "P52", "P53", "P54", "P55", "P56", "P57", "P58", "P59", "P60"];
const reported = ({ findings }: TraceReport): string[] =>
  findings
    .filter(({ id, severity }) => OWN_RULES.includes(id) || severity === "error")
    .map(({ id, address, attribute, observed }) => `${id} ${address} ${attribute}: ${observed}`);

describe("nothing is said of a correct stack in which", () => {
  test.each<[what: string, base: Base, change: Change]>([
    [
      "attachments have the group's own port",
      "site",
      (stack) => {
        for (const { body } of attachmentsOf(stack)) body.port = 80;
      },
    ],
    ["attachments have no port, and their group another than 80", "auto-scaling", () => {}],
    [
      "one attachment has a port that the script serves as well",
      "inline-groups",
      (stack) => {
        for (const { body } of attachmentsOf(stack)) body.port = 8080;
        const web = the(stack, "aws_security_group", ({ name }) => name === "web").body;
        const [rule] = web.ingress as Json[];
        web.ingress = [rule, { ...copyOf(rule as Json), from_port: 8080, to_port: 8080 }];
        for (const { body } of all(stack, "aws_instance"))
          body.user_data = String(body.user_data)
            .replace("systemctl", "echo 'Listen 8080' >> /etc/httpd/conf/httpd.conf\nsystemctl")
            .replace(
              "echo 'Listen 8080' >>",
              "cat >> /etc/httpd/conf.d/more.conf <<'CONF'\nListen 80\nListen 8080\nCONF\ntrue",
            );
      },
    ],
    [
      "a second group waits with no weight for a deployment",
      "site",
      (stack) => {
        const green = addGroup(stack, "green");
        httpsOf(stack).body.default_action = weighted(
          { arn: arnOf(the(stack, "aws_lb_target_group", ({ name }) => name !== "green")), weight: 100 },
          { arn: green, weight: 0 },
        );
      },
    ],
    [
      "an empty group is there for later",
      "site",
      (stack) => {
        addGroup(stack, "later");
      },
    ],
    [
      "a deployment moves the listener between two groups",
      "site",
      (stack) => {
        addGroup(stack, "green");
        const [one] = attachmentsOf(stack);
        add(stack, "aws_lb_target_group_attachment", "green", {
          ...copyOf(one?.body as Json),
          target_group_arn: "${aws_lb_target_group.green.arn}",
        });
        add(stack, "aws_codedeploy_deployment_group", "site", {
          app_name: "site",
          deployment_group_name: "site",
          service_role_arn: "arn:aws:iam::123456789012:role/deploy",
          load_balancer_info: {
            target_group_pair_info: {
              prod_traffic_route: { listener_arns: [arnOf(httpsOf(stack))] },
              target_group: [{ name: "green" }, { name: "blue" }],
            },
          },
        });
      },
    ],
    [
      "a group is used by a rule only",
      "auto-scaling",
      (stack) => {
        const group = groupOf(stack);
        httpsOf(stack).body.default_action = [
          {
            type: "fixed-response",
            fixed_response: { content_type: "text/plain", message_body: "no", status_code: "404" },
          },
        ];
        add(stack, "aws_lb_listener_rule", "site", {
          listener_arn: arnOf(httpsOf(stack)),
          priority: 1,
          condition: [{ host_header: { values: ["www.example.com"] } }],
          action: [{ type: "forward", target_group_arn: arnOf(group) }],
        });
      },
    ],
    [
      "a group is used by a rule of a listener that another root has",
      "auto-scaling",
      (stack) => {
        addGroup(stack, "second");
        for (const { body } of all(stack, "aws_autoscaling_group"))
          body.target_group_arns = [...(body.target_group_arns as string[]), "${aws_lb_target_group.second.arn}"];
        add(stack, "aws_lb_listener_rule", "second", {
          listener_arn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/shared/1/2",
          priority: 7,
          condition: [{ path_pattern: { values: ["/second/*"] } }],
          action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.second.arn}" }],
        });
      },
    ],
    [
      "an Auto Scaling group is linked by an attachment",
      "auto-scaling",
      (stack) => {
        const { body, address } = the(stack, "aws_autoscaling_group");
        delete body.target_group_arns;
        add(stack, "aws_autoscaling_attachment", "app", {
          autoscaling_group_name: `\${${address}.name}`,
          lb_target_group_arn: arnOf(groupOf(stack)),
        });
      },
    ],
    [
      "an Auto Scaling group is linked as a traffic source",
      "auto-scaling",
      (stack) => {
        const { body, address } = the(stack, "aws_autoscaling_group");
        delete body.target_group_arns;
        add(stack, "aws_autoscaling_traffic_source_attachment", "app", {
          autoscaling_group_name: `\${${address}.id}`,
          traffic_source: { identifier: arnOf(groupOf(stack)), type: "elbv2" },
        });
      },
    ],
    [
      "targets are registered by their addresses in a group of addresses",
      "site",
      (stack) => {
        groupOf(stack).body.target_type = "ip";
        for (const { body } of attachmentsOf(stack))
          body.target_id = String(body.target_id).replace(/\.id\}$/, ".private_ip}");
      },
    ],
    ["the codes are several and ranges", "site", (stack) => check(stack, { matcher: "200,204,301-302,499" })],
    [
      "gRPC has its own codes, and AWS's own where none are named",
      "auto-scaling",
      (stack) => {
        Object.assign(groupOf(stack).body, {
          protocol_version: "GRPC",
          health_check: { path: "/grpc.health.v1.Health/Check" },
        });
      },
    ],
    ["the timeout is just shorter than the interval", "site", (stack) => check(stack, { interval: 6, timeout: 5 })],
    ["a check has neither timeout nor interval", "inline-groups", (stack) => check(stack, {})],
    [
      "a network load balancer's group is checked by TCP, with codes of no HTTP",
      "site",
      (stack) => {
        add(stack, "aws_lb", "net", {
          name: "net",
          load_balancer_type: "network",
          internal: true,
          subnets: balancerOf(stack).body.subnets,
        });
        add(stack, "aws_lb_target_group", "net", {
          name: "net",
          port: 5432,
          protocol: "TCP",
          vpc_id: groupOf(stack).body.vpc_id,
          health_check: { protocol: "TCP", interval: 10, timeout: 10 },
        });
        add(stack, "aws_lb_listener", "net", {
          load_balancer_arn: "${aws_lb.net.arn}",
          port: 5432,
          protocol: "TCP",
          default_action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.net.arn}" }],
        });
      },
    ],
    [
      "a function's group has no port and no VPC",
      "site",
      (stack) => {
        add(stack, "aws_lb_target_group", "function", { name: "function", target_type: "lambda" });
        add(stack, "aws_lb_target_group_attachment", "function", {
          target_group_arn: "${aws_lb_target_group.function.arn}",
          target_id: "arn:aws:lambda:us-east-1:123456789012:function:f",
        });
        add(stack, "aws_lb_listener_rule", "function", {
          listener_arn: arnOf(httpsOf(stack)),
          priority: 1,
          condition: [{ path_pattern: { values: ["/f"] } }],
          action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.function.arn}" }],
        });
      },
    ],
    [
      "names are as long as they may be",
      "site",
      (stack) => {
        groupOf(stack).body.name = "a".repeat(32);
      },
    ],
    ["nobody says how long targets drain, as AWS's time does", "inline-groups", () => {}],
    [
      "the delay suits long requests",
      "site",
      (stack) => {
        balancerOf(stack).body.idle_timeout = 600;
        groupOf(stack).body.deregistration_delay = "600";
      },
    ],
    [
      "the delay is short, as requests are",
      "site",
      (stack) => {
        groupOf(stack).body.deregistration_delay = "10";
      },
    ],
    [
      "the check's path is one that the script does not name, and an application answers it",
      "auto-scaling",
      (stack) => {
        check(stack, { path: "/healthz" });
        const [template] = Object.values(stack.resource.aws_launch_template ?? {});
        if (template !== undefined)
          template.user_data = Buffer.from(
            "#!/bin/bash\ndnf install -y nginx nodejs\ncat > /etc/nginx/conf.d/a.conf <<'C'\nserver {\n  " +
              "listen 8080;\n  location / { proxy_pass http://127.0.0.1:3000; }\n}\nC\nsystemctl enable --now " +
              "nginx\n",
          ).toString("base64");
      },
    ],
    [
      "the image of the instances brings the application",
      "auto-scaling",
      (stack) => {
        const [template] = Object.values(stack.resource.aws_launch_template ?? {});
        delete template?.user_data;
      },
    ],
    [
      "another VPC is there for something else",
      "site",
      (stack) => {
        add(stack, "aws_vpc", "other", { cidr_block: "10.99.0.0/16" });
        add(stack, "aws_lb_target_group", "other", {
          name: "other",
          port: 80,
          protocol: "HTTP",
          vpc_id: "${aws_vpc.other.id}",
        });
      },
    ],
  ])("%s", (_, base, change) => {
    const report = traced(base, change);
    expect(reported(report)).toEqual([]);
    expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
  });
});

describe("it is unknown, not broken,", () => {
  test.each<[what: string, base: Base, change: Change]>([
    ["who registers, where the file has no machines", "auto-scaling", withoutServers],
    [
      "who registers, where the only machine is a bastion",
      "site",
      (stack) => {
        withoutServers(stack);
        const group = add(stack, "aws_security_group", "bastion", {
          name: "bastion",
          vpc_id: groupOf(stack).body.vpc_id,
          ingress: [{ from_port: 22, to_port: 22, protocol: "tcp", cidr_blocks: ["203.0.113.0/24"] }],
        });
        add(stack, "aws_instance", "bastion", {
          ami: "ami-0123456789abcdef0",
          instance_type: "t3.micro",
          subnet_id: (balancerOf(stack).body.subnets as string[])[0],
          vpc_security_group_ids: [`\${${group}.id}`],
        });
      },
    ],
    [
      "who registers, where a container service does",
      "auto-scaling",
      (stack) => {
        withoutServers(stack);
        groupOf(stack).body.target_type = "ip";
        add(stack, "aws_ecs_service", "app", {
          name: "app",
          launch_type: "FARGATE",
          load_balancer: [{ target_group_arn: arnOf(groupOf(stack)), container_name: "app", container_port: 8080 }],
        });
      },
    ],
    [
      "who registers, where services of a cluster may, which other roots deploy to its machines",
      "auto-scaling",
      (stack) => {
        delete the(stack, "aws_autoscaling_group").body.target_group_arns;
        add(stack, "aws_ecs_cluster", "main", { name: "main" });
      },
    ],
    [
      "who registers, where Kubernetes does",
      "site",
      (stack) => {
        delete stack.resource.aws_lb_target_group_attachment;
        add(stack, "kubernetes_manifest", "binding", { manifest: { kind: "TargetGroupBinding" } });
      },
    ],
    [
      "where attachments lead whose group a variable gives",
      "site",
      (stack) => {
        for (const { body } of attachmentsOf(stack)) body.target_group_arn = "${var.group}";
      },
    ],
    [
      "where a listener leads whose group a variable gives",
      "site",
      (stack) => {
        httpsOf(stack).body.default_action = [{ type: "forward", target_group_arn: "${var.group}" }];
      },
    ],
  ])("%s", (_, base, change) => {
    const report = traced(base, change);
    expect(
      report.findings
        .filter(({ severity, id }) => severity === "error" && OWN_RULES.includes(id))
        .map(({ id, observed }) => `${id} ${observed}`),
    ).toEqual([]);
    expect(report.verdict).toBe("unknown");
  });
});

describe("ids that AWS gave", () => {
  const vpc = "vpc-0aaaaaaaaaaaaaaaa";
  test("of a VPC that the file does not hold are not another VPC than one that it makes", () => {
    expect(
      reported(
        traced("site", (stack) => {
          groupOf(stack).body.vpc_id = vpc;
        }),
      ).filter((it) => it.startsWith("P51")),
    ).toEqual([]);
  });

  test("of two VPCs are two VPCs", () => {
    const report = traced("site", (stack) => {
      groupOf(stack).body.vpc_id = vpc;
      for (const { body } of all(stack, "aws_subnet")) body.vpc_id = "vpc-0bbbbbbbbbbbbbbbb";
    });
    expect(reported(report).filter((it) => it.startsWith("P51"))).toEqual([
      expect.stringContaining("is in vpc-0aaaaaaaaaaaaaaaa, "),
    ]);
  });
});

describe("what terraform itself refuses is reported before it does:", () => {
  test.each<[rule: string, what: string, base: Base, attribute: string, change: Change]>([
    [
      "P58",
      "a health check by TCP in a group of HTTP",
      "site",
      "health_check.protocol",
      (stack) => check(stack, { protocol: "TCP" }),
    ],
    [
      "P58",
      "a path without its slash",
      "inline-groups",
      "health_check.path",
      (stack) => check(stack, { path: "health" }),
    ],
    [
      "P58",
      "a target group without a port",
      "site",
      "port",
      (stack) => {
        delete groupOf(stack).body.port;
      },
    ],
    [
      "P58",
      "a target group without a protocol",
      "site",
      "protocol",
      (stack) => {
        delete groupOf(stack).body.protocol;
      },
    ],
    [
      "P58",
      "a target group without a VPC",
      "auto-scaling",
      "vpc_id",
      (stack) => {
        delete groupOf(stack).body.vpc_id;
      },
    ],
    [
      "P59",
      "a load balancer's name with an underscore",
      "auto-scaling",
      "name",
      (stack) => {
        balancerOf(stack).body.name = "my_site";
      },
    ],
    [
      "P59",
      "a load balancer's name that AWS keeps for itself",
      "auto-scaling",
      "name",
      (stack) => {
        balancerOf(stack).body.name = "internal-site";
      },
    ],
    [
      "P59",
      "a target group's name of 33 characters",
      "site",
      "name",
      (stack) => {
        groupOf(stack).body.name = "a".repeat(33);
      },
    ],
    [
      "P59",
      "a target group's name with a hyphen at its end",
      "auto-scaling",
      "name",
      (stack) => {
        groupOf(stack).body.name = "app-";
      },
    ],
  ])("%s, %s", (rule, _, base, attribute, change) => {
    const stack = baseStack(base);
    change(stack);
    const broken = trace(stack);
    expect(broken.findings.filter(({ severity, id }) => severity === "error" && id === rule)).toMatchObject([
      { attribute },
    ]);
    expect(broken.verdict).toBe("broken");
    applyEdits(stack, broken.findings.find(({ id }) => id === rule)?.fix.edits ?? []);
    const report = trace(stack);
    expect({
      errors: report.findings.filter(({ severity }) => severity === "error"),
      verdict: `${report.verdict}${opensIn(report)}`,
    }).toEqual({ errors: [], verdict: "ok" });
  });
});

describe("a finding says", () => {
  test("which share of requests an empty group takes by its weight", () => {
    const report = traced("site", (stack) => {
      const green = addGroup(stack, "green");
      const [blue] = attachmentsOf(stack);
      httpsOf(stack).body.default_action = weighted(
        { arn: String(blue?.body.target_group_arn), weight: 90 },
        { arn: green, weight: 10 },
      );
      add(stack, "aws_instance", "green", { ...copyOf(all(stack, "aws_instance")[0]?.body as Json) });
    });
    expect(report.findings).toMatchObject([{ id: "P49", share: "10 of 100 requests, by weight" }]);
  });

  test("that one of two attachments has another port", () => {
    const report = traced("site", (stack) => {
      for (const { body } of attachmentsOf(stack).slice(0, 1)) body.port = 8080;
    });
    expect(report.findings.filter(({ id }) => id === "P53")).toMatchObject([
      { severity: "error", share: "1 of 2 targets" },
    ]);
  });

  test("the port that the groups open where the script is not known", () => {
    const report = traced("site", (stack) => {
      for (const { body } of attachmentsOf(stack)) body.port = 8080;
      for (const { body } of all(stack, "aws_instance")) delete body.user_data;
    });
    expect(report.findings.filter(({ id }) => id === "P53").map(({ observed }) => observed)).toEqual([
      expect.stringMatching(/allows inbound traffic on 80, its target group's port, but not on 8080$/),
      expect.anything(),
    ]);
  });
});

test("a target that a plan does not contain is not taken for the only load balancer", () => {
  const resources = [
    { address: "aws_lb.web", type: "aws_lb", after: { name: "web" }, unknown: { arn: true } },
    {
      address: "aws_lb_target_group.web",
      type: "aws_lb_target_group",
      after: { name: "web", port: 80, protocol: "HTTP", target_type: "instance" },
      unknown: { arn: true },
    },
    {
      address: 'aws_lb_target_group_attachment.web["a"]',
      type: "aws_lb_target_group_attachment",
      after: { port: 80 },
      unknown: { target_group_arn: true, target_id: true },
    },
  ];
  const plan = {
    format_version: "1.2",
    resource_changes: resources.map(({ address, type, after, unknown }) => ({
      address,
      type,
      name: "web",
      mode: "managed",
      ...(address.includes("[") && { index: "a" }),
      change: { actions: ["create"], after, after_unknown: unknown },
    })),
    configuration: {
      root_module: {
        resources: [
          { address: "aws_lb.web", expressions: {} },
          { address: "aws_lb_target_group.web", expressions: {} },
          {
            address: "aws_lb_target_group_attachment.web",
            expressions: {
              target_group_arn: { references: ["aws_lb_target_group.web.arn", "aws_lb_target_group.web"] },
              target_id: { references: ["local.targets", "each.key"] },
            },
          },
        ],
      },
    },
  };
  expect(trace(plan).findings.filter(({ id }) => id === "P52")).toEqual([]);
});

test.each<[string, [number, number][] | undefined]>([
  ["200", [[200, 200]]],
  [
    "200,301-302",
    [
      [200, 200],
      [301, 302],
    ],
  ],
  [
    "200, 202",
    [
      [200, 200],
      [202, 202],
    ],
  ],
  ["2xx", undefined],
  ["", undefined],
  ["200-", undefined],
])("the codes of %j", (matcher, codes) => expect(codesOf(matcher)).toEqual(codes));

describe("a forward to a group that nobody knows", () => {
  const report = traced("site", (stack) => {
    stack.data = { ...stack.data, aws_ssm_parameter: { ...stack.data?.aws_ssm_parameter, group: { name: "group" } } };
    httpsOf(stack).body.default_action = [
      { type: "forward", target_group_arn: "${data.aws_ssm_parameter.group.value}" },
    ];
    for (const { address } of [groupOf(stack), ...attachmentsOf(stack)]) applyEdits(stack, [{ remove: address }]);
  });

  test("leaves its targets unknown too, and proves nothing of them", () => {
    for (const { hops } of report.paths)
      expect(hops.slice(3).map(({ hop, verdict }) => [hop, verdict])).toEqual([
        ["target-group", "unknown"],
        ["target", "unknown"],
      ]);
  });
});
