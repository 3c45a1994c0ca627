import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import * as ec2 from "@aws-sdk/client-ec2";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateInstanceProfileCommand, CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { Aws } from "../../../cli/adoption/aws";
import { strayRules } from "../../../cli/adoption/left-over";
import type { Found, Planned } from "../../../cli/adoption/model";
import { ownedInAcm, ownedInElb, ownedInIam, ownedInRoute53 } from "../../../cli/adoption/owned-elsewhere";
import { ownedInEc2 } from "../../../cli/adoption/owned-in-ec2";
import { aliasRecord, associationWithTable, routeToDestination, ruleOf } from "../../../cli/adoption/within-parent";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { startLocalAws } from "../../support/rehearsal-room";

/* What adopt finds on AWS, against the local one; what a whole apply leaves is in __tests__/slow/cli/crash.test.ts. */

jest.setTimeout(60_000);

const OURS = { stack: "web", domain: "www.example.com" };
const tags = (stack: string, name?: string, domain = OURS.domain) => [
  { Key: "alb-web:stack", Value: stack },
  { Key: "alb-web:domain", Value: domain },
  ...(name === undefined ? [] : [{ Key: "Name", Value: name }]),
];
const ids = (found: readonly Found[], type?: string) =>
  found.filter((it) => type === undefined || it.type === type).map(({ id }) => id);

let localAws: LocalAws;
let aws: Aws;

beforeAll(async () => {
  localAws = await startLocalAws();
  const config = {
    endpoint: localAws.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  aws = {
    region: "us-east-1",
    ec2: new ec2.EC2Client(config),
    elb: new elb.ElasticLoadBalancingV2Client(config),
    acm: new ACMClient(config),
    iam: new IAMClient(config),
    route53: new Route53Client(config),
  };
});

afterAll(() => localAws.stop());

async function vpcOf(stack: string, domain?: string): Promise<string> {
  const { Vpc } = await aws.ec2.send(
    new ec2.CreateVpcCommand({
      CidrBlock: "10.0.0.0/16",
      TagSpecifications: [{ ResourceType: "vpc", Tags: tags(stack, "web vpc", domain) }],
    }),
  );
  return Vpc?.VpcId ?? "";
}

async function subnetIn(VpcId: string, CidrBlock: string, AvailabilityZone = "us-east-1a"): Promise<string> {
  const { Subnet } = await aws.ec2.send(
    new ec2.CreateSubnetCommand({
      VpcId,
      CidrBlock,
      AvailabilityZone,
      TagSpecifications: [{ ResourceType: "subnet", Tags: tags("web", "web a") }],
    }),
  );
  return Subnet?.SubnetId ?? "";
}

describe("in EC2 it finds", () => {
  test("what carries both of the owner's tags, never what is another stack's or another domain's", async () => {
    const [ours] = [await vpcOf("web"), await vpcOf("shop"), await vpcOf("web", "www.example.org")];
    expect(ids(await ownedInEc2(aws, OURS), "aws_vpc")).toEqual([ours]);
  });

  test("what exists, not what was deleted, though AWS lists that for a while", async () => {
    const subnet = await subnetIn(await vpcOf("web"), "10.0.0.0/24");
    const TagSpecifications = [{ ResourceType: "instance" as const, Tags: tags("web", "web 1") }];
    const { ImageId } = (await aws.ec2.send(new ec2.DescribeImagesCommand({}))).Images?.[0] ?? {};
    const { Instances = [] } = await aws.ec2.send(
      new ec2.RunInstancesCommand({ ImageId, MinCount: 2, MaxCount: 2, SubnetId: subnet, TagSpecifications }),
    );
    const [ended = "", running = ""] = Instances.map(({ InstanceId }) => InstanceId ?? "");
    await aws.ec2.send(new ec2.TerminateInstancesCommand({ InstanceIds: [ended] }));
    expect(ids(await ownedInEc2(aws, OURS), "aws_instance")).toEqual([running]);
    const { NatGateway } = await aws.ec2.send(
      new ec2.CreateNatGatewayCommand({
        SubnetId: subnet,
        TagSpecifications: [{ ResourceType: "natgateway", Tags: tags("web") }],
      }),
    );
    expect(ids(await ownedInEc2(aws, OURS), "aws_nat_gateway")).toEqual([NatGateway?.NatGatewayId]);
    await aws.ec2.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId: NatGateway?.NatGatewayId }));
    expect(ids(await ownedInEc2(aws, OURS), "aws_nat_gateway")).toEqual([]);
  });

  test("an internet gateway that was not attached yet, in no VPC", async () => {
    const { InternetGateway } = await aws.ec2.send(
      new ec2.CreateInternetGatewayCommand({
        TagSpecifications: [{ ResourceType: "internet-gateway", Tags: tags("web", "web internet") }],
      }),
    );
    const found = (await ownedInEc2(aws, OURS)).find(({ id }) => id === InternetGateway?.InternetGatewayId);
    expect(found).toMatchObject({
      type: "aws_internet_gateway",
      values: { "tags.Name": "web internet", vpc_id: undefined },
    });
  });

  test("groups, but not the one that AWS made with the VPC", async () => {
    const VpcId = await vpcOf("web");
    const { SecurityGroups: [made] = [] } = await aws.ec2.send(
      new ec2.DescribeSecurityGroupsCommand({ Filters: [{ Name: "vpc-id", Values: [VpcId] }] }),
    );
    await aws.ec2.send(new ec2.CreateTagsCommand({ Resources: [made?.GroupId ?? ""], Tags: tags("web") }));
    const own = await groupIn(VpcId, "alb");
    expect(
      ids(
        (await ownedInEc2(aws, OURS)).filter(({ values }) => values.vpc_id === VpcId),
        "aws_security_group",
      ),
    ).toEqual([own]);
  });
});

