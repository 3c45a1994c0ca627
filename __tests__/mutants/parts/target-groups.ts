import type { SynthesizedJson } from "../mutant";
import { add, all, copyOf } from "../pick";
import { groupOf, type Json, typeOf } from "./site";

export const attachmentsOf = (stack: SynthesizedJson) => all(stack, typeOf(stack, "aws_lb_target_group_attachment"));

export const forwardTo = (arn: string): Json[] => [{ type: "forward", target_group_arn: arn }];

/** A second target group. */
export function addGroup(stack: SynthesizedJson, name: string): string {
  const { body } = groupOf(stack);
  return (
    `\${` +
    `${add(stack, typeOf(stack, "aws_lb_target_group"), name, { ...copyOf(body), ...(body.name === undefined ? {} : { name }) })}` +
    ".arn}"
  );
}

export function check(stack: SynthesizedJson, settings: Json): void {
  const group = groupOf(stack);
  group.body.health_check = { ...(group.body.health_check as Json), ...settings };
}

/** Another network, with a public subnet in each of two zones. */
export function addOtherNetwork(stack: SynthesizedJson): string[] {
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
