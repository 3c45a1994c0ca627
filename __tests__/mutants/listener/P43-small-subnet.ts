import type { RuleMutant } from "../mutant";
import { named } from "../parts/site";
import { part, REFUSED_BALANCER } from "../parts/subnets";
import { add, all, copyOf, type Picked, the } from "../pick";

export const P43: readonly RuleMutant[] = [
  {
    name: "a public subnet is a /28",
    base: "site",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    cannot: { state: REFUSED_BALANCER },
    mutate: (stack) => {
      part(stack, "aws_subnet", "public-a").body.cidr_block = "10.0.0.0/28";
    },
  },
  {
    name: "a /26 VPC is divided into four subnets",
    base: "auto-scaling",
    at: { type: "aws_subnet", attribute: "cidr_block" },
    cannot: { state: REFUSED_BALANCER },
    // Each block is a quarter of the VPC, so a larger one does not fit.
    unfixable: "a larger subnet does not fit in this VPC",
    mutate: (stack) => {
      named(stack, "aws_vpc", "main").cidr_block = "10.1.0.0/26";
      ["public_a", "public_b", "private_a", "private_b"].forEach((name, index) => {
        named(stack, "aws_subnet", name).cidr_block = `10.1.0.${index * 16}/28`;
      });
    },
  },
  {
    name: "there are 21 instances in a /27 subnet",
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
    name: "the network is the smallest possible, and all instances are in the first zone",
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
];
