import { applyEdits } from "./edits";
import type { Mutant, SynthesizedJson } from "./mutant";
import { add, all, copyOf, type Picked, the } from "./pick";

/* P41 to P47: the balancer's subnets and their way to the internet. */

const REFUSED_BALANCER = "ELB refuses to make such a balancer, so that no state has it";
const REFUSED_SUBNET = "EC2 refuses to make such a subnet, so that no state has it";

/** Not a reason of the form's: nothing here can make such a state. */
const NOT_EMULATED =
  "the local AWS lacks the block; `__tests__/unit/path/rules/subnets.test.ts` finds it in a state to which it " +
  "is added by hand";

type Json = Record<string, unknown>;

const remove = (stack: SynthesizedJson, { address }: Picked) => applyEdits(stack, [{ remove: address }]);
const named = (stack: SynthesizedJson, type: string, name: string): Json => stack.resource[type]?.[name] ?? {};
const balancer = (stack: SynthesizedJson) =>
  the(stack, stack.resource.aws_alb === undefined ? "aws_lb" : "aws_alb").body;
const idOf = ({ address }: Picked) => `\${${address}.id}`;

/** A subnet of this project's network, and what belongs to it: `public-b`. */
const part = (stack: SynthesizedJson, type: string, name: string) => {
  const found = all(stack, type).find(({ address }) => address.includes(`network_${name}_`));
  if (found === undefined) throw new Error(`no ${type} ${name}`);
  return found;
};
const publicRoute = (stack: SynthesizedJson) => the(stack, "aws_route", ({ gateway_id }) => gateway_id !== undefined);

/** Another VPC, with an internet gateway. */
function gatewayElsewhere(stack: SynthesizedJson): string {
  const vpc = add(stack, "aws_vpc", "other", { cidr_block: "10.99.0.0/16" });
  return `\${${add(stack, "aws_internet_gateway", "other", { vpc_id: `\${${vpc}.id}` })}.id}`;
}

