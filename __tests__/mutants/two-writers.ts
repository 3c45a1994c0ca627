import { inlineRule } from "./inline-groups-base";
import type { Mutant, SynthesizedJson } from "./mutant";
import { add, all, copyOf, the } from "./pick";

/* P69 to P75, and P49 of an Auto Scaling group: two resources that write one thing on AWS. */

const BY_AWS = "AWS refuses the second one, so that no state has both";
const OF_CHANGES =
  "only a plan of what stands destroys one resource and creates another; unit/path/cases-two-writers.test.ts " +
  "and unit/path/rules/two-writers.test.ts look at such plans";

const recordOf = (stack: SynthesizedJson, is: (body: Record<string, unknown>) => boolean) =>
  the(stack, "aws_route53_record", is);
const siteRecord = (stack: SynthesizedJson) => recordOf(stack, ({ alias }) => alias !== undefined);
const validation = (stack: SynthesizedJson) =>
  recordOf(stack, ({ name }) => String(name).includes("domain_validation_options"));
const balancersGroup = (stack: SynthesizedJson) =>
  the(stack, "aws_security_group", ({ name, name_prefix }) => /alb|balancer/.test(String(name ?? name_prefix)));

function addAcl(stack: SynthesizedJson, numbers: readonly number[]): void {
  const acl = add(stack, "aws_network_acl", "public", { vpc_id: `\${${the(stack, "aws_vpc").address}.id}` });
  for (const egress of [false, true]) {
    numbers.forEach((number, index) =>
      add(stack, "aws_network_acl_rule", `${egress ? "out" : "in"}_${index}`, {
        network_acl_id: `\${${acl}.id}`,
        egress,
        rule_number: number,
        protocol: "-1",
        rule_action: "allow",
        cidr_block: "0.0.0.0/0",
      }),
    );
  }
}

