import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { classic, fromBalancer, inline, tcp } from "../parts/security-groups";
import { remove, vpcId } from "../parts/site";
import { add } from "../pick";

export const P33: readonly RuleMutant[] = [
  {
    name: "no ingress rule allows the load balancer",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    shows: [/^aws_vpc_security_group_egress_rule\..*instances/],
    mutate: (stack) => remove(stack, fromBalancer(stack)),
  },
  {
    name: "port 80 is open instead of 8080",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      Object.assign(classic(stack, "app_in"), { from_port: 80, to_port: 80 });
    },
  },
  {
    name: "the targets' security group allows itself, not the load balancer's security group",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      inline(stack, "web").ingress = [{ ...inlineRule(tcp(80), {}), self: true }];
    },
  },
  {
    name: "the rule for the load balancer is an egress rule",
    base: "nat",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      const { body } = fromBalancer(stack);
      remove(stack, fromBalancer(stack));
      add(stack, "aws_vpc_security_group_egress_rule", "turned", { ...body, description: "The wrong way round" });
    },
  },
  {
    name: "the port is open to a security group that nothing uses",
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
];
