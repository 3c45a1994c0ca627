import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ACMClient, DeleteCertificateCommand } from "@aws-sdk/client-acm";
import * as ec2 from "@aws-sdk/client-ec2";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  type ChangeAction,
  ChangeResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { LocalAws } from "../../../rehearsal/local-aws";
import type { Seed } from "../../../rehearsal/seed";
import { PROJECT } from "../../support/project";
import { startLocalAws } from "../../support/rehearsal-room";

/* What AWS refuses, with its code and its words, and what it still accepts; of a local AWS that starts no terraform. */

const ZONE_ID = "Z0123456789ABCDEFGHIJ";
const CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const OTHER_CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/99999999-2222-3333-4444-555555555555";
const VPC = "vpc-0a000000000000001";
const OTHER_VPC = "vpc-0c000000000000001";
const PUBLIC = ["subnet-0a000000000000001", "subnet-0a000000000000002"];
const THIRD_ZONE = "subnet-0a000000000000003";
const ELSEWHERE = ["subnet-0c000000000000001", "subnet-0c000000000000002"];
const IN_1E = "subnet-0a000000000000005";
const IMAGE = "ami-12c6146b";
const SEED: Seed = {
  region: "us-east-1",
  hostedZones: [{ name: "example.com", id: ZONE_ID }],
  vpcs: [
    {
      id: VPC,
      cidr: "10.7.0.0/16",
      subnets: [
        ...PUBLIC.map((id) => ({ id, public: true })),
        { id: THIRD_ZONE, public: true, availabilityZone: "us-east-1c" },
        { id: IN_1E, public: true, availabilityZone: "us-east-1e" },
      ],
    },
    { id: OTHER_VPC, subnets: ELSEWHERE.map((id) => ({ id, public: true })) },
  ],
  certificates: [CERTIFICATE, OTHER_CERTIFICATE].map((arn) => ({ arn, names: ["www.example.com"] })),
  keyPairs: ["operator"],
};

jest.setTimeout(60_000);

let seeded: LocalAws;
let aws: LocalAws;
let acm: ACMClient;
let compute: ec2.EC2Client;
let balancing: elb.ElasticLoadBalancingV2Client;
let route53: Route53Client;

beforeAll(async () => {
  seeded = await startLocalAws();
  await seeded.seed(SEED);
  connect(seeded);
  // moto loads a service at its first request; what is loaded now need not be loaded in each clone.
  await Promise.all([
    describeVpc(),
    balancing.send(new elb.DescribeLoadBalancersCommand({})),
    change(["UPSERT", record("first.example.com", "A")]),
  ]);
});

afterAll(() => seeded?.stop());

beforeEach(async () => {
  aws = await seeded.clone();
  connect(aws);
});

afterEach(() => aws.stop());