export const twoWritersMutants: readonly Mutant[] = [
  {
    row: "P49",
    name: "the Auto Scaling group's own list is empty beside an attachment",
    base: "auto-scaling",
    at: { type: "aws_autoscaling_group", attribute: "target_group_arns" },
    cannot: {
      plan: "a plan does not hold `lifecycle`, so that it is a warning there",
      state: "a state does not tell what the configuration lists",
    },
    mutate: (stack) => {
      the(stack, "aws_autoscaling_group").body.target_group_arns = [];
      add(stack, "aws_autoscaling_attachment", "app", {
        autoscaling_group_name: "${aws_autoscaling_group.app.name}",
        lb_target_group_arn: "${aws_lb_target_group.app.arn}",
      });
    },
  },
  {
    row: "P69",
    name: "the site's name has two alias records",
    base: "site",
    at: { type: "aws_route53_record", attribute: "name" },
    cannot: { state: BY_AWS },
    mutate: (stack) => add(stack, "aws_route53_record", "once_more", copyOf(siteRecord(stack).body)),
  },
  {
    row: "P69",
    name: "a weighted record stands beside a simple one",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "set_identifier" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_route53_record", "weighted", {
        ...copyOf(siteRecord(stack).body),
        set_identifier: "blue",
        weighted_routing_policy: { weight: 10 },
      }),
  },
  {
    row: "P69",
    name: "a name is validated by two records",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "name" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const record = add(stack, "aws_route53_record", "validation_again", copyOf(validation(stack).body));
      (the(stack, "aws_acm_certificate_validation").body.validation_record_fqdns as string[]).push(
        `\${${record}.fqdn}`,
      );
    },
  },
  {
    row: "P70",
    name: "two groups have the name of the balancer's",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "name" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_security_group", "second", { name: "balancer", description: "x", vpc_id: "${aws_vpc.main.id}" }),
  },
  {
    row: "P70",
    name: "two groups have the name of the instances'",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "name" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_security_group", "second", {
        name: "web",
        description: "x",
        vpc_id: "${aws_vpc.main.id}",
        ingress: [inlineRule({ from: 22, to: 22, protocol: "tcp" }, { cidr_blocks: ["10.0.0.0/8"] })],
      }),
  },
  {
    row: "P71",
    name: "two routes of the public table lead to the internet",
    base: "auto-scaling",
    at: { type: "aws_route" },
    cannot: { state: BY_AWS },
    mutate: (stack) => add(stack, "aws_route", "public_again", copyOf(stack.resource.aws_route?.public ?? {})),
  },
  {
    row: "P71",
    name: "a table has in a block what is a route beside it",
    base: "auto-scaling",
    at: { type: "aws_route" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      const table = stack.resource.aws_route_table?.private;
      if (table !== undefined)
        table.route = [{ cidr_block: "0.0.0.0/0", nat_gateway_id: "${aws_nat_gateway.main.id}", ...NO_ROUTE }];
    },
  },
  {
    row: "P72",
    name: "a rule of the older kind is written twice",
    base: "auto-scaling",
    at: { type: "aws_security_group_rule", attribute: "security_group_id" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_security_group_rule", "app_in_again", {
        ...copyOf(stack.resource.aws_security_group_rule?.app_in ?? {}),
        description: "the same",
      }),
  },
  {
    row: "P72",
    name: "a rule is written once more, in the newer kind",
    base: "auto-scaling",
    at: { type: "aws_vpc_security_group_ingress_rule", attribute: "security_group_id" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_vpc_security_group_ingress_rule", "https", {
        security_group_id: `\${${balancersGroup(stack).address}.id}`,
        ip_protocol: "tcp",
        from_port: 443,
        to_port: 443,
        cidr_ipv4: "0.0.0.0/0",
      }),
  },
  {
    row: "P73",
    name: "two entries of a network ACL have one number",
    base: "site",
    at: { type: "aws_network_acl_rule", attribute: "rule_number" },
    cannot: { state: BY_AWS },
    mutate: (stack) => addAcl(stack, [100, 100]),
  },
  {
    row: "P73",
    name: "an entry has the number of a block",
    base: "auto-scaling",
    at: { type: "aws_network_acl_rule", attribute: "rule_number" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      addAcl(stack, [200]);
      the(stack, "aws_network_acl").body.ingress = [
        {
          rule_no: 200,
          protocol: "-1",
          action: "allow",
          cidr_block: "0.0.0.0/0",
          from_port: 0,
          to_port: 0,
          icmp_code: null,
          icmp_type: null,
          ipv6_cidr_block: null,
        },
      ];
    },
  },
  {
    row: "P74",
    name: "a listener has another name, without a moved block",
    base: "site",
    at: { type: "aws_lb_listener" },
    cannot: { synthesized: OF_CHANGES, plan: OF_CHANGES, state: OF_CHANGES },
    mutate: renamed("aws_lb_listener"),
  },
  {
    row: "P75",
    name: "attachments have other names, without moved blocks",
    base: "inline-groups",
    at: { type: "aws_alb_target_group_attachment" },
    cannot: { synthesized: OF_CHANGES, plan: OF_CHANGES, state: OF_CHANGES },
    mutate: renamed("aws_alb_target_group_attachment"),
  },
];

/** Arguments that a block in Terraform's JSON must have. */
const NO_ROUTE = {
  carrier_gateway_id: null,
  core_network_arn: null,
  destination_prefix_list_id: null,
  egress_only_gateway_id: null,
  gateway_id: null,
  ipv6_cidr_block: null,
  local_gateway_id: null,
  network_interface_id: null,
  transit_gateway_id: null,
  vpc_endpoint_id: null,
  vpc_peering_connection_id: null,
};

function renamed(type: string): (stack: SynthesizedJson) => void {
  return (stack) => {
    const blocks = all(stack, type).map(({ body }) => body);
    stack.resource[type] = Object.fromEntries(blocks.map((body, index) => [`renamed_${index}`, body]));
  };
}
