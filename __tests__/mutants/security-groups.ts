import { applyEdits } from "./edits";
import { inlineRule } from "./inline-groups-base";
import type { Mutant, SynthesizedJson } from "./mutant";
import { add, type Picked, the } from "./pick";

/* P30 to P38: what the groups of the balancer and of the targets keep out. */

const REFUSED_GROUP = "EC2 refuses a group of another VPC, so that no state has it";
const READ_BACK =
  "the provider reads the rules beside a group back into the group, so that a state of a correct group looks the same";

type Json = Record<string, unknown>;

const tcp = (from: number, to = from) => ({ from, to, protocol: "tcp" });
const remove = (stack: SynthesizedJson, { address }: Picked) => applyEdits(stack, [{ remove: address }]);
const balancerOf = (stack: SynthesizedJson) =>
  stack.resource.aws_alb === undefined ? the(stack, "aws_lb") : the(stack, "aws_alb");
const targetGroupOf = (stack: SynthesizedJson) =>
  stack.resource.aws_alb_target_group === undefined
    ? the(stack, "aws_lb_target_group")
    : the(stack, "aws_alb_target_group");
const vpcId = (stack: SynthesizedJson) => `\${${the(stack, "aws_vpc").address}.id}`;

/** Rules of this project's stack, by what they are for. */
const rule = (stack: SynthesizedJson, direction: "ingress" | "egress", about: RegExp) =>
  the(stack, `aws_vpc_security_group_${direction}_rule`, ({ description }) => about.test(String(description)));
const fromClients = (stack: SynthesizedJson, scheme: "HTTP" | "HTTPS") =>
  rule(stack, "ingress", new RegExp(`^${scheme} from everyone`));
const toInstances = (stack: SynthesizedJson) => rule(stack, "egress", /to the instances/);
const fromBalancer = (stack: SynthesizedJson) => rule(stack, "ingress", /from the load balancer/);
const groups = (stack: SynthesizedJson) => ({
  balancer: the(stack, "aws_security_group", ({ description }) => /^Clients/.test(String(description))),
  servers: the(stack, "aws_security_group", ({ description }) => /^The (load )?balancer/.test(String(description))),
});

const named = (stack: SynthesizedJson, type: string, name: string): Json => stack.resource[type]?.[name] ?? {};
const classic = (stack: SynthesizedJson, name: string) => named(stack, "aws_security_group_rule", name);
const inline = (stack: SynthesizedJson, name: "alb" | "web") => named(stack, "aws_security_group", name);

/** A group of a VPC beside that of the stack. */
function groupElsewhere(stack: SynthesizedJson): string {
  const vpc = add(stack, "aws_vpc", "other", { cidr_block: "10.99.0.0/16" });
  return (
    `\${` +
    `${add(stack, "aws_security_group", "other", { name: "other", description: "Another network", vpc_id: `\${${vpc}.id}` })}` +
    ".id}"
  );
}

function cloudFrontList(stack: SynthesizedJson): string {
  ((stack.data ??= {}).aws_ec2_managed_prefix_list ??= {}).cloudfront = {
    name: "com.amazonaws.global.cloudfront.origin-facing",
  };
  return "${data.aws_ec2_managed_prefix_list.cloudfront.id}";
}

