import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ACMClient, DescribeCertificateCommand, RequestCertificateCommand } from "@aws-sdk/client-acm";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeManagedPrefixListsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSubnetsCommand,
  DescribeVolumesModificationsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Instance,
  ModifyInstanceAttributeCommand,
  ModifyVolumeCommand,
  MonitorInstancesCommand,
  ReplaceIamInstanceProfileAssociationCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  UnmonitorInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  SetSubnetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  GetRoleCommand,
  IAMClient,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import {
  ChangeResourceRecordSetsCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { GetBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { findEmulatorPython } from "../../../machine/setup/emulator-python";
import { isRunning, LocalAws } from "../../../rehearsal/local-aws";
import type { Seed } from "../../../rehearsal/seed";
import { PROJECT } from "../../support/project";

const ZONE_ID = "Z0123456789ABCDEFGHIJ";
const CERTIFICATE_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const FOREIGN_CERTIFICATE_ARN = "arn:aws:acm:us-east-1:210987654321:certificate/99999999-2222-3333-4444-555555555555";
const PUBLIC_SUBNETS = ["subnet-0a000000000000001", "subnet-0a000000000000002"];
const PRIVATE_SUBNETS = ["subnet-0b000000000000001", "subnet-0b000000000000002"];
const SAME_ZONE_SUBNET = "subnet-0a000000000000003";
const OFFLINE_SUBNETS = ["subnet-0c000000000000001", "subnet-0c000000000000002"];
const NETWORK_INTERFACE = { DeviceIndex: 0, SubnetId: PUBLIC_SUBNETS[0] };
const SEED: Seed = {
  region: "us-east-1",
  hostedZones: [{ name: "example.com", id: ZONE_ID }, { name: "example.org" }],
  vpcs: [
    {
      id: "vpc-0a000000000000001",
      cidr: "10.7.0.0/16",
      subnets: [
        ...PUBLIC_SUBNETS.map((id) => ({ id, public: true })),
        ...PRIVATE_SUBNETS.map((id) => ({ id, public: false })),
        { id: SAME_ZONE_SUBNET, public: true, availabilityZone: "us-east-1a" },
      ],
    },
    { id: "vpc-0c000000000000001", subnets: OFFLINE_SUBNETS.map((id) => ({ id, public: false })) },
  ],
  certificates: [
    { arn: CERTIFICATE_ARN, names: ["www.example.com", "*.example.com"] },
    { arn: FOREIGN_CERTIFICATE_ARN, names: ["www.example.org"] },
  ],
  buckets: ["states"],
  keyPairs: ["operator"],
};

jest.setTimeout(60_000);

let python: string;
let seeded: LocalAws;
let aws: LocalAws;
let acm: ACMClient;
let ec2: EC2Client;
let elb: ElasticLoadBalancingV2Client;
let route53: Route53Client;

beforeAll(async () => {
  const project = PROJECT;
  python = await findEmulatorPython({
    cacheDir: join(project, ".rehearsal"),
    env: process.env,
    requirementsFile: join(project, "rehearsal", "requirements.txt"),
  });
  seeded = await LocalAws.start({ python });
  await seeded.seed(SEED);
  // moto loads a service at its first request; what is loaded now need not be loaded in each clone.
  connect(seeded);
  await Promise.all([inventory(seeded), statusOf(CERTIFICATE_ARN), elb.send(new DescribeLoadBalancersCommand({}))]);
});

afterAll(() => seeded.stop());

beforeEach(async () => {
  aws = await seeded.clone();
  connect(aws);
});

afterEach(() => aws.stop());

describe("starting and stopping", () => {
  test("listens on a port of the loopback interface", async () => {
    expect(aws.endpoint).toBe(`http://127.0.0.1:${aws.port}`);
    expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs).not.toHaveLength(0);
  });

  test("keeps moto's own admin interface", async () => {
    expect((await fetch(`${aws.endpoint}/moto-api/config`)).ok).toBe(true);
  });

  test("stop waits until the process is gone, and can be called again", async () => {
    await aws.stop();
    expect(isRunning(aws.pid)).toBe(false);
    await aws.stop();
  });

  test("fails when Python is not found", async () => {
    await expect(LocalAws.start({ python: "no-such-python" })).rejects.toThrow(
      "local AWS: 'no-such-python' cannot be run: spawn no-such-python ENOENT",
    );
  });

  test("fails with what was said when the server ends at once", async () => {
    // Node takes the server for JavaScript.
    await expect(LocalAws.start({ python: process.execPath })).rejects.toThrow(
      /ended before it was ready \(exit code 1\); its output:\n[^]*SyntaxError/,
    );
  });

  test("ends when its starter is killed, with its clones", async () => {
    const starter = runStarter(
      "const clone = await aws.clone(); report(aws.pid, clone.pid); setInterval(() => 0, 1000);",
    );
    const pids = await starter.reported;
    expect(pids.map(isRunning)).toEqual([true, true]);
    starter.child.kill("SIGKILL");
    for (const pid of pids) await ended(pid);
  });

  test("does not keep its starter from ending", async () => {
    const starter = runStarter("report(aws.pid);");
    const [pid = 0] = await starter.reported;
    await starter.exited;
    await ended(pid);
  });

  test("detached, lives on without its starter until nobody calls for a while", async () => {
    const starter = runStarter("await aws.detach(8); report(aws.pid, aws.port);");
    const [pid = 0, port = 0] = await starter.reported;
    await starter.exited;
    await pause(300);
    expect((await fetch(`http://127.0.0.1:${port}/moto-api/config`)).ok).toBe(true);
    expect(isRunning(pid)).toBe(true);
    await ended(pid);
  });
});

describe("a call that is made again, as its answer was lost", () => {
  /** As the SDKs of AWS name a call in every attempt at it. */
  const attempt = async (name: string, call?: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(aws.endpoint, {
      method: "POST",
      body: new URLSearchParams({ Action: "CreateInstanceProfile", InstanceProfileName: name, Version: "2010-05-08" }),
      headers: {
        authorization:
          "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0",
        ...(call !== undefined && { "amz-sdk-invocation-id": call }),
      },
    });
    return { status: response.status, text: await response.text() };
  };

  test("is done once and answered alike, and is distinguished from another call for the same thing", async () => {
    const first = await attempt("asked-twice", "11111111-2222-3333-4444-555555555555");
    expect(first).toMatchObject({
      status: 200,
      text: expect.stringContaining("<InstanceProfileName>asked-twice<") as unknown,
    });
    expect(await attempt("asked-twice", "11111111-2222-3333-4444-555555555555")).toEqual(first);
    expect(await attempt("asked-twice", "66666666-2222-3333-4444-555555555555")).toMatchObject({ status: 409 });
    expect(await attempt("asked-twice")).toMatchObject({ status: 409 });
  });
});

describe("a clone", () => {
  test("holds what its original holds, and shares no change with it", async () => {
    const copy = await aws.clone();
    const created = await new EC2Client(settings(copy)).send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }));
    const inCopy = await vpcIds(copy);
    const inOriginal = await vpcIds(aws);
    await copy.stop();
    expect(inCopy).toContain("vpc-0a000000000000001");
    expect(inCopy).toContain(created.Vpc?.VpcId);
    expect(inOriginal).not.toContain(created.Vpc?.VpcId);
  });

  test("leaves its original running when it is stopped", async () => {
    const copy = await aws.clone();
    await copy.stop();
    expect(isRunning(copy.pid)).toBe(false);
    expect(await vpcIds(aws)).toContain("vpc-0a000000000000001");
  });

  test("lets go of its original's port", async () => {
    const copy = await aws.clone();
    await aws.stop();
    await expect(fetch(aws.endpoint)).rejects.toThrow();
    expect(await vpcIds(copy)).toContain("vpc-0a000000000000001");
    await copy.stop();
  });

  test("is made between requests, however many there are", async () => {
    const [copy, ...answers] = await Promise.all([aws.clone(), ...Array.from({ length: 20 }, () => vpcIds(aws))]);
    const afterwards = await vpcIds(copy);
    await copy.stop();
    for (const answer of answers) expect(answer).toEqual(afterwards);
  });
});

