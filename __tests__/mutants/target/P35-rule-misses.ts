import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { classic, fromBalancer, inline, tcp } from "../parts/security-groups";

export const P35: readonly RuleMutant[] = [
  {
    name: "the rule's from_port is greater than its to_port",
    base: "site",
    at: { type: "aws_vpc_security_group_ingress_rule", attribute: "from_port" },
    mutate: (stack) => {
      fromBalancer(stack).body.from_port = 8080;
    },
  },
  {
    name: "the rule is for udp",
    base: "auto-scaling",
    at: { type: "aws_security_group_rule", attribute: "protocol" },
    mutate: (stack) => {
      classic(stack, "app_in").protocol = "udp";
    },
  },
  {
    name: "the block allows the addresses of another network",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      inline(stack, "web").ingress = [inlineRule(tcp(80), { cidr_blocks: ["172.16.0.0/16"] })];
    },
  },
  {
    name: "the rule allows only one of the load balancer's two subnets",
    base: "nat",
    at: { type: "aws_vpc_security_group_ingress_rule", attribute: "cidr_ipv4" },
    mutate: (stack) => {
      const { body } = fromBalancer(stack);
      delete body.referenced_security_group_id;
      body.cidr_ipv4 = "10.0.0.0/20";
    },
  },
  {
    name: "the rule allows the subnets of the targets themselves",
    base: "created-zone",
    at: { type: "aws_vpc_security_group_ingress_rule", attribute: "cidr_ipv4" },
    mutate: (stack) => {
      const { body } = fromBalancer(stack);
      delete body.referenced_security_group_id;
      body.cidr_ipv4 = "10.0.128.0/17";
    },
  },
];
