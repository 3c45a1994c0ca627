import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { classic, fromClients, groups, inline, tcp } from "../parts/security-groups";
import { remove } from "../parts/site";

export const P30: readonly RuleMutant[] = [
  {
    name: "port 80, which redirects, is not allowed",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    shows: [/^aws_vpc_security_group_ingress_rule\..*https/],
    mutate: (stack) => remove(stack, fromClients(stack, "HTTP")),
  },
  {
    name: "port 8443 is allowed instead of 443",
    base: "nat",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      Object.assign(fromClients(stack, "HTTPS").body, { from_port: 8443, to_port: 8443 });
    },
  },
  {
    name: "the rule for port 443 is an outbound rule",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      classic(stack, "balancer_https").type = "egress";
    },
  },
  {
    name: "the internet-facing load balancer allows only its VPC",
    base: "inline-groups",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      inline(stack, "alb").ingress = [
        inlineRule(tcp(80), { cidr_blocks: ["172.20.0.0/16"] }),
        inlineRule(tcp(443), { cidr_blocks: ["172.20.0.0/16"] }),
      ];
    },
  },
  {
    name: "port 443 is allowed from the instances' security group, not from clients",
    base: "public",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      const { body } = fromClients(stack, "HTTPS");
      delete body.cidr_ipv4;
      body.referenced_security_group_id = `\${${groups(stack).servers.address}.id}`;
    },
  },
  {
    name: "port 443 is allowed only for UDP",
    base: "created-zone",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      fromClients(stack, "HTTPS").body.ip_protocol = "udp";
    },
  },
];