describe("a seed", () => {
  test("puts in zones with the id given, or with one made up", async () => {
    const given = await route53.send(new GetHostedZoneCommand({ Id: ZONE_ID }));
    expect(given.HostedZone?.Name).toBe("example.com.");
    const madeUp = await route53.send(new ListHostedZonesByNameCommand({ DNSName: "example.org" }));
    expect(madeUp.HostedZones).toHaveLength(1);
  });

  test("puts in a VPC whose public and private subnets each lie in two zones", async () => {
    const zones = await zonesOf([...PUBLIC_SUBNETS, ...PRIVATE_SUBNETS]);
    expect(zones).toEqual(["us-east-1a", "us-east-1b", "us-east-1a", "us-east-1b"]);
  });

  test("leads public subnets to an internet gateway, and private ones nowhere", async () => {
    expect(await wayOut(PUBLIC_SUBNETS[0])).toMatch(/^igw-/);
    expect(await wayOut(PRIVATE_SUBNETS[0])).toBeUndefined();
  });

  test("gives a VPC the S3 gateway endpoint, once", async () => {
    await aws.seed(SEED);
    const { VpcEndpoints = [] } = await ec2.send(
      new DescribeVpcEndpointsCommand({ Filters: [{ Name: "vpc-id", Values: [SEED.vpcs![0]!.id] }] }),
    );
    expect(VpcEndpoints.map(({ ServiceName, VpcEndpointType }) => [ServiceName, VpcEndpointType])).toEqual([
      ["com.amazonaws.us-east-1.s3", "Gateway"],
    ]);
  });

  test("puts in issued certificates, whatever account their ARN names", async () => {
    for (const arn of [CERTIFICATE_ARN, FOREIGN_CERTIFICATE_ARN]) {
      const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }));
      expect(Certificate).toMatchObject({ CertificateArn: arn, Status: "ISSUED", Type: "AMAZON_ISSUED" });
    }
    const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn: CERTIFICATE_ARN }));
    expect(Certificate?.SubjectAlternativeNames?.sort()).toEqual(["*.example.com", "www.example.com"]);
  });

  test("puts in buckets with versioning, and key pairs", async () => {
    const s3 = new S3Client({ ...settings(aws), forcePathStyle: true });
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: "states" }))).Status).toBe("Enabled");
    expect((await ec2.send(new DescribeKeyPairsCommand({ KeyNames: ["operator"] }))).KeyPairs).toHaveLength(1);
  });

  test("changes nothing when it is sown twice", async () => {
    const before = await inventory(aws);
    await aws.seed(SEED);
    expect(await inventory(aws)).toEqual(before);
  });

  test.each([
    ["a key is unknown", { region: "us-east-1", vpc: [] }, "local AWS: seed: seed: unknown vpc; known are "],
    ["a key is missing", { region: "us-east-1", hostedZones: [{}] }, "local AWS: seed: hosted zone: name is required"],
  ])("fails when %s", async (_case, seed, message) => {
    await expect(aws.seed(seed as unknown as Seed)).rejects.toThrow(message);
  });
});

