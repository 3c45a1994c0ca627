import type { SynthesizedJson } from "../mutant";
import { add, all, the } from "../pick";

export const BY_AWS = "AWS refuses the second one, so no state has both";

export const OF_CHANGES =
  "only a plan of what stands destroys one resource and creates another; unit/path/cases-two-writers.test.ts " +
  "and unit/path/rules/two-writers.test.ts look at such plans";

const recordOf = (stack: SynthesizedJson, is: (body: Record<string, unknown>) => boolean) =>
  the(stack, "aws_route53_record", is);

export const siteRecord = (stack: SynthesizedJson) => recordOf(stack, ({ alias }) => alias !== undefined);

export const validation = (stack: SynthesizedJson) =>
  recordOf(stack, ({ name }) => String(name).includes("domain_validation_options"));

export const balancersGroup = (stack: SynthesizedJson) =>
  the(stack, "aws_security_group", ({ name, name_prefix }) => /alb|balancer/.test(String(name ?? name_prefix)));

export function addAcl(stack: SynthesizedJson, numbers: readonly number[]): void {
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

/** Arguments that a block in Terraform's JSON must have. */
export const NO_ROUTE = {
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

export function renamed(type: string): (stack: SynthesizedJson) => void {
  return (stack) => {
    const blocks = all(stack, type).map(({ body }) => body);
    stack.resource[type] = Object.fromEntries(blocks.map((body, index) => [`renamed_${index}`, body]));
  };
}
