import type { RuleMutant } from "../mutant";
import { addAcl, BY_AWS } from "../parts/two-writers";
import { the } from "../pick";

export const P73: readonly RuleMutant[] = [
  {
    name: "two entries of a network ACL have the same number",
    base: "site",
    at: { type: "aws_network_acl_rule", attribute: "rule_number" },
    cannot: { state: BY_AWS },
    mutate: (stack) => addAcl(stack, [100, 100]),
  },
  {
    name: "a separate entry has the number of an inline entry",
    base: "auto-scaling",
    at: { type: "aws_network_acl_rule", attribute: "rule_number" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      addAcl(stack, [200]);
      the(stack, "aws_network_acl").body.ingress = [
        {
          rule_no: 200,
          protocol: "-1",
          action: "allow",
          cidr_block: "0.0.0.0/0",
          from_port: 0,
          to_port: 0,
          icmp_code: null,
          icmp_type: null,
          ipv6_cidr_block: null,
        },
      ];
    },
  },
];
