/* Objects that are unique on AWS, and the arguments that identify them: two resources with equal values conflict. */

/** The types of standalone security group rules that contain one permission each. */
export const GROUP_RULES: readonly string[] = [
  "aws_vpc_security_group_ingress_rule",
  "aws_vpc_security_group_egress_rule",
];
/** The error code if a security group already has the rule. */
export const DUPLICATE_PERMISSION = "InvalidPermission.Duplicate";
const PERMISSION = {
  by: [
    "ip_protocol",
    "from_port",
    "to_port",
    "cidr_ipv4",
    "cidr_ipv6",
    "prefix_list_id",
    "referenced_security_group_id",
  ],
  within: ["security_group_id"],
  code: DUPLICATE_PERMISSION,
};

/**
 * By type: the arguments that identify the object, those that set its scope, and the error code for a duplicate.
 */
export const UNIQUE: Readonly<
  Record<string, { readonly by: readonly string[]; readonly within?: readonly string[]; readonly code: string }>
> = {
  aws_lb: { by: ["name"], code: "DuplicateLoadBalancerName" },
  aws_lb_target_group: { by: ["name"], code: "DuplicateTargetGroupName" },
  aws_lb_listener: { by: ["port"], within: ["load_balancer_arn"], code: "DuplicateListener" },
  aws_lb_listener_rule: { by: ["priority"], within: ["listener_arn"], code: "PriorityInUse" },
  ...Object.fromEntries(GROUP_RULES.map((type) => [type, PERMISSION])),
  aws_security_group: { by: ["name"], within: ["vpc_id"], code: "InvalidGroup.Duplicate" },
  aws_network_acl_rule: {
    by: ["rule_number", "egress"],
    within: ["network_acl_id"],
    code: "NetworkAclEntryAlreadyExists",
  },
  aws_route53_record: { by: ["name", "type", "set_identifier"], within: ["zone_id"], code: "InvalidChangeBatch" },
  aws_autoscaling_group: { by: ["name"], code: "AlreadyExists" },
  aws_launch_template: { by: ["name"], code: "InvalidLaunchTemplateName.AlreadyExistsException" },
  aws_launch_configuration: { by: ["name"], code: "AlreadyExists" },
  aws_iam_role: { by: ["name"], code: "EntityAlreadyExists" },
  aws_iam_instance_profile: { by: ["name"], code: "EntityAlreadyExists" },
  aws_iam_policy: { by: ["name", "path"], code: "EntityAlreadyExists" },
  aws_iam_user: { by: ["name"], code: "EntityAlreadyExists" },
  aws_key_pair: { by: ["key_name"], code: "InvalidKeyPair.Duplicate" },
  aws_s3_bucket: { by: ["bucket"], code: "BucketAlreadyOwnedByYou" },
  aws_wafv2_web_acl: { by: ["name"], within: ["scope"], code: "WAFDuplicateItemException" },
  aws_db_instance: { by: ["identifier"], code: "DBInstanceAlreadyExists" },
  aws_rds_cluster: { by: ["cluster_identifier"], code: "DBClusterAlreadyExistsFault" },
  aws_db_subnet_group: { by: ["name"], code: "DBSubnetGroupAlreadyExists" },
  aws_lambda_function: { by: ["function_name"], code: "ResourceConflictException" },
  aws_dynamodb_table: { by: ["name"], code: "ResourceInUseException" },
  aws_sqs_queue: { by: ["name"], code: "QueueAlreadyExists" },
  aws_cloudwatch_log_group: { by: ["name"], code: "ResourceAlreadyExistsException" },
  aws_ecr_repository: { by: ["name"], code: "RepositoryAlreadyExistsException" },
  aws_elasticache_cluster: { by: ["cluster_id"], code: "CacheClusterAlreadyExists" },
  aws_elasticache_replication_group: { by: ["replication_group_id"], code: "ReplicationGroupAlreadyExistsFault" },
  aws_ecs_service: { by: ["name"], within: ["cluster"], code: "InvalidParameterException" },
};
