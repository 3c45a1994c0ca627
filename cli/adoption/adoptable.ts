import {
  aliasRecord,
  associationWithTable,
  type Find,
  listenerOnPort,
  routeToDestination,
  ruleOf,
} from "./beside-parent";

/** How a resource that terraform created and did not live to write down is found again. */
export type Adoptable =
  /**
   * By the owner's tags, and by `parents`: attributes that must be known first, as things of other parents can look the
   * same.
   */
  | { readonly by: "tags"; readonly parents: readonly string[] }
  /** It has no tags, or needs none: one thing at most can be in its place. */
  | { readonly by: "parent"; readonly parents: readonly string[]; readonly find: Find }
  /** Creating it again does what is left to do and makes nothing twice. */
  | { readonly by: "nothing"; readonly why: string };

const tagged = (...parents: string[]): Adoptable => ({ by: "tags", parents });
const beside = (find: Find, ...parents: string[]): Adoptable => ({ by: "parent", parents, find });
const createdAgain = (why: string): Adoptable => ({ by: "nothing", why });

const RULE_PARENTS = ["security_group_id", "referenced_security_group_id", "prefix_list_id"];

/** Every type of resource that a stack can hold. */
export const ADOPTABLE: Readonly<Record<string, Adoptable>> = {
  aws_acm_certificate: tagged(),
  aws_acm_certificate_validation: createdAgain("it only waits until the certificate is issued"),
  aws_default_security_group: createdAgain("AWS made the group with its VPC, and terraform takes it over"),
  aws_eip: tagged(),
  aws_flow_log: tagged("vpc_id"),
  aws_iam_instance_profile: tagged("role"),
  aws_iam_role: tagged(),
  aws_iam_role_policy_attachment: createdAgain("a policy that is attached can be attached again"),
  aws_instance: tagged("subnet_id"),
  aws_internet_gateway: tagged("vpc_id"),
  // Its subnets tell which network it is in.
  aws_lb: tagged("subnets"),
  aws_lb_listener: beside(listenerOnPort, "load_balancer_arn"),
  aws_lb_target_group: tagged("vpc_id"),
  aws_lb_target_group_attachment: createdAgain("a target that is registered can be registered again"),
  aws_nat_gateway: tagged("subnet_id"),
  aws_route: beside(routeToDestination, "route_table_id"),
  aws_route_table: tagged("vpc_id"),
  aws_route_table_association: beside(associationWithTable, "route_table_id", "subnet_id"),
  aws_route53_record: beside(aliasRecord, "zone_id", "name", "type", "alias"),
  aws_route53_zone: tagged(),
  aws_security_group: tagged("vpc_id"),
  aws_subnet: tagged("vpc_id"),
  aws_vpc: tagged(),
  aws_vpc_endpoint: tagged("vpc_id"),
  aws_vpc_security_group_egress_rule: beside(ruleOf("out"), ...RULE_PARENTS),
  aws_vpc_security_group_ingress_rule: beside(ruleOf("in"), ...RULE_PARENTS),
  terraform_data: createdAgain("it is in the state only"),
};
