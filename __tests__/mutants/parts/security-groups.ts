import type { SynthesizedJson } from "../mutant";
import { add, the } from "../pick";
import { named } from "./site";

export const REFUSED_GROUP = "EC2 refuses a security group of another VPC, so no state has it";

export const READ_BACK =
  "the provider reads separate rules back into the security group, so a state of a correct one looks the same";

export const tcp = (from: number, to = from) => ({ from, to, protocol: "tcp" });

export const targetGroupOf = (stack: SynthesizedJson) =>
  stack.resource.aws_alb_target_group === undefined
    ? the(stack, "aws_lb_target_group")
    : the(stack, "aws_alb_target_group");

/** Rules of this project's stack, by their purpose. */
const rule = (stack: SynthesizedJson, direction: "ingress" | "egress", about: RegExp) =>
  the(stack, `aws_vpc_security_group_${direction}_rule`, ({ description }) => about.test(String(description)));

export const fromClients = (stack: SynthesizedJson, scheme: "HTTP" | "HTTPS") =>
  rule(stack, "ingress", new RegExp(`^${scheme} from everyone`));

export const toInstances = (stack: SynthesizedJson) => rule(stack, "egress", /to the instances/);

export const fromBalancer = (stack: SynthesizedJson) => rule(stack, "ingress", /from the load balancer/);

export const groups = (stack: SynthesizedJson) => ({
  balancer: the(stack, "aws_security_group", ({ description }) => /^Clients/.test(String(description))),
  servers: the(stack, "aws_security_group", ({ description }) => /^The (load )?balancer/.test(String(description))),
});

export const classic = (stack: SynthesizedJson, name: string) => named(stack, "aws_security_group_rule", name);

export const inline = (stack: SynthesizedJson, name: "alb" | "web") => named(stack, "aws_security_group", name);

/** A security group in another VPC than the stack's. */
export function groupElsewhere(stack: SynthesizedJson): string {
  const vpc = add(stack, "aws_vpc", "other", { cidr_block: "10.99.0.0/16" });
  return (
    `\${` +
    `${add(stack, "aws_security_group", "other", { name: "other", description: "Another network", vpc_id: `\${${vpc}.id}` })}` +
    ".id}"
  );
}

export function cloudFrontList(stack: SynthesizedJson): string {
  ((stack.data ??= {}).aws_ec2_managed_prefix_list ??= {}).cloudfront = {
    name: "com.amazonaws.global.cloudfront.origin-facing",
  };
  return "${data.aws_ec2_managed_prefix_list.cloudfront.id}";
}
