import type { Hop } from "../report";

/**
 * The hop of a resource type, whatever the resource is for; absent for types that are not on a path. Standalone
 * security group rules have the hop of their security group.
 */
export const HOP_OF_TYPE: Readonly<Record<string, Hop>> = {
  aws_route53_record: "dns",
  aws_lb: "listener",
  aws_lb_listener: "listener",
  aws_lb_listener_rule: "listener",
  aws_route: "listener",
  aws_route_table_association: "listener",
  aws_lb_target_group: "target-group",
  aws_autoscaling_group: "target",
  aws_launch_template: "target",
  aws_launch_configuration: "target",
  aws_instance: "target",
  aws_security_group: "target",
  aws_network_acl_rule: "target",
};
