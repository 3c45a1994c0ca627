import { DataAwsEc2ManagedPrefixList } from "@cdktf/provider-aws/lib/data-aws-ec2-managed-prefix-list";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";

export interface SecurityGroupsOptions {
  readonly vpcId: string;
  readonly region: string;
  /** A suffix for both names, if other stacks may have security groups in the same VPC. */
  readonly nameSuffix: string;
  readonly appPort: number;
  readonly healthCheckPort: number;
  /** The ranges that can connect to port 22 of the instances. */
  readonly sshCidrs: readonly string[];
  /** Whether the instances can make requests to the internet, or only download packages from S3. */
  readonly outbound: "s3" | "internet";
}

/** The other side of a security group rule. */
type Peer = { readonly group: SecurityGroup } | { readonly cidr: string } | { readonly prefixList: string };

interface Rule {
  readonly id: string;
  readonly group: SecurityGroup;
  readonly direction: "in" | "out";
  readonly port: number;
  readonly peer: Peer;
  readonly why: string;
}

const EVERYONE = "0.0.0.0/0";

/** `alb-security-group` and `ec2-target-group-security-group`, with every rule of both. */
export class SecurityGroups extends Construct {
  readonly loadBalancerGroupId: string;
  /** An address for `replace_triggered_by`, which changes if the security groups move to another VPC. */
  readonly loadBalancerGroupVpc: string;
  readonly instancesGroupId: string;
  /** The rules, without which no traffic is allowed. */
  readonly rules: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, options: SecurityGroupsOptions) {
    super(scope, id);
    const alb = this.group("alb-security-group", "Clients to the load balancer", options);
    const ec2 = this.group("ec2-target-group-security-group", "The load balancer to the instances", options);
    this.loadBalancerGroupId = alb.id;
    this.loadBalancerGroupVpc = `${alb.terraformResourceType}.${alb.friendlyUniqueId}.vpc_id`;
    this.instancesGroupId = ec2.id;

    const everyone = { cidr: EVERYONE };
    const servedPorts = [...new Set([options.appPort, options.healthCheckPort])];
    const table: Rule[] = [
      { id: "http-from-everyone", group: alb, direction: "in", port: 80, peer: everyone, why: "HTTP from everyone" },
      { id: "https-from-everyone", group: alb, direction: "in", port: 443, peer: everyone, why: "HTTPS from everyone" },
      ...servedPorts.flatMap((port): Rule[] => [
        {
          id: `to-instances-${port}`,
          group: alb,
          direction: "out",
          port,
          peer: { group: ec2 },
          why: "Requests and health checks to the instances",
        },
        {
          id: `from-load-balancer-${port}`,
          group: ec2,
          direction: "in",
          port,
          peer: { group: alb },
          why: "Requests and health checks from the load balancer",
        },
      ]),
      ...options.sshCidrs.map(
        (cidr): Rule => ({ id: `ssh-from-${cidr}`, group: ec2, direction: "in", port: 22, peer: { cidr }, why: "SSH" }),
      ),
      ...this.outboundRules(ec2, options),
    ];
    this.rules = table.map((rule) => this.rule(rule));
  }

  private outboundRules(ec2: SecurityGroup, { outbound, region }: SecurityGroupsOptions): Rule[] {
    if (outbound === "internet") {
      return [80, 443].map((port) => ({
        id: `to-internet-${port}`,
        group: ec2,
        direction: "out",
        port,
        peer: { cidr: EVERYONE },
        why: "Calls to the internet",
      }));
    }
    const s3 = new DataAwsEc2ManagedPrefixList(this, "s3-addresses", { name: `com.amazonaws.${region}.s3` });
    return [
      {
        id: "to-s3",
        group: ec2,
        direction: "out",
        port: 443,
        peer: { prefixList: s3.id },
        why: "Packages of Amazon Linux, which lie in S3",
      },
    ];
  }

  private group(name: string, description: string, options: SecurityGroupsOptions): SecurityGroup {
    return new SecurityGroup(this, name, {
      name: `${name}${options.nameSuffix}`,
      description,
      vpcId: options.vpcId,
      tags: { Name: name },
      // AWS does not delete a security group in use; a new name or VPC creates the new group first.
      lifecycle: { createBeforeDestroy: true },
    });
  }

  private rule({ id, group, direction, port, peer, why }: Rule): ITerraformDependable {
    const config = {
      securityGroupId: group.id,
      description: why,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      ...("group" in peer
        ? { referencedSecurityGroupId: peer.group.id }
        : "cidr" in peer
          ? { cidrIpv4: peer.cidr }
          : { prefixListId: peer.prefixList }),
    };
    return direction === "in"
      ? new VpcSecurityGroupIngressRule(this, id, config)
      : new VpcSecurityGroupEgressRule(this, id, config);
  }
}
