import type { RuleMutant } from "../mutant";
import { HASH, withUserData } from "../parts/servers";
import { named, remove } from "../parts/site";
import { the } from "../pick";

export const P62: readonly RuleMutant[] = [
  {
    name: "the private subnets have no default route",
    base: "auto-scaling",
    at: { type: "aws_autoscaling_group", attribute: "vpc_zone_identifier" },
    shows: [/^aws_route_table\.private$/, /^aws_route_table_association\.private_/, /^aws_launch_template\./],
    mutate: (stack) => remove(stack, { address: "aws_route.private", body: {} }),
  },
  {
    name: "the instances' subnets route to the internet gateway, but the instances have no public address",
    base: "auto-scaling",
    at: { type: "aws_launch_template", attribute: "associate_public_ip_address" },
    mutate: (stack) => {
      for (const name of ["private_a", "private_b"])
        named(stack, "aws_route_table_association", name).route_table_id = "${aws_route_table.public.id}";
    },
  },
  {
    name: "the S3 endpoint for the packages is missing",
    base: "site",
    at: { type: "aws_instance", attribute: "subnet_id" },
    cannot: { state: HASH },
    mutate: (stack) => remove(stack, the(stack, "aws_vpc_endpoint")),
  },
  {
    name: "the S3 endpoint is only in the public route table",
    base: "site",
    at: { type: "aws_instance", attribute: "subnet_id" },
    cannot: { state: HASH },
    mutate: (stack) => {
      const { body } = the(stack, "aws_vpc_endpoint");
      body.route_table_ids = (body.route_table_ids as string[]).filter((it) => it.includes("public"));
    },
  },
  {
    name: "the boot script downloads packages from Debian mirrors, but only S3 is reachable",
    base: "site",
    at: { type: "aws_instance", attribute: "subnet_id" },
    also: ["P64"],
    cannot: { state: HASH },
    mutate: (stack) => withUserData(stack, (text) => text.replace("dnf install", "apt-get install")),
  },
];