describe("load balancers", () => {
  test("a protected one cannot be deleted until that is switched off", async () => {
    const { LoadBalancerArn } = await createLoadBalancer();
    const Attributes = [{ Key: "deletion_protection.enabled", Value: "true" }];
    await elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
    await expect(elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))).rejects.toThrow(
      expect.objectContaining({ name: expect.stringContaining("OperationNotPermitted") }),
    );
    await aws.enforceDeletionProtection(false);
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
  });

  test("a replaced one gets another DNS name, in its region's zone", async () => {
    const first = await createLoadBalancer();
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: first.LoadBalancerArn }));
    const second = await createLoadBalancer();
    expect(second.DNSName).toMatch(/^web-\d+\.us-east-1\.elb\.amazonaws\.com$/);
    expect(second.DNSName).not.toBe(first.DNSName);
    expect(second.CanonicalHostedZoneId).toBe("Z35SXDOTRQ7X7K");
  });

  test("faces the internet unless specified otherwise", async () => {
    await elb.send(new CreateLoadBalancerCommand({ Name: "plain", Subnets: PUBLIC_SUBNETS }));
    const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ["plain"] }));
    expect(LoadBalancers?.[0]?.Scheme).toBe("internet-facing");
  });

  test("needs two subnets", async () => {
    await expect(createLoadBalancer(PUBLIC_SUBNETS.slice(0, 1))).rejects.toThrow(
      "At least two subnets in two different Availability Zones must be specified",
    );
  });

  test("needs subnets of different zones", async () => {
    await expect(createLoadBalancer([...PUBLIC_SUBNETS, SAME_ZONE_SUBNET])).rejects.toThrow(
      "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    );
  });

  test("stays in its VPC", async () => {
    await createLoadBalancer(PUBLIC_SUBNETS);
    const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
    const move = (Subnets: string[]) =>
      elb.send(new SetSubnetsCommand({ LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn, Subnets }));
    await expect(move(OFFLINE_SUBNETS)).rejects.toThrow("All subnets must belong to the load balancer's VPC");
    await move(PUBLIC_SUBNETS);
  });

  test("needs an internet gateway, unless it is internal", async () => {
    await expect(createLoadBalancer(OFFLINE_SUBNETS)).rejects.toThrow("has no internet gateway");
    const internal = { Name: "internal", Subnets: OFFLINE_SUBNETS, Scheme: "internal" as const };
    await elb.send(new CreateLoadBalancerCommand(internal));
  });
});

