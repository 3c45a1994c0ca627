import { inlineRule } from "../inline-groups-base";
import type { RuleMutant } from "../mutant";
import { groupElsewhere, groups, inline, REFUSED_GROUP, tcp } from "../parts/security-groups";
import { add } from "../pick";

export const P36: readonly RuleMutant[] = [
  {
    name: "an ingress rule references a security group in another VPC",
    base: "site",
    at: { type: "aws_vpc_security_group_ingress_rule" },
    cannot: { state: REFUSED_GROUP },
    mutate: (stack) => {
      add(stack, "aws_vpc_security_group_ingress_rule", "metrics", {
        security_group_id: `\${${groups(stack).servers.address}.id}`,
        referenced_security_group_id: groupElsewhere(stack),
        ip_protocol: "tcp",
        from_port: 9090,
        to_port: 9090,
      });
    },
  },
  {
    name: "an egress rule references a security group without a VPC, which is in the default VPC",
    base: "auto-scaling",
    at: { type: "aws_security_group_rule" },
    cannot: { state: REFUSED_GROUP },
    mutate: (stack) => {
      const forgotten = add(stack, "aws_security_group", "database", {
        name: "database",
        description: "Without a VPC",
      });
      add(stack, "aws_security_group_rule", "to_database", {
        type: "egress",
        security_group_id: "${aws_security_group.app.id}",
        source_security_group_id: `\${${forgotten}.id}`,
        protocol: "tcp",
        from_port: 5432,
        to_port: 5432,
      });
    },
  },
  {
    name: "a block references a security group in another VPC in addition to the load balancer's",
    base: "inline-groups",
    at: { type: "aws_security_group" },
    cannot: { state: REFUSED_GROUP },
    mutate: (stack) => {
      inline(stack, "web").ingress = [
        inlineRule(tcp(80), { security_groups: ["${aws_security_group.alb.id}", groupElsewhere(stack)] }),
      ];
    },
  },
];
