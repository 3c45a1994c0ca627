import { AUTO_SCALING_USER_DATA } from "./auto-scaling-base";
import { applyEdits } from "./edits";
import { inlineRule } from "./inline-groups-base";
import type { Mutant, SynthesizedJson } from "./mutant";
import { all, type Picked, the } from "./pick";

/* P61 to P67: the instances, what they fetch and what they run at their first boot. */

const HASH = "the state of an instance holds a hash of its user data only";
const NO_CHANGE = "it says what is to be, not what changes";
const NEW_PLAN =
  "a plan of something new changes nothing in place; `__tests__/unit/path/rules/servers.test.ts` holds the row " +
  "in a plan of a change";

type Json = Record<string, unknown>;

const remove = (stack: SynthesizedJson, { address }: Picked) => applyEdits(stack, [{ remove: address }]);
const named = (stack: SynthesizedJson, type: string, name: string): Json => stack.resource[type]?.[name] ?? {};
const instances = (stack: SynthesizedJson) => all(stack, "aws_instance").map(({ body }) => body);
const template = (stack: SynthesizedJson) => named(stack, "aws_launch_template", "app");
const subnet = (stack: SynthesizedJson, name: string) => {
  const found = all(stack, "aws_subnet").find(({ address }) => address.includes(`network_${name}_`));
  if (found === undefined) throw new Error(`no subnet ${name}`);
  return `\${${found.address}.id}`;
};
const encoded = (text: string) => Buffer.from(text).toString("base64");
const withUserData = (stack: SynthesizedJson, change: (text: string) => string) => {
  for (const it of instances(stack)) it.user_data = change(String(it.user_data));
};

/** Amazon Linux's Docker, and an image from the internet. */
const containerScript = (port: number) => `#!/bin/bash
dnf install -y docker
systemctl enable --now docker
docker run -d --restart always -p ${port}:80 nginx
`;