describe("what is in use is not deleted", () => {
  test("a security group that an instance, a load balancer or a rule of another group uses", async () => {
    const [ofInstance, ofBalancer, named, names] = [
      await createGroup("a"),
      await createGroup("b"),
      await createGroup("c"),
      await createGroup("d"),
    ];
    const instance = await run({ SecurityGroupIds: [ofInstance], SubnetId: PUBLIC[0] });
    const { LoadBalancerArn } = await createBalancer({ SecurityGroups: [ofBalancer] });
    const IpPermissions = [{ IpProtocol: "tcp", FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: named }] }];
    await compute.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: names, IpPermissions }));
    for (const group of [ofInstance, ofBalancer, named]) {
      await refused(deleteGroup(group), "DependencyViolation", `resource ${group} has a dependent object`);
    }
    await terminate(instance);
    await balancing.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn }));
    for (const group of [ofInstance, ofBalancer, names, named]) await deleteGroup(group);
  });

  test("a subnet with an instance, a NAT gateway or a load balancer in it", async () => {
    const message = (id = "") => `The subnet '${id}' has dependencies and cannot be deleted.`;
    const instance = await run({ SubnetId: THIRD_ZONE });
    const { LoadBalancerArn } = await createBalancer();
    const { AllocationId } = await compute.send(new ec2.AllocateAddressCommand({ Domain: "vpc" }));
    const { NatGateway } = await compute.send(
      new ec2.CreateNatGatewayCommand({ SubnetId: ELSEWHERE[0], AllocationId }),
    );
    for (const id of [THIRD_ZONE, ELSEWHERE[0], PUBLIC[0], PUBLIC[1]])
      await refused(deleteSubnet(id), "DependencyViolation", message(id));
    await terminate(instance);
    await compute.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId: NatGateway?.NatGatewayId }));
    await balancing.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn }));
    for (const id of [THIRD_ZONE, ELSEWHERE[0], PUBLIC[0], PUBLIC[1]]) await deleteSubnet(id);
  });

  test("an internet gateway while public addresses are mapped, or while it is attached", async () => {
    const InternetGatewayId = await gatewayOf(VPC);
    const detach = () => compute.send(new ec2.DetachInternetGatewayCommand({ InternetGatewayId, VpcId: VPC }));
    const mapped = [
      "DependencyViolation",
      `Network ${VPC} has some mapped public address(es). Please unmap those public address(es) before ` +
        "detaching the gateway.",
    ] as const;
    const instance = await run({
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: PUBLIC[0], AssociatePublicIpAddress: true }],
    });
    await refused(detach(), ...mapped);
    await terminate(instance);
    const { LoadBalancerArn } = await createBalancer();
    await refused(detach(), ...mapped);
    await balancing.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await createBalancer({ Scheme: "internal" });
    await run({ NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: PUBLIC[0], AssociatePublicIpAddress: false }] });
    const remove = () => compute.send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId }));
    await refused(
      remove(),
      "DependencyViolation",
      `The internetGateway '${InternetGatewayId}' has dependencies and cannot be deleted.`,
    );
    await detach();
    await remove();
  });

  test("a VPC with an internet gateway or a security group", async () => {
    const { Vpc } = await compute.send(new ec2.CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }));
    const VpcId = Vpc?.VpcId ?? "";
    const remove = () => compute.send(new ec2.DeleteVpcCommand({ VpcId }));
    const dependencies = ["DependencyViolation", `The vpc '${VpcId}' has dependencies and cannot be deleted.`] as const;
    const { InternetGateway } = await compute.send(new ec2.CreateInternetGatewayCommand({}));
    const gateway = { InternetGatewayId: InternetGateway?.InternetGatewayId, VpcId };
    await compute.send(new ec2.AttachInternetGatewayCommand(gateway));
    await refused(remove(), ...dependencies);
    await compute.send(new ec2.DetachInternetGatewayCommand(gateway));
    const group = await createGroup("a", VpcId);
    await refused(remove(), ...dependencies);
    await deleteGroup(group);
    await remove();
  });

  test("a certificate that a listener uses, as its first or as a further one", async () => {
    const ListenerArn = await createListener(await createBalancer(), 443, OK, CERTIFICATE);
    await balancing.send(
      new elb.AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn: OTHER_CERTIFICATE }] }),
    );
    const remove = (CertificateArn: string) => acm.send(new DeleteCertificateCommand({ CertificateArn }));
    for (const arn of [CERTIFICATE, OTHER_CERTIFICATE]) {
      await refused(remove(arn), "ResourceInUseException", `Certificate ${arn} in account 123456789012 is in use.`);
    }
    await balancing.send(new elb.DeleteListenerCommand({ ListenerArn }));
    for (const arn of [CERTIFICATE, OTHER_CERTIFICATE]) await remove(arn);
  });

  test("a target group that a listener or a rule uses", async () => {
    const [ofListener, ofRule] = [await createTargetGroup("listener"), await createTargetGroup("rule")];
    const ListenerArn = await createListener(await createBalancer(), 80, forward(ofListener));
    await createRule(ListenerArn, forward(ofRule));
    const remove = (TargetGroupArn: string) => balancing.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn }));
    for (const arn of [ofListener, ofRule])
      await refused(remove(arn), "ResourceInUse", `Target group '${arn}' is currently in use by a listener or a rule`);
    await balancing.send(new elb.DeleteListenerCommand({ ListenerArn }));
    for (const arn of [ofListener, ofRule]) await remove(arn);
  });
});