export const securityGroupMutants: readonly Mutant[] = [
  {
    row: "P30",
    name: "port 80, which redirects, is not open",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => remove(stack, fromClients(stack, "HTTP")),
  },
  {
    row: "P30",
    name: "8443 is open instead of 443",
    base: "nat",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      Object.assign(fromClients(stack, "HTTPS").body, { from_port: 8443, to_port: 8443 });
    },
  },
  {
    row: "P30",
    name: "the rule for 443 is one for what goes out",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      classic(stack, "balancer_https").type = "egress";
    },
  },
  {
    row: "P30",
    name: "the public balancer is open to its VPC only",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      inline(stack, "alb").ingress = [
        inlineRule(tcp(80), { cidr_blocks: ["172.20.0.0/16"] }),
        inlineRule(tcp(443), { cidr_blocks: ["172.20.0.0/16"] }),
      ];
    },
  },
  {
    row: "P30",
    name: "443 is open to the instances' group, not to clients",
    base: "public",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      const { body } = fromClients(stack, "HTTPS");
      delete body.cidr_ipv4;
      body.referenced_security_group_id = `\${${groups(stack).servers.address}.id}`;
    },
  },
  {
    row: "P30",
    name: "443 is open for udp only",
    base: "created-zone",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      fromClients(stack, "HTTPS").body.ip_protocol = "udp";
    },
  },
  {
    row: "P31",
    name: "the balancer names no group, where the default group is closed",
    base: "site",
    at: { type: "aws_lb", attribute: "security_groups" },
    mutate: (stack) => {
      delete balancerOf(stack).body.security_groups;
    },
  },
  {
    row: "P31",
    name: "the balancer names no group, where the default group is as AWS makes it",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "security_groups" },
    mutate: (stack) => {
      delete balancerOf(stack).body.security_groups;
    },
  },
  {
    row: "P31",
    name: "the balancer's list of groups is empty",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "security_groups" },
    mutate: (stack) => {
      balancerOf(stack).body.security_groups = [];
    },
  },
  {
    row: "P32",
    name: "the balancer's group has no rule for what goes out",
    base: "site",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => remove(stack, toInstances(stack)),
  },
  {
    row: "P32",
    name: "the listener's port is let out, not the targets'",
    base: "nat",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      Object.assign(toInstances(stack).body, { from_port: 443, to_port: 443 });
    },
  },
  {
    row: "P32",
    name: "the balancer is let out to its own group",
    base: "public",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      toInstances(stack).body.referenced_security_group_id = `\${${groups(stack).balancer.address}.id}`;
    },
  },
  {
    row: "P32",
    name: "the balancer is let out to its own subnets, not to those of the targets",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      const out = classic(stack, "balancer_out");
      delete out.source_security_group_id;
      out.cidr_blocks = ["10.1.0.0/24", "10.1.1.0/24"];
    },
  },
  {
    row: "P32",
    name: "the group with its rules inside has none for what goes out",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      delete inline(stack, "alb").egress;
    },
  },
  {
    row: "P32",
    name: "the balancer is let out to one of the targets' two subnets",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "egress" },
    mutate: (stack) => {
      inline(stack, "alb").egress = [inlineRule(tcp(80), { cidr_blocks: ["172.20.1.0/24"] })];
    },
  },
  {
    row: "P33",
    name: "no rule lets the balancer in",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => remove(stack, fromBalancer(stack)),
  },
  {
    row: "P33",
    name: "port 80 is open instead of 8080",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      Object.assign(classic(stack, "app_in"), { from_port: 80, to_port: 80 });
    },
  },
  {
    row: "P33",
    name: "the targets' group is open to itself, not to the balancer's",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      inline(stack, "web").ingress = [{ ...inlineRule(tcp(80), {}), self: true }];
    },
  },
  {
    row: "P33",
    name: "the rule from the balancer is one for what goes out",
    base: "nat",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      const { body } = fromBalancer(stack);
      remove(stack, fromBalancer(stack));
      add(stack, "aws_vpc_security_group_egress_rule", "turned", { ...body, description: "The wrong way round" });
    },
  },
  {
    row: "P33",
    name: "the port is open to a group that nobody has",
    base: "public",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      const nobody = add(stack, "aws_security_group", "nobody", {
        name: "nobody",
        description: "Nothing has it",
        vpc_id: vpcId(stack),
      });
      fromBalancer(stack).body.referenced_security_group_id = `\${${nobody}.id}`;
    },
  },
  {
    row: "P34",
    name: "the health check goes to a port that only the balancer's group opens",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    verdict: "ok",
    mutate: (stack) => {
      (targetGroupOf(stack).body.health_check as Json).port = "8081";
      add(stack, "aws_vpc_security_group_egress_rule", "to-health", {
        ...toInstances(stack).body,
        description: "Health checks",
        from_port: 8081,
        to_port: 8081,
      });
    },
  },
  {
    row: "P34",
    name: "the rule for both ports ends below the health check's",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      (targetGroupOf(stack).body.health_check as Json).port = "9000";
      classic(stack, "balancer_out").to_port = 9000;
      classic(stack, "app_in").to_port = 8999;
    },
  },
  {
    row: "P34",
    name: "the health check's port is open to the targets themselves only",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    verdict: "ok",
    mutate: (stack) => {
      (targetGroupOf(stack).body.health_check as Json).port = 8080;
      inline(stack, "web").ingress = [
        inlineRule(tcp(80), { security_groups: ["${aws_security_group.alb.id}"] }),
        { ...inlineRule(tcp(8080), {}), self: true },
      ];
    },
  },
  {
    row: "P35",
    name: "the rule's first port is above its last",
    base: "site",
    at: { type: "aws_vpc_security_group_ingress_rule", attribute: "from_port" },
    mutate: (stack) => {
      fromBalancer(stack).body.from_port = 8080;
    },
  },
  {
    row: "P35",
    name: "the rule is for udp",
    base: "auto-scaling",
    at: { type: "aws_security_group_rule", attribute: "protocol" },
    mutate: (stack) => {
      classic(stack, "app_in").protocol = "udp";
    },
  },
  {
    row: "P35",
    name: "the block is for addresses of another network",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      inline(stack, "web").ingress = [inlineRule(tcp(80), { cidr_blocks: ["172.16.0.0/16"] })];
    },
  },
  {
    row: "P35",
    name: "the rule is for one of the balancer's two subnets",
    base: "nat",
    at: { type: "aws_vpc_security_group_ingress_rule", attribute: "cidr_ipv4" },
    mutate: (stack) => {
      const { body } = fromBalancer(stack);
      delete body.referenced_security_group_id;
      body.cidr_ipv4 = "10.0.0.0/20";
    },
  },
  {
    row: "P35",
    name: "the rule is for the subnets of the targets themselves",
    base: "created-zone",
    at: { type: "aws_vpc_security_group_ingress_rule", attribute: "cidr_ipv4" },
    mutate: (stack) => {
      const { body } = fromBalancer(stack);
      delete body.referenced_security_group_id;
      body.cidr_ipv4 = "10.0.128.0/17";
    },
  },
  {
    row: "P36",
    name: "a rule lets in a group of another VPC",
    base: "site",
    at: { type: "aws_vpc_security_group_ingress_rule" },
    cannot: { state: REFUSED_GROUP },
    mutate: (stack) => {
      add(stack, "aws_vpc_security_group_ingress_rule", "metrics", {
        security_group_id: `\${${groups(stack).servers.address}.id}`,
        referenced_security_group_id: groupElsewhere(stack),
        ip_protocol: "tcp",
        from_port: 9090,
        to_port: 9090,
      });
    },
  },
  {
    row: "P36",
    name: "a rule lets out to a group whose VPC was forgotten, and so is the default one",
    base: "auto-scaling",
    at: { type: "aws_security_group_rule" },
    cannot: { state: REFUSED_GROUP },
    mutate: (stack) => {
      const forgotten = add(stack, "aws_security_group", "database", {
        name: "database",
        description: "Without a VPC",
      });
      add(stack, "aws_security_group_rule", "to_database", {
        type: "egress",
        security_group_id: "${aws_security_group.app.id}",
        source_security_group_id: `\${${forgotten}.id}`,
        protocol: "tcp",
        from_port: 5432,
        to_port: 5432,
      });
    },
  },
  {
    row: "P36",
    name: "a block names a group of another VPC beside the balancer's",
    base: "inline-groups",
    at: { type: "aws_security_group" },
    cannot: { state: REFUSED_GROUP },
    mutate: (stack) => {
      inline(stack, "web").ingress = [
        inlineRule(tcp(80), { security_groups: ["${aws_security_group.alb.id}", groupElsewhere(stack)] }),
      ];
    },
  },
  {
    row: "P37",
    name: "a block in the instances' group beside its rules",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    cannot: { state: READ_BACK },
    mutate: (stack) => {
      groups(stack).servers.body.ingress = [inlineRule(tcp(22), { cidr_blocks: ["10.0.0.0/16"] })];
    },
  },
  {
    row: "P37",
    name: "a block for what goes out of the balancer's group beside its rule",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "egress" },
    cannot: { state: READ_BACK },
    mutate: (stack) => {
      named(stack, "aws_security_group", "balancer").egress = [
        inlineRule({ from: 0, to: 0, protocol: "-1" }, { cidr_blocks: ["0.0.0.0/0"] }),
      ];
    },
  },
  {
    row: "P37",
    name: "a rule beside a group that has its rules inside",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    cannot: { state: READ_BACK },
    mutate: (stack) => {
      add(stack, "aws_security_group_rule", "office", {
        type: "ingress",
        security_group_id: "${aws_security_group.web.id}",
        protocol: "tcp",
        from_port: 22,
        to_port: 22,
        cidr_blocks: ["203.0.113.0/24"],
      });
    },
  },
  {
    row: "P38",
    name: "two rules with the list of CloudFront's addresses",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    verdict: "ok",
    mutate: (stack) => {
      const list = cloudFrontList(stack);
      for (const scheme of ["HTTP", "HTTPS"] as const) {
        const { body } = fromClients(stack, scheme);
        delete body.cidr_ipv4;
        body.prefix_list_id = list;
      }
    },
  },
  {
    row: "P38",
    name: "two blocks with the list of CloudFront's addresses",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    verdict: "ok",
    mutate: (stack) => {
      const list = cloudFrontList(stack);
      inline(stack, "alb").ingress = [80, 443].map((port) => ({
        ...inlineRule(tcp(port), {}),
        prefix_list_ids: [list],
      }));
    },
  },
];
