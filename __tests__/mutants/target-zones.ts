import type { Mutant, SynthesizedJson } from "./mutant";
import { add, all } from "./pick";

/* P50: targets where the balancer is not. */

/** A private subnet in the third zone, with the routes of the first one. */
function thirdSubnet(stack: SynthesizedJson): string {
  const first = all(stack, "aws_subnet").find(({ address }) => address.includes("private-a"));
  const association = all(stack, "aws_route_table_association").find(
    ({ body }) => body.subnet_id === `\${${first?.address}.id}`,
  );
  const zone = String(first?.body.availability_zone).replace("names[0]", "names[2]");
  const id =
    `\${` +
    `${add(stack, "aws_subnet", "third", { ...first?.body, cidr_block: "10.0.192.0/20", availability_zone: zone })}` +
    ".id}";
  add(stack, "aws_route_table_association", "third", {
    subnet_id: id,
    route_table_id: association?.body.route_table_id,
  });
  return id;
}

export const targetZoneMutants: readonly Mutant[] = [
  {
    row: "P50",
    name: "one instance is in a third zone",
    base: "site",
    at: { type: "aws_instance", attribute: "subnet_id" },
    mutate: (stack) => {
      const second = all(stack, "aws_instance")[1];
      if (second !== undefined) second.body.subnet_id = thirdSubnet(stack);
    },
  },
  {
    row: "P50",
    name: "the group has a third subnet, the balancer two",
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
    row: "P50",
    name: "an instance is in a zone of its own",
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
