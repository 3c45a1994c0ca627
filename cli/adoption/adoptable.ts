import {
  aliasRecord,
  associationWithTable,
  type Find,
  listenerOnPort,
  routeToDestination,
  ruleOf,
} from "./within-parent";

/** How to find a resource that terraform created but did not save in the state. */
export type Adoptable =
  /**
   * By the owner's tags, and by `parents`: attributes that must be known first, as resources of other parents can look
   * the same.
   */
  | { readonly by: "tags"; readonly parents: readonly string[] }
  /** It has or needs no tags: at most one resource can be in its place. */
  | { readonly by: "parent"; readonly parents: readonly string[]; readonly find: Find }
  /** Creating it again completes it and duplicates nothing. */
  | { readonly by: "nothing"; readonly why: string };

const tagged = (...parents: string[]): Adoptable => ({ by: "tags", parents });
const byParent = (find: Find, ...parents: string[]): Adoptable => ({ by: "parent", parents, find });
const createdAgain = (why: string): Adoptable => ({ by: "nothing", why });

const RULE_PARENTS = ["security_group_id", "referenced_security_group_id", "prefix_list_id"];

/** Every type of resource that a stack can hold. */
export const ADOPTABLE: Readonly<Record<string, Adoptable>> = {
  aws_acm_certificate: tagged(),
  aws_acm_certificate_validation: createdAgain("it only waits until the certificate is issued"),
  aws_default_security_group: createdAgain("AWS creates the security group with its VPC, and terraform manages it"),
  aws_eip: tagged(),
  aws_flow_log: tagged("vpc_id"),
  aws_iam_instance_profile: tagged("role"),
  aws_iam_role: tagged(),
  aws_iam_role_policy_attachment: createdAgain("an attached policy can be attached again"),
  aws_instance: tagged("subnet_id"),
  aws_internet_gateway: tagged("vpc_id"),
  // Its subnets determine its VPC.
  aws_lb: tagged("subnets"),
  aws_lb_listener: byParent(listenerOnPort, "load_balancer_arn"),
  aws_lb_target_group: tagged("vpc_id"),
  aws_lb_target_group_attachment: createdAgain("a registered target can be registered again"),
  aws_nat_gateway: tagged("subnet_id"),
  aws_route: byParent(routeToDestination, "route_table_id"),
  aws_route_table: tagged("vpc_id"),
  aws_route_table_association: byParent(associationWithTable, "route_table_id", "subnet_id"),
  aws_route53_record: byParent(aliasRecord, "zone_id", "name", "type", "alias"),
  aws_route53_zone: tagged(),
  aws_security_group: tagged("vpc_id"),
  aws_subnet: tagged("vpc_id"),
  aws_vpc: tagged(),
  aws_vpc_endpoint: tagged("vpc_id"),
  aws_vpc_security_group_egress_rule: byParent(ruleOf("out"), ...RULE_PARENTS),
  aws_vpc_security_group_ingress_rule: byParent(ruleOf("in"), ...RULE_PARENTS),
  terraform_data: createdAgain("it exists only in the state"),
};
