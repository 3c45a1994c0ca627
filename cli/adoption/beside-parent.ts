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

/** Finds what AWS holds in the place of a resource of the plan; its parent is known. At most one thing can be there. */
export type Find = (aws: Aws, planned: Values) => Promise<Found[]>;

/** A load balancer has one listener on a port. */
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

/** A route table has one route to a destination. */
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

/** A subnet is associated with one route table. */
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

/** A group has no two rules of one direction with the same protocol, ports and peer. */
export function ruleOf(direction: "in" | "out"): Find {
  return async (aws, planned) =>
    (await rulesIn(aws, String(planned.security_group_id)))
      .filter((rule) => rule.IsEgress === (direction === "out") && isSame(rule, planned))
      .map((rule) => foundRule(aws, rule));
}

/** All rules of a group. */
export async function rulesIn({ ec2 }: Aws, groupId: string): Promise<SecurityGroupRule[]> {
  return asked(
    all(
      paginateDescribeSecurityGroupRules({ client: ec2 }, { Filters: [{ Name: "group-id", Values: [groupId] }] }),
      (page) => page.SecurityGroupRules,
    ),
  );
}

/** A rule as something that is there. */
export function foundRule({ region }: Aws, { SecurityGroupRuleId = "", IsEgress }: SecurityGroupRule): Found {
  const type = IsEgress === true ? "aws_vpc_security_group_egress_rule" : "aws_vpc_security_group_ingress_rule";
  return {
    type,
    id: SecurityGroupRuleId,
    values: {},
    look: command`aws ec2 describe-security-group-rules --security-group-rule-ids ${word.awsId(SecurityGroupRuleId)} --region ${word.region(region)}`,
  };
}

/** More than Route 53 has types of records; they come by name and type. */
const MAX_TYPES_OF_A_NAME = 20;

/**
 * A zone has one record of a name and type; it is the site's if it points to the site's load balancer. A CNAME stands
 * in its place too, as no other record may beside it; imported, it becomes the site's in one change. A certificate's
 * record is written over, whatever is there, so it is not looked for.
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
  // As a filter, as a table that is not there any more is no fault.
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
 * Route 53 writes names in small letters with a dot at the end, a wildcard as a code, and may put `dualstack.` before a
 * load balancer's name.
 */
function recordName(name: string | undefined): string {
  return withoutDot((name ?? "").toLowerCase()).replace(/^dualstack\./, "");
}
