/** An action that the roles' policies allow though no rehearsal of a deploy, plan and destroy calls it. */
export interface NotRecorded {
  /**
   * `by an edit`: terraform calls it for a change of a site that stands; `by a repair`: for what was changed by hand,
   * and for no edit; `never`: AWS checks it along with another call.
   */
  readonly called: "by an edit" | "by a repair" | "never";
  /** What the edit is, or what was changed by hand, or along with which call AWS checks it. */
  readonly why: string;
}

const edit = (why: string): NotRecorded => ({ called: "by an edit", why });
const repair = (why: string): NotRecorded => ({ called: "by a repair", why });
const checked = (why: string): NotRecorded => ({ called: "never", why });

/**
 * What the roles may do beyond what rehearsals recorded; nothing else may stand in their policies. No key of KMS is
 * among it: the disks, the bucket and the plans are encrypted with keys of AWS's own, which ask no permission of the
 * caller.
 */
export const NOT_RECORDED: Readonly<Record<string, NotRecorded>> = {
  "acm:AddTagsToCertificate": edit("a tag comes or changes; and AWS checks it for acm:RequestCertificate with tags"),
  "acm:RemoveTagsFromCertificate": edit("a tag goes"),
  "ec2:AssociateIamInstanceProfile": repair("an instance's profile that is gone"),
  "ec2:DeleteTags": edit("a tag goes"),
  "ec2:DescribeAccountAttributes": checked(
    "elasticloadbalancing:CreateLoadBalancer, while the account has no service-linked role for load balancers",
  ),
  "ec2:DescribeIamInstanceProfileAssociations": repair("an instance's profile that is gone"),
  "ec2:DescribeVolumesModifications": repair("a disk's type"),
  "ec2:GetSecurityGroupsForVpc": checked("elasticloadbalancing:CreateLoadBalancer and SetSecurityGroups"),
  "ec2:ModifyInstanceMetadataOptions": repair("an instance's metadata options"),
  "ec2:ModifyNetworkInterfaceAttribute": repair("an instance's security groups"),
  "ec2:ModifySecurityGroupRules": repair("a security group's rule"),
  "ec2:ModifySubnetAttribute": repair("a subnet that gives public addresses"),
  "ec2:ModifyVolume": repair("a disk's type"),
  "ec2:ModifyVpcEndpoint": edit("a zone more or less: the S3 endpoint's route tables"),
  "ec2:ReplaceIamInstanceProfileAssociation": repair("an instance's profile that is another one"),
  "ec2:ReplaceRoute": repair("the public route, which leads elsewhere"),
  "ec2:StartInstances": repair("an instance's type"),
  "ec2:StopInstances": repair("an instance's type"),
  "ec2:UnmonitorInstances": edit("instances.detailedMonitoring is switched off"),
  "elasticloadbalancing:AddTags": edit("a tag comes or changes; and AWS checks it for whatever is created with tags"),
  "elasticloadbalancing:ModifyListener": edit("another certificate, TLS policy or action"),
  "elasticloadbalancing:ModifyTargetGroup": edit("another health check"),
  "elasticloadbalancing:RemoveTags": edit("a tag goes"),
  "elasticloadbalancing:SetSecurityGroups": edit(
    "another domainName in an existing VPC, where the names of the groups end with a hash of it",
  ),
  "elasticloadbalancing:SetSubnets": edit("a zone more or less"),
  "iam:CreateServiceLinkedRole": checked("elasticloadbalancing:CreateLoadBalancer, the first one of an account"),
  "iam:PassRole": checked("iam:AddRoleToInstanceProfile and ec2:RunInstances with a profile"),
  "iam:TagInstanceProfile": edit("a tag comes or changes; and AWS checks it for iam:CreateInstanceProfile with tags"),
  "iam:TagRole": edit("a tag comes or changes; and AWS checks it for iam:CreateRole with tags"),
  "iam:UntagInstanceProfile": edit("a tag goes"),
  "iam:UntagRole": edit("a tag goes"),
  "iam:UpdateAssumeRolePolicy": repair("the role's trust policy"),
  "iam:UpdateRole": repair("the role's session length"),
  "iam:UpdateRoleDescription": repair("the role's description"),
  "logs:CreateLogDelivery": checked("ec2:CreateFlowLogs to a bucket"),
  "logs:DeleteLogDelivery": checked("ec2:DeleteFlowLogs of such"),
};
