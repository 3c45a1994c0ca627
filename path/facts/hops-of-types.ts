import type { Hop } from "../report";

/**
 * The hop on which resources of a type stand, whatever they are for; none for what stands on no path. Rules beside a
 * security group stand where their group does.
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
