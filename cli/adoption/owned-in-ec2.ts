import {
  DescribeAddressesCommand,
  type NatGateway,
  paginateDescribeFlowLogs,
  paginateDescribeInstances,
  paginateDescribeInternetGateways,
  paginateDescribeNatGateways,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcEndpoints,
  paginateDescribeVpcs,
} from "@aws-sdk/client-ec2";
import { command, word } from "../../machine/text/pasteable";
import { type Aws, all, asked, OWNER_TAGS, type Tag, valueOf } from "./aws";
import type { Found, Owner, Values } from "./model";

/** AWS makes this group with every VPC; it cannot be made twice and goes with its VPC. */
const MADE_BY_AWS = "default";

/** Instances and gateways that were deleted can be seen for about an hour. */
const GONE = /^(shutting-down|terminated|deleting|deleted)$/i;

/** Everything in EC2 that carries the owner's tags, security groups' rules apart, which are found by their group. */
export async function ownedInEc2({ ec2, region }: Aws, owner: Owner): Promise<Found[]> {
  const Filters = [
    { Name: `tag:${OWNER_TAGS.stack}`, Values: [owner.stack] },
    { Name: `tag:${OWNER_TAGS.domain}`, Values: [owner.domain] },
  ];
  const client = { client: ec2 };
  const [vpcs, subnets, gateways, tables, endpoints, groups, reservations, addresses, nats, flowLogs] = await asked(
    Promise.all([
      all(paginateDescribeVpcs(client, { Filters }), (page) => page.Vpcs),
      all(paginateDescribeSubnets(client, { Filters }), (page) => page.Subnets),
      all(paginateDescribeInternetGateways(client, { Filters }), (page) => page.InternetGateways),
      all(paginateDescribeRouteTables(client, { Filters }), (page) => page.RouteTables),
      all(paginateDescribeVpcEndpoints(client, { Filters }), (page) => page.VpcEndpoints),
      all(paginateDescribeSecurityGroups(client, { Filters }), (page) => page.SecurityGroups),
      all(paginateDescribeInstances(client, { Filters }), (page) => page.Reservations),
      ec2.send(new DescribeAddressesCommand({ Filters })),
      all(paginateDescribeNatGateways(client, { Filter: Filters }), (page) => page.NatGateways),
      all(paginateDescribeFlowLogs(client, { Filter: Filters }), (page) => page.FlowLogs),
    ]),
  );
  const look = (what: string, id: string) =>
    command([`aws ec2 ${what} `, " --region ", ""], word.awsId(id), word.region(region));
  const instances = reservations
    .flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => !GONE.test(State?.Name ?? ""));
  return [
    ...vpcs.map(({ VpcId = "", CidrBlock, Tags }) => ({
      type: "aws_vpc",
      id: VpcId,
      values: named(Tags, { cidr_block: CidrBlock }),
      look: look("describe-vpcs --vpc-ids", VpcId),
    })),
    ...subnets.map(({ SubnetId = "", VpcId, CidrBlock, Tags }) => ({
      type: "aws_subnet",
      id: SubnetId,
      values: named(Tags, { vpc_id: VpcId, cidr_block: CidrBlock }),
      look: look("describe-subnets --subnet-ids", SubnetId),
    })),
    ...gateways.map(({ InternetGatewayId = "", Attachments = [], Tags }) => ({
      // Killed before it was attached, it has no VPC.
      type: "aws_internet_gateway",
      id: InternetGatewayId,
      values: named(Tags, { vpc_id: Attachments[0]?.VpcId }),
      look: look("describe-internet-gateways --internet-gateway-ids", InternetGatewayId),
    })),
    ...tables.map(({ RouteTableId = "", VpcId, Tags }) => ({
      type: "aws_route_table",
      id: RouteTableId,
      values: named(Tags, { vpc_id: VpcId }),
      look: look("describe-route-tables --route-table-ids", RouteTableId),
    })),
    ...endpoints
      .filter(({ State }) => !GONE.test(State ?? ""))
      .map(({ VpcEndpointId = "", VpcId, ServiceName, CreationTimestamp, Tags }) => ({
        type: "aws_vpc_endpoint",
        id: VpcEndpointId,
        values: named(Tags, { vpc_id: VpcId, service_name: ServiceName }),
        createdAt: CreationTimestamp,
        look: look("describe-vpc-endpoints --vpc-endpoint-ids", VpcEndpointId),
      })),
    ...groups
      .filter(({ GroupName }) => GroupName !== MADE_BY_AWS)
      .map(({ GroupId = "", GroupName, VpcId, Tags }) => ({
        type: "aws_security_group",
        id: GroupId,
        values: named(Tags, { vpc_id: VpcId, name: GroupName }),
        look: look("describe-security-groups --group-ids", GroupId),
      })),
    ...instances.map(({ InstanceId = "", SubnetId, LaunchTime, Tags }) => ({
      type: "aws_instance",
      id: InstanceId,
      values: named(Tags, { subnet_id: SubnetId }),
      createdAt: LaunchTime,
      look: look("describe-instances --instance-ids", InstanceId),
    })),
    ...(addresses.Addresses ?? []).map(({ AllocationId = "", Tags }) => ({
      type: "aws_eip",
      id: AllocationId,
      values: named(Tags),
      look: look("describe-addresses --allocation-ids", AllocationId),
    })),
    ...nats
      .filter(({ State }) => !GONE.test(State ?? ""))
      .map((nat) => ({
        ...natGateway(nat),
        look: look("describe-nat-gateways --nat-gateway-ids", nat.NatGatewayId ?? ""),
      })),
    ...flowLogs.map(({ FlowLogId = "", ResourceId, LogDestination, CreationTime, Tags }) => ({
      type: "aws_flow_log",
      id: FlowLogId,
      values: named(Tags, { vpc_id: ResourceId, log_destination: LogDestination }),
      createdAt: CreationTime,
      look: look("describe-flow-logs --flow-log-ids", FlowLogId),
    })),
  ];
}

function natGateway({
  NatGatewayId = "",
  SubnetId,
  NatGatewayAddresses = [],
  State,
  FailureMessage,
  CreateTime,
  Tags,
}: NatGateway): Omit<Found, "look"> {
  return {
    type: "aws_nat_gateway",
    id: NatGatewayId,
    values: named(Tags, { subnet_id: SubnetId, allocation_id: NatGatewayAddresses[0]?.AllocationId }),
    createdAt: CreateTime,
    unusable: State === "failed" ? `failed: ${FailureMessage ?? "no reason given"}` : undefined,
  };
}

function named(tags: readonly Tag[] | undefined, values: Values = {}): Values {
  return { "tags.Name": valueOf(tags, "Name"), ...values };
}
