import type { RuleMutant } from "../mutant";
import { addAaaa, addIpv6 } from "../parts/dns";

export const P08: readonly RuleMutant[] = [
  {
    name: "AAAA is answered for a load balancer that has IPv4 addresses only",
    base: "site",
    at: { type: "aws_route53_record", attribute: "type" },
    mutate: addAaaa,
  },
  {
    name: "the load balancer listens to IPv6, and its group lets IPv4 in alone",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "ip_address_type" },
    mutate: addIpv6,
  },
  {
    name: "the name is answered for IPv6, and the load balancer's group lets IPv4 in alone",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      addIpv6(stack);
      addAaaa(stack);
    },
  },
  {
    name: "the name is answered for IPv6, and the rules beside the load balancer's group are for IPv4 alone",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      addIpv6(stack);
      addAaaa(stack);
    },
  },
];
