import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { classic, fromClients, groups, inline, tcp } from "../parts/security-groups";
import { remove } from "../parts/site";

export const P30: readonly RuleMutant[] = [
  {
    name: "port 80, which redirects, is not open",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => remove(stack, fromClients(stack, "HTTP")),
  },
  {
    name: "8443 is open instead of 443",
    base: "nat",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      Object.assign(fromClients(stack, "HTTPS").body, { from_port: 8443, to_port: 8443 });
    },
  },
  {
    name: "the rule for 443 is one for what goes out",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      classic(stack, "balancer_https").type = "egress";
    },
  },
  {
    name: "the public load balancer is open to its VPC only",
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
    name: "443 is open to the instances' group, not to clients",
    base: "public",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      const { body } = fromClients(stack, "HTTPS");
      delete body.cidr_ipv4;
      body.referenced_security_group_id = `\${${groups(stack).servers.address}.id}`;
    },
  },
  {
    name: "443 is open for udp only",
    base: "created-zone",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      fromClients(stack, "HTTPS").body.ip_protocol = "udp";
    },
  },
];