describe("next to its parent it finds", () => {
  test("the rule of a group with the same direction, ports and peer, and none that differs in one of them", async () => {
    const security_group_id = await groupIn(await vpcOf("web"), "rules");
    const rule = {
      ip_protocol: "tcp",
      from_port: 443,
      to_port: 443,
      cidr_ipv4: "0.0.0.0/0",
      prefix_list_id: null,
      referenced_security_group_id: null,
      security_group_id,
    };
    const { SecurityGroupRules: [made] = [] } = await aws.ec2.send(
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: security_group_id,
        IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    );
    expect(ids(await ruleOf("in")(aws, rule))).toEqual([made?.SecurityGroupRuleId]);
    expect(await ruleOf("out")(aws, rule)).toEqual([]);
    for (const other of [
      { from_port: 80 },
      { to_port: 80 },
      { ip_protocol: "udp" },
      { cidr_ipv4: "10.0.0.0/8" },
      { cidr_ipv4: null, prefix_list_id: "pl-1" },
      { referenced_security_group_id: "sg-1" },
    ]) {
      expect(await ruleOf("in")(aws, { ...rule, ...other })).toEqual([]);
    }
  });

  test("a table's route to a destination, and its association with a subnet", async () => {
    const VpcId = await vpcOf("web");
    const [subnet_id, other] = [await subnetIn(VpcId, "10.0.1.0/24"), await subnetIn(VpcId, "10.0.2.0/24")];
    const { RouteTable: { RouteTableId: route_table_id = "" } = {} } = await aws.ec2.send(
      new ec2.CreateRouteTableCommand({ VpcId }),
    );
    const { InternetGateway: { InternetGatewayId } = {} } = await aws.ec2.send(
      new ec2.CreateInternetGatewayCommand({}),
    );
    await aws.ec2.send(new ec2.AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    expect(await routeToDestination(aws, { route_table_id, destination_cidr_block: "0.0.0.0/0" })).toEqual([]);
    await aws.ec2.send(
      new ec2.CreateRouteCommand({
        RouteTableId: route_table_id,
        DestinationCidrBlock: "0.0.0.0/0",
        GatewayId: InternetGatewayId,
      }),
    );
    expect(await routeToDestination(aws, { route_table_id, destination_cidr_block: "0.0.0.0/0" })).toMatchObject([
      { id: `${route_table_id}_0.0.0.0/0`, values: { gateway_id: InternetGatewayId } },
    ]);
    await aws.ec2.send(new ec2.AssociateRouteTableCommand({ RouteTableId: route_table_id, SubnetId: subnet_id }));
    expect(await associationWithTable(aws, { route_table_id, subnet_id })).toMatchObject([
      { importId: `${subnet_id}/${route_table_id}` },
    ]);
    expect(await associationWithTable(aws, { route_table_id, subnet_id: other })).toEqual([]);
    expect(await associationWithTable(aws, { route_table_id: "rtb-00000000", subnet_id })).toEqual([]);
  });

  test("the record of a name, and whether it points to the planned load balancer", async () => {
    const zone_id = await zoneOf("records.example.com");
    const record = { zone_id, name: "www.records.example.com", type: "A" };
    const at = (name: string) => ({ ...record, alias: [{ name }] });
    const put = (set: Partial<ResourceRecordSet>) =>
      aws.route53.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: zone_id,
          ChangeBatch: { Changes: [{ Action: "UPSERT", ResourceRecordSet: { Name: record.name, Type: "A", ...set } }] },
        }),
      );
    expect(await aliasRecord(aws, at("a.cloudfront.net"))).toEqual([]);
    await put({
      AliasTarget: {
        DNSName: "dualstack.A.cloudfront.net.",
        HostedZoneId: "Z2FDTNDATAQYW2",
        EvaluateTargetHealth: false,
      },
    });
    expect(await aliasRecord(aws, at("a.cloudfront.net"))).toMatchObject([
      { id: `${zone_id}_www.records.example.com_A`, values: { "alias.0.name": "a.cloudfront.net" } },
    ]);
    expect((await aliasRecord(aws, at("b.cloudfront.net")))[0]?.values).not.toEqual({
      "alias.0.name": "b.cloudfront.net",
    });
    expect(await aliasRecord(aws, { ...at("a.cloudfront.net"), name: "records.example.com" })).toEqual([]);
    await put({ TTL: 60, ResourceRecords: [{ Value: "192.0.2.1" }] });
    expect(await aliasRecord(aws, at("a.cloudfront.net"))).toMatchObject([{ values: { "alias.0.name": null } }]);
    expect(await aliasRecord(aws, { ...record, allow_overwrite: true })).toEqual([]);
  });

  test("a CNAME in the place of the record, by its own id, and no record of another type", async () => {
    const zone_id = await zoneOf("moved.example.com");
    const create = (set: ResourceRecordSet) =>
      aws.route53.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: zone_id,
          ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet: set }] },
        }),
      );
    const at = (name: string) => ({ zone_id, name, type: "A", alias: [{ name: "a.cloudfront.net" }] });
    await create({
      Name: "www.moved.example.com",
      Type: "CNAME",
      TTL: 60,
      ResourceRecords: [{ Value: "old.example.net" }],
    });
    await create({
      Name: "shop.moved.example.com",
      Type: "AAAA",
      TTL: 60,
      ResourceRecords: [{ Value: "2001:db8::1" }],
    });
    expect(await aliasRecord(aws, at("www.moved.example.com"))).toMatchObject([
      { id: `${zone_id}_www.moved.example.com_CNAME`, values: { "alias.0.name": null } },
    ]);
    expect(await aliasRecord(aws, at("shop.moved.example.com"))).toEqual([]);
  });

  test(
    "rules in the stack's groups that neither state nor plan has, such as the one by which AWS lets everything " +
      "out",
    async () => {
      const GroupId = await groupIn(await vpcOf("web"), "fresh");
      const standing: Planned[] = [
        {
          address: "aws_security_group.fresh",
          type: "aws_security_group",
          values: { id: GroupId },
          unknown: new Set(),
        },
      ];
      const strays = await strayRules(aws, standing, [], new Set());
      expect(strays).toMatchObject([
        {
          found: { type: "aws_vpc_security_group_egress_rule" },
          remark: "in aws_security_group.fresh, but not in the plan",
        },
      ]);
      const [{ found }] = strays as [(typeof strays)[number]];
      expect(await strayRules(aws, standing, [], new Set([found.id]))).toEqual([]);
      expect(
        await strayRules(aws, standing, [{ address: "aws_vpc_security_group_egress_rule.out", found }], new Set()),
      ).toEqual([]);
    },
  );
});