describe("security group rules", () => {
  test("keep their description, whoever the peer is", async () => {
    const vpcId = SEED.vpcs![0]!.id;
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: "a", Description: "a", VpcId: vpcId }),
    );
    const { PrefixLists = [] } = await ec2.send(new DescribeManagedPrefixListsCommand({}));
    const port = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [{ ...port, UserIdGroupPairs: [{ GroupId, Description: "from a group" }] }],
      }),
    );
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [
          { ...port, PrefixListIds: [{ PrefixListId: PrefixLists[0]?.PrefixListId, Description: "from a list" }] },
        ],
      }),
    );
    const { SecurityGroupRules = [] } = await ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [GroupId ?? ""] }] }),
    );
    expect(
      SecurityGroupRules.filter(({ IsEgress }) => IsEgress === false)
        .map(({ Description }) => Description)
        .sort(),
    ).toEqual(["from a group", "from a list"]);
  });
});

describe("listeners", () => {
  test("take a port once", async () => {
    const balancer = await createLoadBalancer();
    await createListener(balancer, 80);
    await createListener(balancer, 8080);
    await expect(createListener(balancer, 80)).rejects.toThrow("A listener with the specified port already exists.");
  });

  test("need a certificate for HTTPS, whatever account its ARN names", async () => {
    const balancer = await createLoadBalancer();
    await expect(createListener(balancer, 443, "HTTPS")).rejects.toThrow(
      "A certificate must be specified for HTTPS listeners",
    );
    await createListener(balancer, 443, "HTTPS", CERTIFICATE_ARN);
    await createListener(balancer, 8443, "HTTPS", FOREIGN_CERTIFICATE_ARN);
  });

  test("refuse a certificate that is not issued", async () => {
    const pending = await requestCertificate("new.example.com");
    const Certificates = [{ CertificateArn: pending }];
    const refused = expect.objectContaining({ name: "UnsupportedCertificate" });
    const balancer = await createLoadBalancer();
    await expect(createListener(balancer, 443, "HTTPS", pending)).rejects.toThrow(refused);
    const ListenerArn = await createListener(balancer, 443, "HTTPS", CERTIFICATE_ARN);
    await expect(elb.send(new ModifyListenerCommand({ ListenerArn, Certificates }))).rejects.toThrow(refused);
    await expect(elb.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates }))).rejects.toThrow(refused);
  });
});

describe("certificates", () => {
  test("are issued once all their validation records are there, and not before", async () => {
    const arn = await requestCertificate("www.example.com", ["www.example.com", "api.example.com"]);
    const records = await validationRecords(arn);
    expect(records).toHaveLength(2);
    for (const record of records) {
      await pause(600);
      expect(await statusOf(arn)).toBe("PENDING_VALIDATION");
      await change(record);
    }
    expect(await statusOf(arn)).toBe("ISSUED");
  });
});

describe("aliases", () => {
  test("point to a load balancer that exists, by its own zone", async () => {
    const { DNSName = "", CanonicalHostedZoneId = "" } = await createLoadBalancer();
    await change(alias(`dualstack.${DNSName}`, CanonicalHostedZoneId));
    await expect(change(alias(DNSName, ZONE_ID))).rejects.toThrow(
      `zone ${ZONE_ID}, but the alias target name does not lie within the target zone`,
    );
    await expect(change(alias("gone-1.us-east-1.elb.amazonaws.com", CanonicalHostedZoneId))).rejects.toThrow(
      "but that target was not found",
    );
  });
});

