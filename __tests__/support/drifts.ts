import * as ec2 from "@aws-sdk/client-ec2";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import * as iam from "@aws-sdk/client-iam";
import * as route53 from "@aws-sdk/client-route-53";
import type { LocalAws } from "../../rehearsal/local-aws";

/* Manual changes to a deployed site that the next deploy repairs. */

/** The attributes of a resource in the state. */
type Values = Readonly<Record<string, unknown>>;

/** A deployed site: clients for AWS, and the content of its state. */
export class Standing {
  readonly ec2: ec2.EC2Client;
  readonly elb: elb.ElasticLoadBalancingV2Client;
  readonly iam: iam.IAMClient;
  readonly route53: route53.Route53Client;

  constructor(
    { endpoint }: LocalAws,
    private readonly resources: readonly { readonly address: string; readonly type: string; readonly values: Values }[],
  ) {
    const settings = {
      endpoint,
      region: "us-east-1",
      maxAttempts: 2,
      credentials: { accessKeyId: "somebody", secretAccessKey: "somebody" },
    };
    this.ec2 = new ec2.EC2Client(settings);
    this.elb = new elb.ElasticLoadBalancingV2Client(settings);
    this.iam = new iam.IAMClient(settings);
    this.route53 = new route53.Route53Client(settings);
  }

  /** An attribute of the first resource of a type whose address holds this. */
  value(type: string, attribute: string, part = ""): string {
    const found = this.resources.find((it) => it.type === type && it.address.includes(part))?.values[attribute];
    if (typeof found !== "string") throw new Error(`no ${attribute} of ${type} ${part}`);
    return found;
  }

  /** The root volume's id. */
  disk(instance: string): string {
    const [{ volume_id } = { volume_id: "" }] = this.resources.find(
      (it) => it.type === "aws_instance" && it.address.includes(instance),
    )?.values.root_block_device as { volume_id: string }[];
    return volume_id;
  }

  id(type: string, part = ""): string {
    return this.value(type, "id", part);
  }
}

export interface Drift {
  readonly happens: (site: Standing) => Promise<unknown>;
  /** The actions that the repair calls and that a first deploy and a destroy do not. @default none */
  readonly repair?: readonly string[];
}

const ANYWHERE = "0.0.0.0/0";

/** The association of an instance with its profile. */
async function profileOf(site: Standing, instance: string): Promise<string | undefined> {
  const { IamInstanceProfileAssociations: [found] = [] } = await site.ec2.send(
    new ec2.DescribeIamInstanceProfileAssociationsCommand({ Filters: [{ Name: "instance-id", Values: [instance] }] }),
  );
  return found?.AssociationId;
}