describe("a name is taken once", () => {
  test("of a load balancer, unless the settings are the same: then it is the same one", async () => {
    const { LoadBalancerArn } = await createBalancer();
    expect((await createBalancer()).LoadBalancerArn).toBe(LoadBalancerArn);
    await refused(
      createBalancer({ Scheme: "internal" }),
      "DuplicateLoadBalancerName",
      "A load balancer with the same name 'web' exists, but with different settings",
    );
  });

  test("of a target group", async () => {
    await createTargetGroup("web");
    await refused(
      createTargetGroup("web", VPC, 8080),
      "DuplicateTargetGroupName",
      "A target group with the same name 'web' exists, but with different settings",
    );
  });

  test("of a security group in a VPC", async () => {
    await createGroup("web");
    await refused(
      createGroup("web"),
      "InvalidGroup.Duplicate",
      `The security group 'web' already exists for VPC '${VPC}'`,
    );
    await createGroup("web", OTHER_VPC);
  });
});

describe("quotas", () => {
  test("are none before they are set", async () => {
    for (let count = 0; count < 6; count++) await run({ InstanceType: "t3.micro" });
    for (let count = 0; count < 6; count++) await compute.send(new ec2.AllocateAddressCommand({ Domain: "vpc" }));
  });

  test("of vCPUs hold for standard instances on demand that run", async () => {
    await aws.setQuotas({ vcpus: 5, addresses: 5 });
    const exceeded = [
      "VcpuLimitExceeded",
      "You have requested more vCPU capacity than your current vCPU limit of 5 allows for the instance bucket " +
        "that the specified instance type belongs to. " +
        "Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
    ] as const;
    const [first] = [await run({ InstanceType: "t3.micro" }), await run({ InstanceType: "t3.micro" })];
    await refused(run({ InstanceType: "t3.micro" }), ...exceeded);
    await run({ InstanceType: "g4dn.xlarge" });
    await run({ InstanceType: "t3.micro", InstanceMarketOptions: { MarketType: "spot" } });
    await compute.send(new ec2.StopInstancesCommand({ InstanceIds: [first] }));
    await run({ InstanceType: "t4g.small" });
    await refused(compute.send(new ec2.StartInstancesCommand({ InstanceIds: [first] })), ...exceeded);
    const clone = await aws.clone();
    connect(clone);
    await refused(run({ InstanceType: "t3.micro" }), ...exceeded);
    await clone.stop();
  });

  test("of addresses hold for Elastic IP addresses", async () => {
    await aws.setQuotas({ vcpus: 5, addresses: 1 });
    const allocate = () => compute.send(new ec2.AllocateAddressCommand({ Domain: "vpc" }));
    const { AllocationId } = await allocate();
    await refused(allocate(), "AddressLimitExceeded", "The maximum number of addresses has been reached.");
    await compute.send(new ec2.ReleaseAddressCommand({ AllocationId }));
    await allocate();
  });
});

describe("a disk", () => {
  test("does not shrink, and is modified four times a day", async () => {
    const { VolumeId } = await compute.send(new ec2.CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 8 }));
    const resize = (Size: number) => compute.send(new ec2.ModifyVolumeCommand({ VolumeId, Size }));
    await refused(resize(7), "InvalidParameterValue", "New size cannot be smaller than existing size");
    for (const size of [8, 9, 10, 11]) await resize(size);
    await refused(
      resize(12),
      "VolumeModificationRateExceeded",
      "You've reached the maximum modification rate per volume limit.",
    );
  });
});

describe("a record", () => {
  const [NAME, ZONE] = ["www.example.com", "example.com."];

  test("is created once, whatever its values", async () => {
    await change(["CREATE", record(NAME, "A", "192.0.2.1")]);
    await refused(
      change(["CREATE", record(NAME, "A", "192.0.2.2")]),
      "InvalidChangeBatch",
      `[Tried to create resource record set [name='${NAME}.', type='A'] but it already exists]`,
    );
    await change(["UPSERT", record(NAME, "A", "192.0.2.3")]);
    await change(["DELETE", record(NAME, "A", "192.0.2.3")], ["CREATE", record(NAME, "A", "192.0.2.4")]);
  });

  test("of type CNAME stands alone", async () => {
    await change(["UPSERT", record(NAME, "A")]);
    await refused(
      change(["UPSERT", record(NAME, "CNAME", "example.org")]),
      "InvalidChangeBatch",
      `[RRSet of type CNAME with DNS name ${NAME}. is not permitted as it conflicts with other records with ` +
        `the same DNS name in zone ${ZONE}]`,
    );
    await change(["DELETE", record(NAME, "A")], ["CREATE", record(NAME, "CNAME", "example.org")]);
    await change(["UPSERT", record(NAME, "CNAME", "example.net")]);
    await refused(
      change(["UPSERT", record(NAME, "A")]),
      "InvalidChangeBatch",
      `[RRSet of type A with DNS name ${NAME}. is not permitted because a conflicting RRSet of type CNAME with ` +
        `the same DNS name already exists in zone ${ZONE}]`,
    );
  });

  test("of type CNAME is not at the apex", async () => {
    await refused(
      change(["UPSERT", record("example.com", "CNAME", "example.org")]),
      "InvalidChangeBatch",
      `[RRSet of type CNAME with DNS name ${ZONE} is not permitted at apex in zone ${ZONE}]`,
    );
  });
});