describe("instances", () => {
  test("have detailed monitoring switched on and off", async () => {
    const id = await runInstance({ SubnetId: PRIVATE_SUBNETS[0] });
    await ec2.send(new MonitorInstancesCommand({ InstanceIds: [id] }));
    expect((await describeInstance(id)).Monitoring?.State).toBe("enabled");
    await ec2.send(new UnmonitorInstancesCommand({ InstanceIds: [id] }));
    expect((await describeInstance(id)).Monitoring?.State).toBe("disabled");
  });

  test.each([true, false])("with AssociatePublicIpAddress %s show an association accordingly", async (isPublic) => {
    const id = await runInstance({ NetworkInterfaces: [{ ...NETWORK_INTERFACE, AssociatePublicIpAddress: isPublic }] });
    const { NetworkInterfaces } = await describeInstance(id);
    expect(NetworkInterfaces?.[0]?.Association !== undefined).toBe(isPublic);
  });

  test("have the groups of their first interface, also when these are changed", async () => {
    const [first, second] = [await createGroup("first"), await createGroup("second")];
    const id = await runInstance({ NetworkInterfaces: [{ ...NETWORK_INTERFACE, Groups: [first] }] });
    expect(groupsOf(await describeInstance(id))).toEqual({ instance: [first], networkInterface: [first] });
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, Groups: [second] }));
    expect(groupsOf(await describeInstance(id))).toEqual({ instance: [second], networkInterface: [second] });
  });
});

test("of a volume the last modification is described", async () => {
  const { BlockDeviceMappings: [disk] = [] } = await describeInstance(
    await runInstance({ SubnetId: PRIVATE_SUBNETS[0] }),
  );
  const VolumeId = disk?.Ebs?.VolumeId;
  for (const VolumeType of ["gp2", "gp3"] as const) await ec2.send(new ModifyVolumeCommand({ VolumeId, VolumeType }));
  const { VolumesModifications = [] } = await ec2.send(
    new DescribeVolumesModificationsCommand({ VolumeIds: [VolumeId ?? ""] }),
  );
  expect(VolumesModifications.map(({ TargetVolumeType }) => TargetVolumeType)).toEqual(["gp3"]);
});

describe("roles and their profiles", () => {
  test("an instance has the profile that replaces another one", async () => {
    const iam = new IAMClient(settings(aws));
    for (const InstanceProfileName of ["one", "other"])
      await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    const id = await runInstance({ SubnetId: PRIVATE_SUBNETS[0], IamInstanceProfile: { Name: "one" } });
    const { IamInstanceProfileAssociations: [association] = [] } = await ec2.send(
      new DescribeIamInstanceProfileAssociationsCommand({ Filters: [{ Name: "instance-id", Values: [id] }] }),
    );
    await ec2.send(
      new ReplaceIamInstanceProfileAssociationCommand({
        AssociationId: association?.AssociationId,
        IamInstanceProfile: { Name: "other" },
      }),
    );
    expect((await describeInstance(id)).IamInstanceProfile?.Arn).toMatch(/instance-profile\/other$/);
  });

  test("a role keeps its description where only the session's length changes", async () => {
    const iam = new IAMClient(settings(aws));
    await iam.send(
      new CreateRoleCommand({
        RoleName: "site",
        Description: "for a site",
        AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [] }),
      }),
    );
    await iam.send(new UpdateRoleCommand({ RoleName: "site", MaxSessionDuration: 7200 }));
    expect((await iam.send(new GetRoleCommand({ RoleName: "site" }))).Role).toMatchObject({
      Description: "for a site",
      MaxSessionDuration: 7200,
    });
  });
});

function connect(to: LocalAws): void {
  acm = new ACMClient(settings(to));
  ec2 = new EC2Client(settings(to));
  elb = new ElasticLoadBalancingV2Client(settings(to));
  route53 = new Route53Client(settings(to));
}

