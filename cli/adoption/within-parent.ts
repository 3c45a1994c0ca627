import {
  DescribeRouteTablesCommand,
  paginateDescribeSecurityGroupRules,
  type SecurityGroupRule,
} from "@aws-sdk/client-ec2";
import { paginateDescribeListeners } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { command, word } from "../../machine/text/pasteable";
import { withoutDot } from "../../rehearsal/site";
import { type Aws, all, asked } from "./aws";
import type { Found, Values } from "./model";

/** Finds the resource on AWS in the place of a planned one, whose parent is known. There is at most one. */
export type Find = (aws: Aws, planned: Values) => Promise<Found[]>;

/** A load balancer has at most one listener per port. */
export const listenerOnPort: Find = async ({ elb, region }, { load_balancer_arn, port }) => {
  const listeners = await asked(
    all(
      paginateDescribeListeners({ client: elb }, { LoadBalancerArn: String(load_balancer_arn) }),
      (page) => page.Listeners,
    ),
  );
  return listeners
    .filter(({ Port }) => Port === port)
    .map(({ ListenerArn = "" }) => ({
      type: "aws_lb_listener",
      id: ListenerArn,
      values: {},
      look: command`aws elbv2 describe-listeners --listener-arns ${word.awsId(ListenerArn)} --region ${word.region(region)}`,
    }));
};

/** A route table has at most one route per destination. */
export const routeToDestination: Find = async (aws, { route_table_id, destination_cidr_block }) => {
  const table = await routeTable(aws, String(route_table_id));
  return (table.Routes ?? [])
    .filter(({ DestinationCidrBlock }) => DestinationCidrBlock === destination_cidr_block)
    .map(({ GatewayId, NatGatewayId }) => ({
      type: "aws_route",
      id: `${String(route_table_id)}_${String(destination_cidr_block)}`,
      values: { gateway_id: GatewayId, nat_gateway_id: NatGatewayId },
      look: lookAtTable(aws, route_table_id),
    }));
};

/** A subnet is associated with at most one route table. */
export const associationWithTable: Find = async (aws, { route_table_id, subnet_id }) => {
  const table = await routeTable(aws, String(route_table_id));
  return (table.Associations ?? [])
    .filter(({ SubnetId }) => SubnetId === subnet_id)
    .map(({ RouteTableAssociationId = "" }) => ({
      type: "aws_route_table_association",
      id: RouteTableAssociationId,
      importId: `${String(subnet_id)}/${String(route_table_id)}`,
      values: {},
      look: lookAtTable(aws, route_table_id),
    }));
};

/** A security group has at most one rule per direction, protocol, ports and peer. */
export function ruleOf(direction: "in" | "out"): Find {
  return async (aws, planned) =>
    (await rulesIn(aws, String(planned.security_group_id)))
      .filter((rule) => rule.IsEgress === (direction === "out") && isSame(rule, planned))
      .map((rule) => foundRule(aws, rule));
}

/** All rules of a security group. */
export async function rulesIn({ ec2 }: Aws, groupId: string): Promise<SecurityGroupRule[]> {
  return asked(
    all(
      paginateDescribeSecurityGroupRules({ client: ec2 }, { Filters: [{ Name: "group-id", Values: [groupId] }] }),
      (page) => page.SecurityGroupRules,
    ),
  );
}

/** A security group rule as a found resource. */
export function foundRule({ region }: Aws, { SecurityGroupRuleId = "", IsEgress }: SecurityGroupRule): Found {
  const type = IsEgress === true ? "aws_vpc_security_group_egress_rule" : "aws_vpc_security_group_ingress_rule";
  return {
    type,
    id: SecurityGroupRuleId,
    values: {},
    look: command`aws ec2 describe-security-group-rules --security-group-rule-ids ${word.awsId(SecurityGroupRuleId)} --region ${word.region(region)}`,
  };
}

/** More than the record types of Route 53; records are sorted by name and type. */
const MAX_TYPES_OF_A_NAME = 20;

/**
 * A zone has one record per name and type; it belongs to the site if it points to the site's load balancer. A CNAME is
 * also in its place, as it excludes other records; once imported, one change makes it the site's record. The validation
 * record of a certificate is overwritten in any case, so it is not searched for.
 */
export const aliasRecord: Find = async ({ route53 }, { zone_id, name, type, alias, allow_overwrite }) => {
  if (allow_overwrite === true) return [];
  const planned = (alias as readonly { readonly name?: string }[] | undefined)?.[0]?.name;
  const request = { HostedZoneId: String(zone_id), StartRecordName: String(name), MaxItems: MAX_TYPES_OF_A_NAME };
  const { ResourceRecordSets = [] } = await asked(route53.send(new ListResourceRecordSetsCommand(request)));
  return ResourceRecordSets.filter(
    (record) =>
      (record.Type === type || record.Type === "CNAME") && recordName(record.Name) === recordName(String(name)),
  )
    .slice(0, 1)
    .map(({ AliasTarget, Type }) => {
      const target = AliasTarget?.DNSName;
      const isSameTarget = target !== undefined && recordName(target) === recordName(planned);
      return {
        type: "aws_route53_record",
        id: `${String(zone_id)}_${String(name)}_${String(Type)}`,
        values: { "alias.0.name": isSameTarget ? planned : (target ?? null) },
        look: command`aws route53 list-resource-record-sets --hosted-zone-id ${word.awsId(zone_id)} --start-record-name ${word.dnsName(name)} --max-items 1`,
      };
    });
};

async function routeTable({ ec2 }: Aws, id: string) {
  // With a filter, as a route table that no longer exists is not an error.
  const { RouteTables = [] } = await asked(
    ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: "route-table-id", Values: [id] }] })),
  );
  return RouteTables[0] ?? {};
}

function lookAtTable({ region }: Aws, id: unknown): string {
  return command`aws ec2 describe-route-tables --route-table-ids ${word.awsId(id)} --region ${word.region(region)}`;
}

function isSame(
  rule: SecurityGroupRule,
  { ip_protocol, from_port, to_port, cidr_ipv4, prefix_list_id, referenced_security_group_id }: Values,
): boolean {
  return [
    [rule.IpProtocol, ip_protocol],
    [rule.FromPort, from_port],
    [rule.ToPort, to_port],
    [rule.CidrIpv4, cidr_ipv4],
    [rule.PrefixListId, prefix_list_id],
    [rule.ReferencedGroupInfo?.GroupId, referenced_security_group_id],
  ].every(([there, planned]) => (there ?? null) === (planned ?? null));
}

/**
 * Route 53 writes names in lowercase with a trailing dot, a wildcard as an escape code, and may add `dualstack.` before
 * the name of a load balancer.
 */
function recordName(name: string | undefined): string {
  return withoutDot((name ?? "").toLowerCase()).replace(/^dualstack\./, "");
}