describe("a target", () => {
  test("that is deregistered drains for the group's delay, and is unused then", async () => {
    const [group, id] = [await createTargetGroup("web"), await run({ SubnetId: PUBLIC[0] })];
    await createListener(await createBalancer(), 80, forward(group));
    const target = { TargetGroupArn: group, Targets: [{ Id: id }] };
    const delay = (Value: string) =>
      balancing.send(
        new elb.ModifyTargetGroupAttributesCommand({
          TargetGroupArn: group,
          Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value }],
        }),
      );
    await balancing.send(new elb.RegisterTargetsCommand(target));
    expect(await healthOf(group)).toMatchObject([{ State: "healthy" }]);
    await balancing.send(new elb.DeregisterTargetsCommand(target));
    const draining = {
      State: "draining",
      Reason: "Target.DeregistrationInProgress",
      Description: "Target deregistration is in progress",
    };
    expect(await healthOf(group)).toMatchObject([draining]);
    expect(await healthOf(group, id)).toMatchObject([draining]);
    await balancing.send(new elb.RegisterTargetsCommand(target));
    expect(await healthOf(group)).toMatchObject([{ State: "healthy" }]);
    await delay("0");
    await balancing.send(new elb.DeregisterTargetsCommand(target));
    expect(await healthOf(group)).toEqual([]);
    expect(await healthOf(group, id)).toMatchObject([{ State: "unused", Reason: "Target.NotRegistered" }]);
    await delay("300");
    expect(await healthOf(group)).toMatchObject([draining]);
    await terminate(id);
    expect(await healthOf(group)).toEqual([]);
  });

  test("is unused while no listener uses its group, or the load balancer does not cover its zone", async () => {
    const [group, within, outside] = [
      await createTargetGroup("web"),
      await run({ SubnetId: PUBLIC[0] }),
      await run({ SubnetId: THIRD_ZONE }),
    ];
    await balancing.send(
      new elb.RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: within }, { Id: outside }] }),
    );
    const alone = {
      State: "unused",
      Reason: "Target.NotInUse",
      Description: "Target group is not configured to receive traffic from the load balancer",
    };
    expect(await healthOf(group)).toMatchObject([alone, alone]);
    await createListener(await createBalancer(), 80, forward(group));
    expect(await healthOf(group)).toMatchObject([
      { State: "healthy" },
      {
        State: "unused",
        Reason: "Target.NotInUse",
        Description: "Target is in an Availability Zone that is not enabled for the load balancer",
      },
    ]);
  });

  test("is in its group's VPC", async () => {
    const [group, id] = [await createTargetGroup("web"), await run({ SubnetId: ELSEWHERE[0] })];
    const register = balancing.send(new elb.RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: id }] }));
    await refused(register, "InvalidTarget", `The following targets are not in the target group VPC '${VPC}': '${id}'`);
  });
});

