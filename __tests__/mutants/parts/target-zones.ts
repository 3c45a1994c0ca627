import type { SynthesizedJson } from "../mutant";
import { add, all } from "../pick";

/** A private subnet in the third zone, with the routes of the first one. */
export function thirdSubnet(stack: SynthesizedJson): string {
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
