import type { RuleMutant } from "../mutant";
import { thirdSubnet } from "../parts/target-zones";
import { add, all } from "../pick";

export const P50: readonly RuleMutant[] = [
  {
    name: "one instance is in a third Availability Zone",
    base: "site",
    at: { type: "aws_instance", attribute: "subnet_id" },
    mutate: (stack) => {
      const second = all(stack, "aws_instance")[1];
      if (second !== undefined) second.body.subnet_id = thirdSubnet(stack);
    },
  },
  {
    name: "the Auto Scaling group has three subnets, the load balancer two",
    base: "auto-scaling",
    at: { type: "aws_autoscaling_group", attribute: "vpc_zone_identifier" },
    mutate: (stack) => {
      const subnet =
        `\${` +
        `${add(stack, "aws_subnet", "private_c", { vpc_id: "${aws_vpc.main.id}", cidr_block: "10.1.12.0/24", availability_zone: "us-east-1c" })}` +
        ".id}";
      add(stack, "aws_route_table_association", "private_c", {
        subnet_id: subnet,
        route_table_id: "${aws_route_table.private.id}",
      });
      const group = all(stack, "aws_autoscaling_group")[0];
      if (group !== undefined) (group.body.vpc_zone_identifier as string[]).push(subnet);
    },
  },
  {
    name: "an instance is in an Availability Zone without other resources",
    base: "inline-groups",
    at: { type: "aws_instance", attribute: "subnet_id" },
    mutate: (stack) => {
      const subnet = add(stack, "aws_subnet", "c", {
        vpc_id: "${aws_vpc.main.id}",
        cidr_block: "172.20.3.0/24",
        availability_zone: "us-east-1c",
        map_public_ip_on_launch: true,
      });
      const [one] = all(stack, "aws_instance");
      if (one !== undefined) one.body.subnet_id = `\${${subnet}.id}`;
    },
  },
];