describe("a load balancer", () => {
  test("needs eight free addresses in each subnet", async () => {
    const { Subnet } = await compute.send(
      new ec2.CreateSubnetCommand({ VpcId: VPC, CidrBlock: "10.7.200.0/28", AvailabilityZone: "us-east-1c" }),
    );
    const id = Subnet?.SubnetId ?? "";
    for (let taken = 0; taken < 4; taken++) await run({ SubnetId: id });
    const { LoadBalancerArn } = await createBalancer();
    const full = [
      "InvalidSubnet",
      `Not enough IP space available in ${id}. ELB requires at least 8 free IP addresses in each subnet.`,
    ] as const;
    await refused(createBalancer({ Name: "small", Subnets: [PUBLIC[0]!, id] }), ...full);
    await refused(balancing.send(new elb.SetSubnetsCommand({ LoadBalancerArn, Subnets: [...PUBLIC, id] })), ...full);
    await balancing.send(new elb.SetSubnetsCommand({ LoadBalancerArn, Subnets: [...PUBLIC, THIRD_ZONE] }));
  });

  test("has subnets of one VPC", async () => {
    await refused(
      createBalancer({ Subnets: [PUBLIC[0]!, ELSEWHERE[1]!] }),
      "InvalidConfigurationRequest",
      `All subnets must belong to the same VPC: '${VPC}'`,
    );
  });

  test("has security groups that exist in its VPC", async () => {
    const [own, other] = [await createGroup("own"), await createGroup("other", OTHER_VPC)];
    await refused(
      createBalancer({ SecurityGroups: ["sg-0123456789abcdef0"] }),
      "InvalidSecurityGroup",
      "The security group 'sg-0123456789abcdef0' does not exist",
    );
    const invalid = ["InvalidConfigurationRequest", "One or more security groups are invalid"] as const;
    await refused(createBalancer({ SecurityGroups: [other] }), ...invalid);
    const { LoadBalancerArn } = await createBalancer({ SecurityGroups: [own] });
    const set = (SecurityGroups: string[]) =>
      balancing.send(new elb.SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups }));
    await refused(set([own, other]), ...invalid);
    await set([own]);
  });

  test("sends to target groups of its VPC, which no other one uses", async () => {
    const [balancer, other] = [await createBalancer(), await createBalancer({ Name: "other" })];
    const [own, distant] = [await createTargetGroup("own"), await createTargetGroup("distant", OTHER_VPC)];
    const elsewhere = [
      "InvalidConfigurationRequest",
      `Target group '${distant}' is in a different VPC than load balancer '${balancer.LoadBalancerArn}'`,
    ] as const;
    const taken = [
      "TargetGroupAssociationLimit",
      `The following target groups cannot be associated with more than one load balancer: ${own}`,
    ] as const;
    await refused(createListener(balancer, 80, forward(distant)), ...elsewhere);
    const ListenerArn = await createListener(balancer, 80, forward(own));
    await refused(
      balancing.send(new elb.ModifyListenerCommand({ ListenerArn, DefaultActions: [forward(distant)] })),
      ...elsewhere,
    );
    await refused(createRule(ListenerArn, forward(distant)), ...elsewhere);
    await refused(createListener(other, 80, forward(own)), ...taken);
    await createRule(ListenerArn, forward(own));
    await balancing.send(new elb.DeleteListenerCommand({ ListenerArn }));
    await createListener(other, 80, forward(own));
  });

  test("redirects elsewhere", async () => {
    const balancer = await createBalancer();
    const redirect = (RedirectConfig: Partial<elb.RedirectActionConfig>): elb.Action => ({
      Type: "redirect",
      RedirectConfig: { StatusCode: "HTTP_301", ...RedirectConfig },
    });
    await refused(
      createListener(balancer, 80, redirect({ Protocol: "HTTP", Port: "80" })),
      "InvalidLoadBalancerAction",
      "The redirect configuration is not valid because it creates a loop.",
    );
    await createListener(balancer, 80, redirect({ Protocol: "HTTPS", Port: "443" }));
  });
});

describe("an instance", () => {
  test("has security groups of its subnet's VPC", async () => {
    const other = await createGroup("other", OTHER_VPC);
    const message = [
      "InvalidParameter",
      `Security group ${other} and subnet ${PUBLIC[0]} belong to different networks.`,
    ] as const;
    await refused(run({ SubnetId: PUBLIC[0], SecurityGroupIds: [other] }), ...message);
    await refused(run({ NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: PUBLIC[0], Groups: [other] }] }), ...message);
    await run({ SubnetId: ELSEWHERE[0], SecurityGroupIds: [other] });
  });

  test("is of a type that its zone offers", async () => {
    await refused(
      run({ SubnetId: IN_1E, InstanceType: "t3.micro" }),
      "Unsupported",
      "Your requested instance type (t3.micro) is not supported in your requested Availability Zone " +
        "(us-east-1e). Please retry your request by not specifying an Availability Zone or choosing us-east-1a, " +
        "us-east-1b, us-east-1c, us-east-1d, us-east-1f.",
    );
    await run({ SubnetId: PUBLIC[0], InstanceType: "t3.micro" });
  });

  test("is started with a key pair that exists", async () => {
    await refused(run({ KeyName: "nobody" }), "InvalidKeyPair.NotFound", "The key pair 'nobody' does not exist");
    await run({ KeyName: "operator" });
  });
});