/** By what has drifted. instance-1 and 3 are changed, instance-2 is terminated. */
export const DRIFTS: Readonly<Record<string, Drift>> = {
  "an instance's type": {
    happens: async (site) => {
      const InstanceId = site.id("aws_instance", "instance-1");
      await site.ec2.send(new ec2.StopInstancesCommand({ InstanceIds: [InstanceId] }));
      await site.ec2.send(new ec2.ModifyInstanceAttributeCommand({ InstanceId, InstanceType: { Value: "t3.small" } }));
      await site.ec2.send(new ec2.StartInstancesCommand({ InstanceIds: [InstanceId] }));
    },
    repair: ["ec2:StartInstances", "ec2:StopInstances"],
  },
  "an instance's metadata options": {
    happens: (site) =>
      site.ec2.send(
        new ec2.ModifyInstanceMetadataOptionsCommand({
          InstanceId: site.id("aws_instance", "instance-1"),
          HttpTokens: "optional",
          HttpPutResponseHopLimit: 2,
        }),
      ),
    repair: ["ec2:ModifyInstanceMetadataOptions"],
  },
  "an instance's security groups": {
    happens: (site) =>
      site.ec2.send(
        new ec2.ModifyInstanceAttributeCommand({
          InstanceId: site.id("aws_instance", "instance-1"),
          Groups: [site.id("aws_security_group", "_alb-")],
        }),
      ),
    repair: ["ec2:ModifyNetworkInterfaceAttribute"],
  },
  "an instance's detailed monitoring": {
    happens: (site) =>
      site.ec2.send(new ec2.UnmonitorInstancesCommand({ InstanceIds: [site.id("aws_instance", "instance-1")] })),
  },
  "an instance's profile was removed": {
    happens: async (site) =>
      site.ec2.send(
        new ec2.DisassociateIamInstanceProfileCommand({
          AssociationId: await profileOf(site, site.id("aws_instance", "instance-1")),
        }),
      ),
    repair: ["ec2:AssociateIamInstanceProfile", "ec2:DescribeIamInstanceProfileAssociations"],
  },
  "an instance has a different profile": {
    happens: async (site) => {
      await site.iam.send(new iam.CreateInstanceProfileCommand({ InstanceProfileName: "by-hand" }));
      await site.ec2.send(
        new ec2.ReplaceIamInstanceProfileAssociationCommand({
          AssociationId: await profileOf(site, site.id("aws_instance", "instance-3")),
          IamInstanceProfile: { Name: "by-hand" },
        }),
      );
    },
    repair: ["ec2:DescribeIamInstanceProfileAssociations", "ec2:ReplaceIamInstanceProfileAssociation"],
  },
  "a disk's type": {
    happens: (site) =>
      site.ec2.send(new ec2.ModifyVolumeCommand({ VolumeId: site.disk("instance-1"), VolumeType: "gp2" })),
    repair: ["ec2:DescribeVolumesModifications", "ec2:ModifyVolume"],
  },
  "an instance's source and destination check": {
    happens: (site) =>
      site.ec2.send(
        new ec2.ModifyInstanceAttributeCommand({
          InstanceId: site.id("aws_instance", "instance-1"),
          SourceDestCheck: { Value: false },
        }),
      ),
  },
  "an instance that is terminated": {
    happens: (site) =>
      site.ec2.send(new ec2.TerminateInstancesCommand({ InstanceIds: [site.id("aws_instance", "instance-2")] })),
  },
  "a security group's rule": {
    happens: (site) =>
      site.ec2.send(
        new ec2.ModifySecurityGroupRulesCommand({
          GroupId: site.id("aws_security_group", "_alb-"),
          SecurityGroupRules: [
            {
              SecurityGroupRuleId: site.id("aws_vpc_security_group_ingress_rule", "https-"),
              SecurityGroupRule: {
                IpProtocol: "tcp",
                FromPort: 8443,
                ToPort: 8443,
                CidrIpv4: ANYWHERE,
                Description: "by hand",
              },
            },
          ],
        }),
      ),
    repair: ["ec2:ModifySecurityGroupRules"],
  },
  "a security group's rule that is revoked": {
    happens: (site) =>
      site.ec2.send(
        new ec2.RevokeSecurityGroupIngressCommand({
          GroupId: site.id("aws_security_group", "_alb-"),
          SecurityGroupRuleIds: [site.id("aws_vpc_security_group_ingress_rule", "http-")],
        }),
      ),
  },
  "a rule in the VPC's default security group": {
    happens: (site) =>
      site.ec2.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({
          GroupId: site.id("aws_default_security_group"),
          IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: ANYWHERE }] }],
        }),
      ),
  },
  "the public route has a different target": {
    happens: (site) =>
      site.ec2.send(
        new ec2.ReplaceRouteCommand({
          RouteTableId: site.value("aws_route", "route_table_id"),
          DestinationCidrBlock: ANYWHERE,
          InstanceId: site.id("aws_instance", "instance-1"),
        }),
      ),
    repair: ["ec2:ReplaceRoute"],
  },
  // One that is exchanged for another table cannot be repaired: AWS gives the association another id, and refuses a
  // second one.
  "a subnet's route table that is disassociated": {
    happens: (site) =>
      site.ec2.send(
        new ec2.DisassociateRouteTableCommand({
          AssociationId: site.id("aws_route_table_association", "public-association-a"),
        }),
      ),
  },
  "a subnet assigns public addresses": {
    happens: (site) =>
      site.ec2.send(
        new ec2.ModifySubnetAttributeCommand({
          SubnetId: site.id("aws_subnet", "private-a"),
          MapPublicIpOnLaunch: { Value: true },
        }),
      ),
    repair: ["ec2:ModifySubnetAttribute"],
  },
  "the VPC's host names": {
    happens: (site) =>
      site.ec2.send(
        new ec2.ModifyVpcAttributeCommand({ VpcId: site.id("aws_vpc"), EnableDnsHostnames: { Value: false } }),
      ),
  },
  "the S3 endpoint's route tables": {
    happens: (site) =>
      site.ec2.send(
        new ec2.ModifyVpcEndpointCommand({
          VpcEndpointId: site.id("aws_vpc_endpoint"),
          RemoveRouteTableIds: [site.id("aws_route_table", "private-routes-a")],
        }),
      ),
    repair: ["ec2:ModifyVpcEndpoint"],
  },
  "tags of a subnet": {
    happens: (site) =>
      site.ec2.send(
        new ec2.CreateTagsCommand({
          Resources: [site.id("aws_subnet", "public-a")],
          Tags: [{ Key: "by", Value: "hand" }],
        }),
      ),
    repair: ["ec2:DeleteTags"],
  },
  "the load balancer's security groups": {
    happens: (site) =>
      site.elb.send(
        new elb.SetSecurityGroupsCommand({
          LoadBalancerArn: site.id("aws_lb"),
          SecurityGroups: [site.id("aws_security_group", "ec2-target")],
        }),
      ),
    repair: ["elasticloadbalancing:SetSecurityGroups"],
  },
  "the load balancer's subnets": {
    happens: (site) =>
      site.elb.send(
        new elb.SetSubnetsCommand({
          LoadBalancerArn: site.id("aws_lb"),
          Subnets: [site.id("aws_subnet", "private-a"), site.id("aws_subnet", "public-b")],
        }),
      ),
    repair: ["elasticloadbalancing:SetSubnets"],
  },
  "the load balancer's attributes": {
    happens: (site) =>
      site.elb.send(
        new elb.ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: site.id("aws_lb"),
          Attributes: [{ Key: "idle_timeout.timeout_seconds", Value: "7" }],
        }),
      ),
  },
  "a listener's action": {
    happens: (site) =>
      site.elb.send(
        new elb.ModifyListenerCommand({
          ListenerArn: site.id("aws_lb_listener", "_https"),
          DefaultActions: [
            { Type: "fixed-response", FixedResponseConfig: { StatusCode: "503", ContentType: "text/plain" } },
          ],
        }),
      ),
    repair: ["elasticloadbalancing:ModifyListener"],
  },
  "a listener that is deleted": {
    happens: (site) =>
      site.elb.send(new elb.DeleteListenerCommand({ ListenerArn: site.id("aws_lb_listener", "_http_") })),
  },
  "the target group's health check": {
    happens: (site) =>
      site.elb.send(
        new elb.ModifyTargetGroupCommand({ TargetGroupArn: site.id("aws_lb_target_group"), HealthCheckPath: "/else" }),
      ),
    repair: ["elasticloadbalancing:ModifyTargetGroup"],
  },
  "the target group's attributes": {
    happens: (site) =>
      site.elb.send(
        new elb.ModifyTargetGroupAttributesCommand({
          TargetGroupArn: site.id("aws_lb_target_group"),
          Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "7" }],
        }),
      ),
  },
  "a target that is deregistered": {
    happens: (site) =>
      site.elb.send(
        new elb.DeregisterTargetsCommand({
          TargetGroupArn: site.id("aws_lb_target_group"),
          Targets: [{ Id: site.id("aws_instance", "instance-1") }],
        }),
      ),
  },
  "tags of the load balancer": {
    happens: (site) =>
      site.elb.send(
        new elb.AddTagsCommand({ ResourceArns: [site.id("aws_lb")], Tags: [{ Key: "by", Value: "hand" }] }),
      ),
    repair: ["elasticloadbalancing:RemoveTags"],
  },
  "the name's alias": {
    happens: (site) => {
      const record = {
        Name: "www.example.com.",
        Type: "A" as const,
        AliasTarget: {
          DNSName: site.value("aws_lb", "dns_name"),
          HostedZoneId: site.value("aws_lb", "zone_id"),
          EvaluateTargetHealth: true,
        },
      };
      return site.route53.send(
        new route53.ChangeResourceRecordSetsCommand({
          HostedZoneId: site.value("aws_route53_record", "zone_id"),
          ChangeBatch: { Changes: [{ Action: "UPSERT", ResourceRecordSet: record }] },
        }),
      );
    },
  },
  "the role's trust policy": {
    happens: (site) =>
      site.iam.send(
        new iam.UpdateAssumeRolePolicyCommand({
          RoleName: site.id("aws_iam_role"),
          PolicyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "arn:aws:iam::123456789012:root" } },
            ],
          }),
        }),
      ),
    repair: ["iam:UpdateAssumeRolePolicy"],
  },
  "the role's description": {
    happens: (site) =>
      site.iam.send(
        new iam.UpdateRoleDescriptionCommand({ RoleName: site.id("aws_iam_role"), Description: "by hand" }),
      ),
    repair: ["iam:UpdateRoleDescription"],
  },
  "the role's session length": {
    happens: (site) =>
      site.iam.send(new iam.UpdateRoleCommand({ RoleName: site.id("aws_iam_role"), MaxSessionDuration: 7200 })),
    repair: ["iam:UpdateRole"],
  },
  "the role's policy that is detached": {
    happens: (site) =>
      site.iam.send(
        new iam.DetachRolePolicyCommand({
          RoleName: site.id("aws_iam_role"),
          PolicyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
        }),
      ),
  },
  "tags of the role": {
    happens: (site) =>
      site.iam.send(
        new iam.TagRoleCommand({ RoleName: site.id("aws_iam_role"), Tags: [{ Key: "by", Value: "hand" }] }),
      ),
    repair: ["iam:UntagRole"],
  },
};