function settings(of: LocalAws) {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return { endpoint: of.endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
}

/** Runs a program of its own that starts a local AWS, `aws`, and reports numbers about it. */
function runStarter(body: string) {
  const program = `
    const { LocalAws } = require("./rehearsal/local-aws");
    const report = (...numbers) => console.log(JSON.stringify(numbers));
    (async () => { const aws = await LocalAws.start({ python: ${JSON.stringify(python)} }); ${body} })();`;
  const child = spawn(process.execPath, ["-r", "./cli/typescript.js", "-e", program], {
    cwd: PROJECT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const reported = once(child.stdout, "data").then(([chunk]) => JSON.parse(String(chunk)) as number[]);
  return { child, exited, reported };
}

/** Waits until a process has ended; the test runs out of time when it does not. */
async function ended(pid: number): Promise<void> {
  while (isRunning(pid)) await pause(50);
}

async function vpcIds(of: LocalAws): Promise<string[]> {
  const { Vpcs = [] } = await new EC2Client(settings(of)).send(new DescribeVpcsCommand({}));
  return Vpcs.map((vpc) => vpc.VpcId ?? "");
}

async function zonesOf(SubnetIds: string[]): Promise<(string | undefined)[]> {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds }));
  return SubnetIds.map((id) => Subnets.find((subnet) => subnet.SubnetId === id)?.AvailabilityZone);
}

async function wayOut(subnetId = ""): Promise<string | undefined> {
  const Filters = [{ Name: "association.subnet-id", Values: [subnetId] }];
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  expect(RouteTables).toHaveLength(1);
  return RouteTables[0]?.Routes?.find((route) => route.DestinationCidrBlock === "0.0.0.0/0")?.GatewayId;
}

async function inventory(of: LocalAws) {
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({}));
  const { HostedZones } = await route53.send(new ListHostedZonesByNameCommand({}));
  return { vpcs: await vpcIds(of), Subnets, RouteTables, HostedZones };
}

async function createLoadBalancer(Subnets = PUBLIC_SUBNETS): Promise<LoadBalancer> {
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: "web", Subnets }));
  return LoadBalancers?.[0] ?? {};
}

async function createListener(
  balancer: LoadBalancer,
  Port: number,
  Protocol: "HTTP" | "HTTPS" = "HTTP",
  CertificateArn?: string,
): Promise<string> {
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer.LoadBalancerArn,
      Port,
      Protocol,
      Certificates: CertificateArn === undefined ? undefined : [{ CertificateArn }],
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }],
    }),
  );
  return Listeners?.[0]?.ListenerArn ?? "";
}

async function requestCertificate(DomainName: string, SubjectAlternativeNames = [DomainName]): Promise<string> {
  const request = { DomainName, SubjectAlternativeNames, ValidationMethod: "DNS" as const };
  return (await acm.send(new RequestCertificateCommand(request))).CertificateArn ?? "";
}

async function validationRecords(CertificateArn: string): Promise<ResourceRecordSet[]> {
  const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
  return (Certificate?.DomainValidationOptions ?? []).map(({ ResourceRecord }) => ({
    Name: ResourceRecord?.Name,
    Type: "CNAME",
    TTL: 60,
    ResourceRecords: [{ Value: ResourceRecord?.Value }],
  }));
}

async function statusOf(CertificateArn: string) {
  return (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate?.Status;
}

function alias(DNSName: string, HostedZoneId: string): ResourceRecordSet {
  return { Name: "www.example.com", Type: "A", AliasTarget: { DNSName, HostedZoneId, EvaluateTargetHealth: true } };
}

async function change(ResourceRecordSet: ResourceRecordSet): Promise<void> {
  const ChangeBatch = { Changes: [{ Action: "UPSERT" as const, ResourceRecordSet }] };
  await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: ZONE_ID, ChangeBatch }));
}

async function runInstance(
  where: Pick<RunInstancesCommandInput, "IamInstanceProfile" | "NetworkInterfaces" | "SubnetId">,
): Promise<string> {
  const command = new RunInstancesCommand({ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1, ...where });
  return (await ec2.send(command)).Instances?.[0]?.InstanceId ?? "";
}

async function describeInstance(id: string): Promise<Instance> {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations?.[0]?.Instances?.[0] ?? {};
}

async function createGroup(GroupName: string): Promise<string> {
  const VpcId = SEED.vpcs?.[0]?.id;
  return (await ec2.send(new CreateSecurityGroupCommand({ GroupName, Description: GroupName, VpcId }))).GroupId ?? "";
}

function groupsOf({ SecurityGroups, NetworkInterfaces }: Instance) {
  return {
    instance: SecurityGroups?.map((group) => group.GroupId),
    networkInterface: NetworkInterfaces?.[0]?.Groups?.map((group) => group.GroupId),
  };
}
