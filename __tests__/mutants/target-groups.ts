import type { Mutant, SynthesizedJson } from "./mutant";
import { add, all, copyOf, takeOutAll, the } from "./pick";

/*
 * P48 to P60, less P50, and less P58 and P59, which terraform itself refuses: what is wrong with target groups and what
 * is in them.
 */

const BY_AWS = "AWS refuses it";
const HASHED = "a state keeps no more than a hash of an instance's user data";

type Json = Record<string, unknown>;

const typeOf = (stack: SynthesizedJson, type: string) =>
  stack.resource[type] === undefined ? type.replace("aws_lb", "aws_alb") : type;
const httpsOf = (stack: SynthesizedJson) =>
  the(stack, typeOf(stack, "aws_lb_listener"), ({ protocol }) => protocol === "HTTPS");
const groupOf = (stack: SynthesizedJson) => the(stack, typeOf(stack, "aws_lb_target_group"));
const balancerOf = (stack: SynthesizedJson) => the(stack, typeOf(stack, "aws_lb"));
const attachmentsOf = (stack: SynthesizedJson) => all(stack, typeOf(stack, "aws_lb_target_group_attachment"));
const forwardTo = (arn: string): Json[] => [{ type: "forward", target_group_arn: arn }];

/** A target group of its own beside the first. */
function addGroup(stack: SynthesizedJson, name: string): string {
  const { body } = groupOf(stack);
  return (
    `\${` +
    `${add(stack, typeOf(stack, "aws_lb_target_group"), name, { ...copyOf(body), ...(body.name === undefined ? {} : { name }) })}` +
    ".arn}"
  );
}

function check(stack: SynthesizedJson, settings: Json): void {
  const group = groupOf(stack);
  group.body.health_check = { ...(group.body.health_check as Json), ...settings };
}

/** A network of its own, with a subnet in each of two zones that leads to the internet. */
function addOtherNetwork(stack: SynthesizedJson): string[] {
  add(stack, "aws_vpc", "other", { cidr_block: "10.99.0.0/16" });
  add(stack, "aws_internet_gateway", "other", { vpc_id: "${aws_vpc.other.id}" });
  add(stack, "aws_route_table", "other", { vpc_id: "${aws_vpc.other.id}" });
  add(stack, "aws_route", "other", {
    route_table_id: "${aws_route_table.other.id}",
    destination_cidr_block: "0.0.0.0/0",
    gateway_id: "${aws_internet_gateway.other.id}",
  });
  return ["a", "b"].map((zone, index) => {
    const subnet = add(stack, "aws_subnet", `other_${zone}`, {
      vpc_id: "${aws_vpc.other.id}",
      cidr_block: `10.99.${index}.0/24`,
      availability_zone: `us-east-1${zone}`,
      map_public_ip_on_launch: true,
    });
    add(stack, "aws_route_table_association", `other_${zone}`, {
      subnet_id: `\${${subnet}.id}`,
      route_table_id: "${aws_route_table.other.id}",
    });
    return `\${${subnet}.id}`;
  });
}

/** Another script, for the instances or their launch template. */
function rewriteScripts(stack: SynthesizedJson, change: (script: string) => string): void {
  for (const body of Object.values(stack.resource.aws_instance ?? {})) body.user_data = change(String(body.user_data));
  for (const body of Object.values(stack.resource.aws_launch_template ?? {}))
    body.user_data = Buffer.from(change(Buffer.from(String(body.user_data), "base64").toString())).toString("base64");
}