describe("a security group", () => {
  const authorize = (GroupId: string, part: Partial<ec2.IpPermission>, direction: "Ingress" | "Egress" = "Ingress") => {
    const IpPermissions = [{ IpProtocol: "tcp", FromPort: 80, ToPort: 80, ...part }];
    return direction === "Ingress"
      ? compute.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
      : compute.send(new ec2.AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions }));
  };

  test.each(["Ingress", "Egress"] as const)("names groups of its own VPC, %s", async (direction) => {
    const [own, peer, other] = [
      await createGroup("own"),
      await createGroup("peer"),
      await createGroup("other", OTHER_VPC),
    ];
    const to = (GroupId: string) => authorize(own, { UserIdGroupPairs: [{ GroupId }] }, direction);
    await refused(
      to(other),
      "InvalidGroup.NotFound",
      "You have specified two resources that belong to different networks.",
    );
    await to(peer);
  });

  test("has plain descriptions, and so have its rules", async () => {
    const SET = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";
    await refused(
      createGroup("a", VPC, "Größe"),
      "InvalidParameterValue",
      "Value (Größe) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.",
    );
    await refused(
      createGroup("a", VPC, "it's"),
      "InvalidParameterValue",
      "Invalid security group description. Valid descriptions are strings less than 256 characters from the " +
        `following set:  ${SET}`,
    );
    const group = await createGroup("a", VPC, "Requests (80/tcp) & health checks");
    await refused(
      authorize(group, { IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "the world's" }] }),
      "InvalidParameterValue",
      "Invalid rule description. Valid descriptions are strings less than 256 characters from the following " +
        `set: ${SET}`,
    );
    await authorize(group, { IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "world" }] });
  });
});

describe("a network", () => {
  test("has subnets from /28 to /16", async () => {
    const create = (CidrBlock: string) => compute.send(new ec2.CreateSubnetCommand({ VpcId: VPC, CidrBlock }));
    await refused(create("10.7.201.0/29"), "InvalidSubnet.Range", "The CIDR '10.7.201.0/29' is invalid.");
    await create("10.7.201.0/28");
  });

  test("has one route table for each subnet", async () => {
    const { Subnet } = await compute.send(new ec2.CreateSubnetCommand({ VpcId: VPC, CidrBlock: "10.7.202.0/28" }));
    const tables = await Promise.all(
      [1, 2].map(
        async () => (await compute.send(new ec2.CreateRouteTableCommand({ VpcId: VPC }))).RouteTable?.RouteTableId,
      ),
    );
    const associate = (RouteTableId: string | undefined) =>
      compute.send(new ec2.AssociateRouteTableCommand({ RouteTableId, SubnetId: Subnet?.SubnetId }));
    const { AssociationId } = await associate(tables[0]);
    await refused(
      associate(tables[1]),
      "Resource.AlreadyAssociated",
      `the specified association for route table ${tables[1]} conflicts with an existing association`,
    );
    await compute.send(new ec2.DisassociateRouteTableCommand({ AssociationId }));
    await associate(tables[1]);
  });

  test("has routes to gateways that are attached to it", async () => {
    const { RouteTable } = await compute.send(new ec2.CreateRouteTableCommand({ VpcId: VPC }));
    const RouteTableId = RouteTable?.RouteTableId ?? "";
    const route = (GatewayId: string) =>
      compute.send(new ec2.CreateRouteCommand({ RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId }));
    const distant = await gatewayOf(OTHER_VPC);
    await refused(
      route(distant),
      "InvalidParameterValue",
      `route table ${RouteTableId} and network gateway ${distant} belong to different networks`,
    );
    await route(await gatewayOf(VPC));
  });

  test("has public NAT gateways once it has an internet gateway", async () => {
    const { Vpc } = await compute.send(new ec2.CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }));
    const { Subnet } = await compute.send(new ec2.CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: "10.9.0.0/24" }));
    const nat = async (SubnetId?: string) => {
      const { AllocationId } = await compute.send(new ec2.AllocateAddressCommand({ Domain: "vpc" }));
      const { NatGateway } = await compute.send(new ec2.CreateNatGatewayCommand({ SubnetId, AllocationId }));
      const { NatGateways = [] } = await compute.send(
        new ec2.DescribeNatGatewaysCommand({ NatGatewayIds: [NatGateway?.NatGatewayId ?? ""] }),
      );
      return NatGateways[0];
    };
    expect(await nat(Subnet?.SubnetId)).toMatchObject({
      State: "failed",
      FailureCode: "Gateway.NotAttached",
      FailureMessage: `Network ${Vpc?.VpcId} has no Internet gateway attached`,
    });
    expect(await nat(PUBLIC[0])).toMatchObject({ State: "available" });
  });
});

