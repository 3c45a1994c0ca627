import type { RuleMutant } from "../mutant";
import { BY_AWS, balancersGroup } from "../parts/two-writers";
import { add, copyOf } from "../pick";

export const P72: readonly RuleMutant[] = [
  {
    name: "an aws_security_group_rule is defined twice",
    base: "auto-scaling",
    at: { type: "aws_security_group_rule", attribute: "security_group_id" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_security_group_rule", "app_in_again", {
        ...copyOf(stack.resource.aws_security_group_rule?.app_in ?? {}),
        description: "the same",
      }),
  },
  {
    name: "a rule is defined again with the newer resource type",
    base: "auto-scaling",
    at: { type: "aws_vpc_security_group_ingress_rule", attribute: "security_group_id" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      add(stack, "aws_vpc_security_group_ingress_rule", "https", {
        security_group_id: `\${${balancersGroup(stack).address}.id}`,
        ip_protocol: "tcp",
        from_port: 443,
        to_port: 443,
        cidr_ipv4: "0.0.0.0/0",
      }),
  },
];