export const targetGroupMutants: readonly Mutant[] = [
  {
    row: "P48",
    name: "the listener forwards to a group that was made for something else",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "arn" },
    also: ["P49"],
    mutate: (stack) => {
      httpsOf(stack).body.default_action = forwardTo(addGroup(stack, "other"));
    },
  },
  {
    row: "P48",
    name: "the listener answers by itself",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "arn" },
    mutate: (stack) => {
      httpsOf(stack).body.default_action = [
        {
          type: "fixed-response",
          fixed_response: { content_type: "text/plain", message_body: "it works", status_code: "200" },
        },
      ];
    },
  },
  {
    row: "P48",
    name: "one of two groups with instances has no rule",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "arn" },
    mutate: (stack) => {
      const arn = addGroup(stack, "api");
      for (const { body } of attachmentsOf(stack).slice(0, 1))
        add(stack, "aws_alb_target_group_attachment", "api", { ...copyOf(body), target_group_arn: arn });
    },
  },
  {
    row: "P49",
    name: "no instance is attached",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "targets" },
    mutate: (stack) => {
      takeOutAll(stack, "aws_lb_target_group_attachment");
    },
  },
  {
    row: "P49",
    name: "the Auto Scaling group does not name the target group",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "targets" },
    mutate: (stack) => {
      for (const { body } of all(stack, "aws_autoscaling_group")) delete body.target_group_arns;
    },
  },
  {
    row: "P49",
    name: "the instances are attached to a group that nothing uses",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "targets" },
    also: ["P48"],
    mutate: (stack) => {
      const arn = addGroup(stack, "other");
      for (const { body } of attachmentsOf(stack)) body.target_group_arn = arn;
    },
  },
  {
    row: "P51",
    name: "the target group is in another VPC",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "vpc_id" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      addOtherNetwork(stack);
      groupOf(stack).body.vpc_id = "${aws_vpc.other.id}";
    },
  },
  {
    row: "P51",
    name: "an instance is in another VPC",
    base: "inline-groups",
    at: { type: "aws_instance", attribute: "subnet_id" },
    also: ["P36"],
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const [subnet] = addOtherNetwork(stack);
      the(stack, "aws_instance", ({ subnet_id }) => String(subnet_id).includes("subnet.b")).body.subnet_id = subnet;
    },
  },
  {
    row: "P51",
    name: "the balancer is in another VPC",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "subnets" },
    also: ["P36"],
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      balancerOf(stack).body.subnets = addOtherNetwork(stack);
    },
  },
  {
    row: "P52",
    name: "the group takes addresses, and instances are attached",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "target_type" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      groupOf(stack).body.target_type = "ip";
    },
  },
  {
    row: "P52",
    name: "one instance is attached by its address",
    base: "inline-groups",
    at: { type: "aws_alb_target_group_attachment", attribute: "target_id" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      for (const { body } of attachmentsOf(stack).slice(0, 1))
        body.target_id = String(body.target_id).replace(/\.id\}$/, ".private_ip}");
    },
  },
  {
    row: "P52",
    name: "an Auto Scaling group is linked to a group of addresses",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "target_type" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      groupOf(stack).body.target_type = "ip";
    },
  },
  {
    row: "P53",
    name: "one attachment has a port of its own that nothing serves",
    base: "site",
    at: { type: "aws_lb_target_group_attachment", attribute: "port" },
    also: ["P32", "P33"],
    mutate: (stack) => {
      for (const { body } of attachmentsOf(stack).slice(0, 1)) body.port = 8080;
    },
  },
  {
    row: "P53",
    name: "all attachments have a port of the last project",
    base: "inline-groups",
    at: { type: "aws_alb_target_group_attachment", attribute: "port" },
    also: ["P33"],
    mutate: (stack) => {
      for (const { body } of attachmentsOf(stack)) body.port = 3000;
    },
  },
  {
    row: "P53",
    name: "the attachments' port is open, and the script only mentions it",
    base: "inline-groups",
    at: { type: "aws_alb_target_group_attachment", attribute: "port" },
    verdict: "ok",
    cannot: { state: HASHED },
    mutate: (stack) => {
      for (const { body } of attachmentsOf(stack)) body.port = 8081;
      const web = the(stack, "aws_security_group", ({ name }) => name === "web").body;
      const [rule] = web.ingress as Json[];
      web.ingress = [rule, { ...copyOf(rule as Json), from_port: 8081, to_port: 8081 }];
      rewriteScripts(stack, (script) => `${script}# the status page of the image is on 8081\n`);
    },
  },
  {
    row: "P54",
    name: "the group speaks HTTPS to plain NGINX",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "protocol" },
    verdict: "ok",
    mutate: (stack) => {
      groupOf(stack).body.protocol = "HTTPS";
    },
  },
  {
    row: "P54",
    name: "NGINX speaks TLS, and the group does not",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "protocol" },
    verdict: "ok",
    cannot: { state: HASHED },
    mutate: (stack) =>
      rewriteScripts(stack, (script) =>
        script.replace(
          "listen 80 default_server;",
          "listen 80 ssl default_server;\n        ssl_certificate /etc/nginx/own.pem;\n        " +
            "ssl_certificate_key /etc/nginx/own.key;",
        ),
      ),
  },
  {
    row: "P55",
    name: "the check asks for a page that the server does not have",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "health_check.path" },
    verdict: "ok",
    cannot: { state: HASHED },
    mutate: (stack) => check(stack, { path: "/health" }),
  },
  {
    row: "P55",
    name: "Apache's own page is answered with 403",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "health_check.path" },
    verdict: "ok",
    cannot: { state: HASHED },
    mutate: (stack) => rewriteScripts(stack, (script) => script.replace("echo ok > /var/www/html/index.html\n", "")),
  },
  {
    row: "P55",
    name: "the page that is asked redirects",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "health_check.path" },
    verdict: "ok",
    cannot: { state: HASHED },
    mutate: (stack) => rewriteScripts(stack, (script) => script.replace('return 200 "ok\\n";', "return 302 /;")),
  },
  {
    row: "P56",
    name: "server errors count as well",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "health_check.matcher" },
    cannot: { state: BY_AWS },
    mutate: (stack) => check(stack, { matcher: "200-599" }),
  },
  {
    row: "P56",
    name: "the codes are those of gRPC",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "health_check.matcher" },
    cannot: { state: BY_AWS },
    mutate: (stack) => check(stack, { matcher: "0-99" }),
  },
  {
    row: "P57",
    name: "the timeout is as long as the interval",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "health_check.timeout" },
    cannot: { state: BY_AWS },
    mutate: (stack) => check(stack, { timeout: 15 }),
  },
  {
    row: "P57",
    name: "the interval is as short as the timeout that AWS takes by itself",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "health_check.timeout" },
    cannot: { state: BY_AWS },
    mutate: (stack) => check(stack, { interval: 5 }),
  },
  {
    row: "P60",
    name: "targets are cut off at once",
    base: "site",
    at: { type: "aws_lb_target_group", attribute: "deregistration_delay" },
    verdict: "ok",
    mutate: (stack) => {
      groupOf(stack).body.deregistration_delay = "0";
    },
  },
  {
    row: "P60",
    name: "requests may take ten minutes, and the delay is AWS's",
    base: "auto-scaling",
    at: { type: "aws_lb_target_group", attribute: "deregistration_delay" },
    verdict: "ok",
    mutate: (stack) => {
      balancerOf(stack).body.idle_timeout = 600;
    },
  },
  {
    row: "P60",
    name: "each target stays for half an hour",
    base: "inline-groups",
    at: { type: "aws_alb_target_group", attribute: "deregistration_delay" },
    verdict: "ok",
    mutate: (stack) => {
      groupOf(stack).body.deregistration_delay = 1800;
    },
  },
];