describe("who creates or changes a load balancer needs permissions for what it asks of EC2", () => {
  const ASKED = [
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAddresses",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ec2:GetSecurityGroupsForVpc",
  ];

  test.each([...ASKED, "iam:CreateServiceLinkedRole"])("%s", async (missing) => {
    const user = await userWith(
      "deployer",
      "elasticloadbalancing:*",
      ...[...ASKED, "iam:CreateServiceLinkedRole"].filter((each) => each !== missing),
    );
    balancing = new elb.ElasticLoadBalancingV2Client(user);
    await refused(
      createBalancer(),
      "AccessDenied",
      `User: arn:aws:iam::123456789012:user/deployer is not authorized to perform: ${missing}`,
    );
  });

  test("all of them suffice, none of them is recorded as a call, and the role is created once", async () => {
    balancing = new elb.ElasticLoadBalancingV2Client(
      await userWith("first", "elasticloadbalancing:*", ...ASKED, "iam:CreateServiceLinkedRole"),
    );
    await aws.calls(true);
    const { LoadBalancerArn } = await createBalancer();
    expect((await aws.calls()).map(({ action }) => action)).toEqual(["elasticloadbalancing:CreateLoadBalancer"]);
    balancing = new elb.ElasticLoadBalancingV2Client(await userWith("second", "elasticloadbalancing:*", "ec2:*"));
    await createBalancer({ Name: "second" });
    compute = new ec2.EC2Client(await userWith("third", "ec2:*"));
    const group = await createGroup("web");
    balancing = new elb.ElasticLoadBalancingV2Client(
      await userWith("deployer", "elasticloadbalancing:*", "ec2:DescribeSubnets"),
    );
    const denied = [
      "AccessDenied",
      "User: arn:aws:iam::123456789012:user/deployer is not authorized to perform: ec2:GetSecurityGroupsForVpc",
    ] as const;
    await refused(
      balancing.send(new elb.SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: [group] })),
      ...denied,
    );
    await refused(balancing.send(new elb.SetSubnetsCommand({ LoadBalancerArn, Subnets: PUBLIC })), ...denied);
  });
});

test("settings refuse a quota that is no number", async () => {
  await expect(aws.setQuotas({ vcpus: -1, addresses: 5 })).rejects.toThrow('or {"vcpus": a whole number or null}');
});