export const subnetMutants: readonly Mutant[] = [
  {
    row: "P41",
    name: "the balancer has the first public subnet only",
    base: "nat",
    at: { type: "aws_lb", attribute: "subnets" },
    also: ["P50"],
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      balancer(stack).subnets = [idOf(part(stack, "aws_subnet", "public-a"))];
    },
  },
  {
    row: "P41",
    name: "the network has one subnet, for the balancer and the instances",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "subnets" },
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      balancer(stack).subnets = ["${aws_subnet.a.id}"];
      named(stack, "aws_instance", "b").subnet_id = "${aws_subnet.a.id}";
      remove(stack, { address: "aws_subnet.b", body: {} });
    },
  },
  {
    row: "P42",
    name: "both public subnets are in the first zone of the region",
    base: "site",
    at: { type: "aws_lb", attribute: "subnets" },
    also: ["P50"],
    cannot: { plan: "a precondition of the stack says so", state: REFUSED_BALANCER },
    mutate: (stack) => {
      part(stack, "aws_subnet", "public-b").body.availability_zone = part(
        stack,
        "aws_subnet",
        "public-a",
      ).body.availability_zone;
    },
  },
  {
    row: "P42",
    name: "the balancer has the public and the private subnet of one zone",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "subnets" },
    also: ["P44", "P50"],
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      balancer(stack).subnets = ["${aws_subnet.public_a.id}", "${aws_subnet.private_a.id}"];
    },
  },
  {
    row: "P42",
    name: "a zone is written twice",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "subnets" },
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      named(stack, "aws_subnet", "b").availability_zone = "us-east-1a";
    },
  },
  {
    row: "P43",
    name: "a public subnet is a /28",
    base: "site",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      part(stack, "aws_subnet", "public-a").body.cidr_block = "10.0.0.0/28";
    },
  },
  {
    row: "P43",
    name: "a whole VPC of /26 is cut into four",
    base: "auto-scaling",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    cannot: { state: REFUSED_BALANCER },
    // Each block is a fourth of it, so that there is no room for a larger one until the VPC is larger.
    unfixable: "a larger subnet has no room in this VPC",
    mutate: (stack) => {
      named(stack, "aws_vpc", "main").cidr_block = "10.1.0.0/26";
      ["public_a", "public_b", "private_a", "private_b"].forEach((name, index) => {
        named(stack, "aws_subnet", name).cidr_block = `10.1.0.${index * 16}/28`;
      });
    },
  },
  {
    row: "P43",
    name: "twenty-one instances in a subnet of /27",
    base: "inline-groups",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    verdict: "ok",
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      named(stack, "aws_subnet", "a").cidr_block = "172.20.1.0/27";
      for (let count = 0; count < 20; count++)
        add(stack, "aws_instance", `worker_${count}`, {
          ami: "ami-0123456789abcdef0",
          instance_type: "t2.micro",
          subnet_id: "${aws_subnet.a.id}",
          vpc_security_group_ids: ["${aws_security_group.web.id}"],
        });
    },
  },
  {
    row: "P43",
    name: "the smallest network, and all instances in the first zone",
    base: "public",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    verdict: "ok",
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      the(stack, "aws_vpc").body.cidr_block = "10.0.0.0/23";
      ["public-a", "public-b"].forEach((name, index) => {
        part(stack, "aws_subnet", name).body.cidr_block = `10.0.0.${index * 32}/27`;
      });
      ["private-a", "private-b"].forEach((name, index) => {
        part(stack, "aws_subnet", name).body.cidr_block = `10.0.1.${index * 32}/27`;
      });
      const [{ body }] = all(stack, "aws_instance") as [Picked, ...Picked[]];
      for (let count = 0; count < 20; count++)
        add(stack, "aws_instance", `more_${count}`, { ...copyOf(body), depends_on: [] });
    },
  },
  {
    row: "P44",
    name: "the public route table has no route to the internet",
    base: "site",
    at: { type: "aws_route_table", attribute: "route" },
    mutate: (stack) => remove(stack, publicRoute(stack)),
  },
  {
    row: "P44",
    name: "the balancer is in the private subnets",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "subnets" },
    mutate: (stack) => {
      balancer(stack).subnets = ["${aws_subnet.private_a.id}", "${aws_subnet.private_b.id}"];
    },
  },
  {
    row: "P44",
    name: "one of its two subnets is a private one",
    base: "nat",
    at: { type: "aws_lb", attribute: "subnets" },
    mutate: (stack) => {
      balancer(stack).subnets = [
        idOf(part(stack, "aws_subnet", "public-a")),
        idOf(part(stack, "aws_subnet", "private-b")),
      ];
    },
  },
  {
    row: "P44",
    name: "the route to the internet gateway is for a part of the addresses",
    base: "inline-groups",
    at: { type: "aws_route", attribute: "destination_cidr_block" },
    also: ["P62"],
    mutate: (stack) => {
      named(stack, "aws_route", "internet").destination_cidr_block = "8.0.0.0/8";
    },
  },
  {
    row: "P45",
    name: "one public subnet is not associated with the public route table",
    base: "site",
    at: { type: "aws_subnet", attribute: "route_table_id" },
    mutate: (stack) => remove(stack, part(stack, "aws_route_table_association", "public-association-b")),
  },
  {
    row: "P45",
    name: "a public route table is made and associated with nothing",
    base: "inline-groups",
    at: { type: "aws_subnet", attribute: "route_table_id" },
    also: ["P62"],
    mutate: (stack) => {
      named(stack, "aws_route", "internet").route_table_id =
        `\${${add(stack, "aws_route_table", "public", { vpc_id: "${aws_vpc.main.id}" })}.id}`;
    },
  },
  {
    row: "P45",
    name: "the route leads to the internet gateway of another VPC",
    base: "auto-scaling",
    at: { type: "aws_route", attribute: "gateway_id" },
    also: ["P63"],
    cannot: { state: "AWS takes no route to the gateway of another VPC" },
    mutate: (stack) => {
      named(stack, "aws_route", "public").gateway_id = gatewayElsewhere(stack);
    },
  },
  {
    row: "P46",
    name: "a public subnet has the block of a private one",
    base: "site",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    cannot: { state: REFUSED_SUBNET },
    mutate: (stack) => {
      part(stack, "aws_subnet", "private-a").body.cidr_block = part(stack, "aws_subnet", "public-a").body.cidr_block;
    },
  },
  {
    row: "P46",
    name: "a subnet's block is of another network",
    base: "auto-scaling",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    cannot: { state: REFUSED_SUBNET },
    mutate: (stack) => {
      named(stack, "aws_subnet", "private_b").cidr_block = "10.2.11.0/24";
    },
  },
  {
    row: "P46",
    name: "a larger block holds that of its neighbour",
    base: "inline-groups",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    cannot: { state: REFUSED_SUBNET },
    mutate: (stack) => {
      named(stack, "aws_subnet", "b").cidr_block = "172.20.0.0/22";
    },
  },
  {
    row: "P47",
    name: "the account blocks public access both ways",
    base: "site",
    at: { type: "aws_vpc_block_public_access_options", attribute: "internet_gateway_block_mode" },
    cannot: { state: NOT_EMULATED },
    mutate: (stack) => {
      add(stack, "aws_vpc_block_public_access_options", "all", { internet_gateway_block_mode: "block-bidirectional" });
    },
  },
  {
    row: "P47",
    name: "the account blocks what comes in, and one of two subnets is excluded",
    base: "auto-scaling",
    at: { type: "aws_vpc_block_public_access_options", attribute: "internet_gateway_block_mode" },
    cannot: { state: NOT_EMULATED },
    mutate: (stack) => {
      add(stack, "aws_vpc_block_public_access_options", "all", { internet_gateway_block_mode: "block-ingress" });
      add(stack, "aws_vpc_block_public_access_exclusion", "a", {
        internet_gateway_exclusion_mode: "allow-bidirectional",
        subnet_id: "${aws_subnet.public_a.id}",
      });
    },
  },
];
