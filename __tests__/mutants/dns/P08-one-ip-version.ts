import type { RuleMutant } from "../mutant";
import { addAaaa, addIpv6 } from "../parts/dns";

export const P08: readonly RuleMutant[] = [
  {
    name: "an AAAA record points to a load balancer with only IPv4 addresses",
    base: "site",
    at: { type: "aws_route53_record", attribute: "type" },
    mutate: addAaaa,
  },
  {
    name: "the load balancer is dualstack, but its security group allows only IPv4",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "ip_address_type" },
    mutate: addIpv6,
  },
  {
    name: "the name has an AAAA record, but the load balancer's security group allows only IPv4",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      addIpv6(stack);
      addAaaa(stack);
    },
  },
  {
    name: "the name has an AAAA record, but the standalone rules of the load balancer's security group allow only IPv4",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      addIpv6(stack);
      addAaaa(stack);
    },
  },
];
