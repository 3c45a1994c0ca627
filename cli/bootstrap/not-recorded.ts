/** An action that the roles' policies allow though no rehearsal of a deploy, plan and destroy calls it. */
export interface NotRecorded {
  /**
   * `by an edit`: terraform calls it for a change of an existing site; `by a repair`: only to correct a change that was
   * made by hand; `never`: AWS checks it along with another call.
   */
  readonly called: "by an edit" | "by a repair" | "never";
  /** The edit, what was changed by hand, or the call along with which AWS checks it. */
  readonly why: string;
}

const edit = (why: string): NotRecorded => ({ called: "by an edit", why });
const repair = (why: string): NotRecorded => ({ called: "by a repair", why });
const checked = (why: string): NotRecorded => ({ called: "never", why });

/**
 * The actions that the roles may call although no rehearsal recorded them; their policies must not have others. KMS is
 * not among them: the disks, the bucket and the plans are encrypted with AWS's own keys, which require no permission of
 * the caller.
 */
export const NOT_RECORDED: Readonly<Record<string, NotRecorded>> = {
  "acm:AddTagsToCertificate": edit(
    "a tag is added or changed; AWS also checks it for acm:RequestCertificate with tags",
  ),
  "acm:RemoveTagsFromCertificate": edit("a tag is removed"),
  "ec2:AssociateIamInstanceProfile": repair("an instance's profile was removed"),
  "ec2:DeleteTags": edit("a tag is removed"),
  "ec2:DescribeAccountAttributes": checked(
    "elasticloadbalancing:CreateLoadBalancer, while the account has no service-linked role for load balancers",
  ),
  "ec2:DescribeIamInstanceProfileAssociations": repair("an instance's profile was removed"),
  "ec2:DescribeVolumesModifications": repair("a disk's type"),
  "ec2:GetSecurityGroupsForVpc": checked("elasticloadbalancing:CreateLoadBalancer and SetSecurityGroups"),
  "ec2:ModifyInstanceMetadataOptions": repair("an instance's metadata options"),
  "ec2:ModifyNetworkInterfaceAttribute": repair("an instance's security groups"),
  "ec2:ModifySecurityGroupRules": repair("a security group's rule"),
  "ec2:ModifySubnetAttribute": repair("a subnet assigns public addresses"),
  "ec2:ModifyVolume": repair("a disk's type"),
  "ec2:ModifyVpcEndpoint": edit("an Availability Zone is added or removed: route tables of the S3 endpoint"),
  "ec2:ReplaceIamInstanceProfileAssociation": repair("an instance has a different profile"),
  "ec2:ReplaceRoute": repair("the public route has a different target"),
  "ec2:StartInstances": repair("an instance's type"),
  "ec2:StopInstances": repair("an instance's type"),
  "ec2:UnmonitorInstances": edit("instances.detailedMonitoring is disabled"),
  "elasticloadbalancing:AddTags": edit(
    "a tag is added or changed; AWS also checks it for every resource that is created with tags",
  ),
  "elasticloadbalancing:ModifyListener": edit("a different certificate, TLS policy or action"),
  "elasticloadbalancing:ModifyTargetGroup": edit("a different health check"),
  "elasticloadbalancing:RemoveTags": edit("a tag is removed"),
  "elasticloadbalancing:SetSecurityGroups": edit(
    "a different domainName in an existing VPC, where the names of the security groups end with a hash of it",
  ),
  "elasticloadbalancing:SetSubnets": edit("an Availability Zone is added or removed"),
  "iam:CreateServiceLinkedRole": checked(
    "elasticloadbalancing:CreateLoadBalancer, for the first load balancer of an account",
  ),
  "iam:PassRole": checked("iam:AddRoleToInstanceProfile and ec2:RunInstances with a profile"),
  "iam:TagInstanceProfile": edit(
    "a tag is added or changed; AWS also checks it for iam:CreateInstanceProfile with tags",
  ),
  "iam:TagRole": edit("a tag is added or changed; AWS also checks it for iam:CreateRole with tags"),
  "iam:UntagInstanceProfile": edit("a tag is removed"),
  "iam:UntagRole": edit("a tag is removed"),
  "iam:UpdateAssumeRolePolicy": repair("the role's trust policy"),
  "iam:UpdateRole": repair("the role's session length"),
  "iam:UpdateRoleDescription": repair("the role's description"),
  "logs:CreateLogDelivery": checked("ec2:CreateFlowLogs to a bucket"),
  "logs:DeleteLogDelivery": checked("ec2:DeleteFlowLogs of such a flow log"),
};