describe("docs/reference/what-aws-checks.md", () => {
  const read = (...path: string[]) => readFileSync(join(PROJECT, ...path), "utf8");
  const page = read("docs", "reference", "what-aws-checks.md");
  const [, list = ""] = /^REFUSALS = \[([^\]]*)\]/m.exec(read("rehearsal", "local_aws", "refusals.py")) ?? [];

  test("names every refusal of the local AWS, and no other", () => {
    const listed = list.match(/\w+/g) ?? [];
    const named = [...page.matchAll(/refusals\.py: ([\w`, ]+)/g)].flatMap(
      ([, names = ""]) => names.match(/\w+/g) ?? [],
    );
    expect(listed.length).toBeGreaterThan(0);
    expect([...new Set(named)].sort()).toEqual([...listed].sort());
  });

  test("names files that are there", () => {
    const files = [...page.matchAll(/`((?:cli|constructs|path|rehearsal)\/[\w./-]+)`/g)].map(([, file = ""]) => file);
    expect(files.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
  });
});

const OK: elb.Action = { Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } };

/** The SDK names some errors as AWS's model does, with `Exception` at the end of the code. */
async function refused(call: Promise<unknown>, code: string, message: string): Promise<void> {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ name: expect.stringMatching(new RegExp(`^${code}(Exception)?$`)), message });
}

function connect(to: LocalAws): void {
  const settings = settingsOf(to);
  [acm, compute, balancing, route53] = [
    new ACMClient(settings),
    new ec2.EC2Client(settings),
    new elb.ElasticLoadBalancingV2Client(settings),
    new Route53Client(settings),
  ];
}

function settingsOf({ endpoint }: LocalAws, accessKeyId = "test", secretAccessKey = "test") {
  return { endpoint, region: "us-east-1", credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
}

/** Lets the local AWS check permissions, of a user that may do no more than this. */
async function userWith(UserName: string, ...Action: string[]) {
  await aws.enforceAccess(false);
  const iam = new IAMClient(settingsOf(aws));
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(
    new PutUserPolicyCommand({
      UserName,
      PolicyName: "all",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action, Resource: "*" }],
      }),
    }),
  );
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  await aws.enforceAccess(true);
  return settingsOf(aws, key?.AccessKeyId, key?.SecretAccessKey);
}

function describeVpc() {
  return compute.send(new ec2.DescribeVpcsCommand({ VpcIds: [VPC] }));
}

async function gatewayOf(vpcId: string): Promise<string> {
  const { InternetGateways = [] } = await compute.send(
    new ec2.DescribeInternetGatewaysCommand({ Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }] }),
  );
  return InternetGateways[0]?.InternetGatewayId ?? "";
}

async function createGroup(GroupName: string, VpcId = VPC, Description = GroupName): Promise<string> {
  return (await compute.send(new ec2.CreateSecurityGroupCommand({ GroupName, Description, VpcId }))).GroupId ?? "";
}

function deleteGroup(GroupId: string) {
  return compute.send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
}

function deleteSubnet(SubnetId: string | undefined) {
  return compute.send(new ec2.DeleteSubnetCommand({ SubnetId }));
}

async function run(what: Partial<ec2.RunInstancesCommandInput>): Promise<string> {
  const command = new ec2.RunInstancesCommand({ ImageId: IMAGE, MinCount: 1, MaxCount: 1, ...what });
  return (await compute.send(command)).Instances?.[0]?.InstanceId ?? "";
}

function terminate(id: string) {
  return compute.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] }));
}

async function createBalancer(what: Partial<elb.CreateLoadBalancerCommandInput> = {}): Promise<elb.LoadBalancer> {
  const { LoadBalancers } = await balancing.send(
    new elb.CreateLoadBalancerCommand({ Name: "web", Subnets: PUBLIC, ...what }),
  );
  return LoadBalancers?.[0] ?? {};
}

async function createListener(
  { LoadBalancerArn }: elb.LoadBalancer,
  Port: number,
  action: elb.Action,
  CertificateArn?: string,
): Promise<string> {
  const secure =
    CertificateArn === undefined
      ? { Protocol: "HTTP" as const }
      : { Protocol: "HTTPS" as const, Certificates: [{ CertificateArn }] };
  const { Listeners } = await balancing.send(
    new elb.CreateListenerCommand({ LoadBalancerArn, Port, DefaultActions: [action], ...secure }),
  );
  return Listeners?.[0]?.ListenerArn ?? "";
}

function createRule(ListenerArn: string, action: elb.Action) {
  return balancing.send(
    new elb.CreateRuleCommand({
      ListenerArn,
      Priority: 1,
      Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/a"] } }],
      Actions: [action],
    }),
  );
}

async function createTargetGroup(Name: string, VpcId = VPC, Port = 80): Promise<string> {
  const { TargetGroups } = await balancing.send(
    new elb.CreateTargetGroupCommand({ Name, Protocol: "HTTP", Port, VpcId, TargetType: "instance" }),
  );
  return TargetGroups?.[0]?.TargetGroupArn ?? "";
}

function forward(TargetGroupArn: string): elb.Action {
  return { Type: "forward", TargetGroupArn };
}

async function healthOf(TargetGroupArn: string, id?: string) {
  const Targets = id === undefined ? undefined : [{ Id: id }];
  const { TargetHealthDescriptions = [] } = await balancing.send(
    new elb.DescribeTargetHealthCommand({ TargetGroupArn, Targets }),
  );
  return TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth);
}

function record(Name: string, Type: "A" | "CNAME", Value = "192.0.2.9"): ResourceRecordSet {
  return { Name, Type, TTL: 60, ResourceRecords: [{ Value }] };
}

function change(...changes: [ChangeAction, ResourceRecordSet][]) {
  const ChangeBatch = { Changes: changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet })) };
  return route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: ZONE_ID, ChangeBatch }));
}
