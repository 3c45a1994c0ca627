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

/** AWS creates this security group with every VPC and deletes it with the VPC; it cannot be duplicated. */
const MADE_BY_AWS = "default";

/** Deleted instances and gateways are still listed for about an hour. */
const GONE = /^(shutting-down|terminated|deleting|deleted)$/i;

/** A search in EC2 by the owner's tags. */
interface Search {
  readonly client: Aws["ec2"];
  readonly filters: { readonly Name: string; readonly Values: string[] }[];
  /** The command that shows a resource. */
  readonly look: (what: string, id: string) => string;
}

/** All EC2 resources with the owner's tags, except security group rules, which are found by their security group. */
export async function ownedInEc2({ ec2, region }: Aws, owner: Owner): Promise<Found[]> {
  const search: Search = {
    client: ec2,
    filters: [
      { Name: `tag:${OWNER_TAGS.stack}`, Values: [owner.stack] },
      { Name: `tag:${OWNER_TAGS.domain}`, Values: [owner.domain] },
    ],
    look: (what, id) => command([`aws ec2 ${what} `, " --region ", ""], word.awsId(id), word.region(region)),
  };
  return (await asked(Promise.all(KINDS.map((find) => find(search))))).flat();
}

/** In the order of the report: containers come first. */
const KINDS: readonly ((search: Search) => Promise<Found[]>)[] = [
  vpcs,
  subnets,
  internetGateways,
  routeTables,
  vpcEndpoints,
  securityGroups,
  instances,
  addresses,
  natGateways,
  flowLogs,
];

async function vpcs({ client, filters, look }: Search): Promise<Found[]> {
  const found = await all(paginateDescribeVpcs({ client }, { Filters: filters }), (page) => page.Vpcs);
  return found.map(({ VpcId = "", CidrBlock, Tags }) => ({
    type: "aws_vpc",
    id: VpcId,
    values: named(Tags, { cidr_block: CidrBlock }),
    look: look("describe-vpcs --vpc-ids", VpcId),
  }));
}

async function subnets({ client, filters, look }: Search): Promise<Found[]> {
  const found = await all(paginateDescribeSubnets({ client }, { Filters: filters }), (page) => page.Subnets);
  return found.map(({ SubnetId = "", VpcId, CidrBlock, Tags }) => ({
    type: "aws_subnet",
    id: SubnetId,
    values: named(Tags, { vpc_id: VpcId, cidr_block: CidrBlock }),
    look: look("describe-subnets --subnet-ids", SubnetId),
  }));
}

async function internetGateways({ client, filters, look }: Search): Promise<Found[]> {
  const found = await all(
    paginateDescribeInternetGateways({ client }, { Filters: filters }),
    (page) => page.InternetGateways,
  );
  return found.map(({ InternetGatewayId = "", Attachments = [], Tags }) => ({
    // After a kill it may not be attached to a VPC yet.
    type: "aws_internet_gateway",
    id: InternetGatewayId,
    values: named(Tags, { vpc_id: Attachments[0]?.VpcId }),
    look: look("describe-internet-gateways --internet-gateway-ids", InternetGatewayId),
  }));
}

async function routeTables({ client, filters, look }: Search): Promise<Found[]> {
  const found = await all(paginateDescribeRouteTables({ client }, { Filters: filters }), (page) => page.RouteTables);
  return found.map(({ RouteTableId = "", VpcId, Tags }) => ({
    type: "aws_route_table",
    id: RouteTableId,
    values: named(Tags, { vpc_id: VpcId }),
    look: look("describe-route-tables --route-table-ids", RouteTableId),
  }));
}

async function vpcEndpoints({ client, filters, look }: Search): Promise<Found[]> {
  const found = await all(paginateDescribeVpcEndpoints({ client }, { Filters: filters }), (page) => page.VpcEndpoints);
  return found
    .filter(({ State }) => !GONE.test(State ?? ""))
    .map(({ VpcEndpointId = "", VpcId, ServiceName, CreationTimestamp, Tags }) => ({
      type: "aws_vpc_endpoint",
      id: VpcEndpointId,
      values: named(Tags, { vpc_id: VpcId, service_name: ServiceName }),
      createdAt: CreationTimestamp,
      look: look("describe-vpc-endpoints --vpc-endpoint-ids", VpcEndpointId),
    }));
}

async function securityGroups({ client, filters, look }: Search): Promise<Found[]> {
  const found = await all(
    paginateDescribeSecurityGroups({ client }, { Filters: filters }),
    (page) => page.SecurityGroups,
  );
  return found
    .filter(({ GroupName }) => GroupName !== MADE_BY_AWS)
    .map(({ GroupId = "", GroupName, VpcId, Tags }) => ({
      type: "aws_security_group",
      id: GroupId,
      values: named(Tags, { vpc_id: VpcId, name: GroupName }),
      look: look("describe-security-groups --group-ids", GroupId),
    }));
}

async function instances({ client, filters, look }: Search): Promise<Found[]> {
  const reservations = await all(
    paginateDescribeInstances({ client }, { Filters: filters }),
    (page) => page.Reservations,
  );
  const found = reservations
    .flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => !GONE.test(State?.Name ?? ""));
  return found.map(({ InstanceId = "", SubnetId, LaunchTime, Tags }) => ({
    type: "aws_instance",
    id: InstanceId,
    values: named(Tags, { subnet_id: SubnetId }),
    createdAt: LaunchTime,
    look: look("describe-instances --instance-ids", InstanceId),
  }));
}

async function addresses({ client, filters, look }: Search): Promise<Found[]> {
  const { Addresses: found = [] } = await client.send(new DescribeAddressesCommand({ Filters: filters }));
  return found.map(({ AllocationId = "", Tags }) => ({
    type: "aws_eip",
    id: AllocationId,
    values: named(Tags),
    look: look("describe-addresses --allocation-ids", AllocationId),
  }));
}

async function natGateways({ client, filters, look }: Search): Promise<Found[]> {
  const found = await all(paginateDescribeNatGateways({ client }, { Filter: filters }), (page) => page.NatGateways);
  return found
    .filter(({ State }) => !GONE.test(State ?? ""))
    .map((nat) => ({
      ...natGateway(nat),
      look: look("describe-nat-gateways --nat-gateway-ids", nat.NatGatewayId ?? ""),
    }));
}

async function flowLogs({ client, filters, look }: Search): Promise<Found[]> {
  const found = await all(paginateDescribeFlowLogs({ client }, { Filter: filters }), (page) => page.FlowLogs);
  return found.map(({ FlowLogId = "", ResourceId, LogDestination, CreationTime, Tags }) => ({
    type: "aws_flow_log",
    id: FlowLogId,
    values: named(Tags, { vpc_id: ResourceId, log_destination: LogDestination }),
    createdAt: CreationTime,
    look: look("describe-flow-logs --flow-log-ids", FlowLogId),
  }));
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