export const serverMutants: readonly Mutant[] = [
  {
    row: "P61",
    name: "the instances name no security group",
    base: "site",
    at: { type: "aws_instance", attribute: "vpc_security_group_ids" },
    mutate: (stack) => {
      for (const it of instances(stack)) delete it.vpc_security_group_ids;
    },
  },
  {
    row: "P61",
    name: "the launch template names no security group",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "vpc_security_group_ids" },
    mutate: (stack) => {
      delete template(stack).vpc_security_group_ids;
    },
  },
  {
    row: "P61",
    name: "one of two instances was forgotten",
    base: "inline-groups",
    at: { type: "aws_instance", attribute: "vpc_security_group_ids" },
    mutate: (stack) => {
      delete named(stack, "aws_instance", "b").vpc_security_group_ids;
    },
  },
  {
    row: "P62",
    name: "the private subnets have no default route",
    base: "auto-scaling",
    at: { type: "aws_autoscaling_group", attribute: "vpc_zone_identifier" },
    mutate: (stack) => remove(stack, { address: "aws_route.private", body: {} }),
  },
  {
    row: "P62",
    name: "the instances' subnets lead to the internet gateway, and they have no public address",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "associate_public_ip_address" },
    mutate: (stack) => {
      for (const name of ["private_a", "private_b"])
        named(stack, "aws_route_table_association", name).route_table_id = "${aws_route_table.public.id}";
    },
  },
  {
    row: "P62",
    name: "the S3 endpoint is gone, by which the packages come",
    base: "site",
    at: { type: "aws_instance", attribute: "subnet_id" },
    cannot: { state: HASH },
    mutate: (stack) => remove(stack, the(stack, "aws_vpc_endpoint")),
  },
  {
    row: "P62",
    name: "the S3 endpoint is in the public route table only",
    base: "site",
    at: { type: "aws_instance", attribute: "subnet_id" },
    cannot: { state: HASH },
    mutate: (stack) => {
      const { body } = the(stack, "aws_vpc_endpoint");
      body.route_table_ids = (body.route_table_ids as string[]).filter((it) => it.includes("public"));
    },
  },
  {
    row: "P62",
    name: "the boot script takes its packages from Debian's mirrors, where there is a way to S3 only",
    base: "site",
    at: { type: "aws_instance", attribute: "subnet_id" },
    also: ["P64"],
    cannot: { state: HASH },
    mutate: (stack) => withUserData(stack, (text) => text.replace("dnf install", "apt-get install")),
  },
  {
    row: "P63",
    name: "a NAT gateway is in the private subnet that it is for",
    base: "nat",
    at: { type: "aws_nat_gateway", attribute: "subnet_id" },
    mutate: (stack) => {
      (all(stack, "aws_nat_gateway")[0] as Picked).body.subnet_id = subnet(stack, "private-a");
    },
  },
  {
    row: "P63",
    name: "the only NAT gateway is in a private subnet",
    base: "auto-scaling",
    at: { type: "aws_nat_gateway", attribute: "subnet_id" },
    mutate: (stack) => {
      named(stack, "aws_nat_gateway", "main").subnet_id = "${aws_subnet.private_a.id}";
    },
  },
  {
    row: "P63",
    name: "the route to the NAT gateway is for private addresses",
    base: "auto-scaling",
    at: { type: "aws_route", attribute: "destination_cidr_block" },
    mutate: (stack) => {
      named(stack, "aws_route", "private").destination_cidr_block = "172.16.0.0/12";
    },
  },
  {
    row: "P64",
    name: "the instances' group lets nothing out",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => remove(stack, { address: "aws_security_group_rule.app_out", body: {} }),
  },
  {
    row: "P64",
    name: "the instances' group lets out to the application's port only",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      Object.assign(named(stack, "aws_security_group_rule", "app_out"), {
        protocol: "tcp",
        from_port: 8080,
        to_port: 8080,
      });
    },
  },
  {
    row: "P64",
    name: "the rule to S3 is gone",
    base: "site",
    at: { type: "aws_security_group", attribute: "egress" },
    cannot: { state: HASH },
    mutate: (stack) =>
      remove(
        stack,
        the(stack, "aws_vpc_security_group_egress_rule", ({ prefix_list_id }) => prefix_list_id !== undefined),
      ),
  },
  {
    row: "P64",
    name: "the instances' group lets out to the VPC only",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "egress" },
    cannot: { state: HASH },
    mutate: (stack) => {
      named(stack, "aws_security_group", "web").egress = [
        inlineRule({ from: 0, to: 65535, protocol: "tcp" }, { security_groups: ["${aws_security_group.alb.id}"] }),
      ];
    },
  },
  {
    row: "P65",
    name: "NGINX listens on 8081",
    base: "site",
    at: { type: "aws_instance", attribute: "user_data" },
    verdict: "ok",
    cannot: { state: HASH },
    mutate: (stack) => withUserData(stack, (text) => text.replace("listen 80 ", "listen 8081 ")),
  },
  {
    row: "P65",
    name: "the launch template's application listens on 3000",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "user_data" },
    verdict: "ok",
    mutate: (stack) => {
      template(stack).user_data = encoded(AUTO_SCALING_USER_DATA.replace("listen 8080", "listen 3000"));
    },
  },
  {
    row: "P66",
    name: "the flag that replaces an instance is gone",
    base: "site",
    at: { type: "aws_instance", attribute: "user_data_replace_on_change" },
    cannot: { synthesized: NO_CHANGE, plan: NEW_PLAN, state: NO_CHANGE },
    mutate: (stack) => {
      for (const it of instances(stack)) delete it.user_data_replace_on_change;
    },
  },
  {
    row: "P66",
    name: "the flag that replaces an instance is off",
    base: "public",
    at: { type: "aws_instance", attribute: "user_data_replace_on_change" },
    cannot: { synthesized: NO_CHANGE, plan: NEW_PLAN, state: NO_CHANGE },
    mutate: (stack) => {
      for (const it of instances(stack)) it.user_data_replace_on_change = false;
    },
  },
  {
    row: "P67",
    name: "the site is a container, and the metadata's answer goes one hop",
    base: "nat",
    at: { type: "aws_instance", attribute: "metadata_options.http_put_response_hop_limit" },
    verdict: "ok",
    cannot: { state: HASH },
    mutate: (stack) => withUserData(stack, () => containerScript(80)),
  },
  {
    row: "P67",
    name: "a launch template for containers asks for tokens and one hop",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "metadata_options.http_put_response_hop_limit" },
    verdict: "ok",
    mutate: (stack) => {
      template(stack).metadata_options = { http_tokens: "required", http_put_response_hop_limit: 1 };
      template(stack).user_data = encoded(containerScript(8080));
    },
  },
];