describe("elsewhere it finds", () => {
  test("load balancers and target groups by their tags, among more than ELB returns the tags for in one call", async () => {
    const VpcId = await vpcOf("web");
    const create = async (Name: string, stack: string) =>
      (
        await aws.elb.send(
          new elb.CreateTargetGroupCommand({ Name, VpcId, Protocol: "HTTP", Port: 80, Tags: tags(stack) }),
        )
      ).TargetGroups?.[0]?.TargetGroupArn;
    for (let index = 0; index < 24; index += 1) await create(`other-${index}`, "shop");
    const ours = await create("tg-web", "web");
    expect(await ownedInElb(aws, OURS)).toMatchObject([
      { type: "aws_lb_target_group", id: ours, values: { name: "tg-web", vpc_id: VpcId } },
    ]);
  });

  test("certificates by tags, with all their names", async () => {
    const request = async (stack: string, ...SubjectAlternativeNames: string[]) =>
      (
        await aws.acm.send(
          new RequestCertificateCommand({
            DomainName: "www.example.com",
            SubjectAlternativeNames,
            ValidationMethod: "DNS",
            Tags: tags(stack),
          }),
        )
      ).CertificateArn;
    await request("shop");
    const ours = await request("web", "www.example.com", "example.com");
    expect(await ownedInAcm(aws, OURS)).toMatchObject([
      { id: ours, values: { names: "example.com www.example.com" }, unusable: undefined },
    ]);
  });

  test("a role and a profile by their names' beginning and their tags, one that has no role yet included", async () => {
    const suffix = "20260102030405678900000001";
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    for (const [name, stack] of [
      ["alb-web-web-", "web"],
      ["alb-web-shop-", "web"],
      ["alb-web-web-2-", "shop"],
    ])
      await aws.iam.send(
        new CreateRoleCommand({ RoleName: `${name}${suffix}`, AssumeRolePolicyDocument, Tags: tags(stack ?? "") }),
      );
    await aws.iam.send(
      new CreateInstanceProfileCommand({ InstanceProfileName: `alb-web-web-${suffix}`, Tags: tags("web") }),
    );
    expect(await ownedInIam(aws, OURS, ["alb-web-web-"])).toMatchObject([
      { type: "aws_iam_role", id: `alb-web-web-${suffix}`, values: { name_prefix: "alb-web-web-" } },
      {
        type: "aws_iam_instance_profile",
        id: `alb-web-web-${suffix}`,
        values: { name_prefix: "alb-web-web-", role: undefined },
      },
    ]);
    expect(await ownedInIam(aws, OURS, [])).toEqual([]);
  });

  test("a zone by its tags, or untagged by terraform's comment; never another owner's", async () => {
    const zone: Planned = {
      address: "aws_route53_zone.z",
      type: "aws_route53_zone",
      values: { name: "zones.example.com", comment: "Created by alb-web" },
      unknown: new Set(),
    };
    const tagged = await zoneOf("zones.example.com", "web");
    const untagged = await zoneOf("zones.example.com");
    await zoneOf("zones.example.com", "shop");
    await zoneOf("zones.example.com", undefined, "mine");
    await zoneOf("other.example.com", "web");
    expect(ids(await ownedInRoute53(aws, OURS, [zone])).sort()).toEqual([tagged, untagged].sort());
  });
});

async function groupIn(VpcId: string, GroupName: string): Promise<string> {
  const { GroupId = "" } = await aws.ec2.send(
    new ec2.CreateSecurityGroupCommand({
      VpcId,
      GroupName,
      Description: GroupName,
      TagSpecifications: [{ ResourceType: "security-group", Tags: tags("web", GroupName) }],
    }),
  );
  return GroupId;
}

let zones = 0;

async function zoneOf(Name: string, stack?: string, Comment = "Created by alb-web"): Promise<string> {
  const { HostedZone } = await aws.route53.send(
    new CreateHostedZoneCommand({ Name, CallerReference: String((zones += 1)), HostedZoneConfig: { Comment } }),
  );
  const ResourceId = (HostedZone?.Id ?? "").replace("/hostedzone/", "");
  if (stack !== undefined)
    await aws.route53.send(
      new ChangeTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId, AddTags: tags(stack) }),
    );
  return ResourceId;
}
