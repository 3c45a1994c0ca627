import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  DescribeRouteTablesCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import type { LocalAws } from "../../rehearsal/local-aws";
import type { Seed } from "../../rehearsal/seed";
import { fixture } from "./rehearsal-room";

/* Root modules as the public writes them, each with the plan that terraform makes of it. */

export const TOPOLOGIES = fixture("topologies");

/** What the first comment of a root module says of it. */
export type Expected =
  /** Such as `# correct: one file with count`. */
  | { readonly verdict: "ok"; readonly style: string }
  /** Such as `# unknown: the subnets are read as data sources`; correct, but the file does not hold all of it. */
  | { readonly verdict: "unknown"; readonly style: string }
  /** Such as `# broken: P32 aws_security_group.alb`. */
  | { readonly verdict: "broken"; readonly id: string; readonly address: string };

/** All root modules, by their folders' names. */
export const NAMES: readonly string[] = readdirSync(TOPOLOGIES, { withFileTypes: true })
  .filter((it) => it.isDirectory() && existsSync(join(TOPOLOGIES, it.name, "main.tf")))
  .map(({ name }) => name)
  .sort();

export const folderOf = (name: string): string => join(TOPOLOGIES, name);

/** @throws {Error} if the first line says nothing of it */
export function expectedOf(name: string): Expected {
  const [line = ""] = readFileSync(join(folderOf(name), "main.tf"), "utf8").split("\n", 1);
  const [, word, rest = ""] = line.match(/^# (correct|unknown|broken): (.+)$/) ?? [];
  if (word === "correct") return { verdict: "ok", style: rest };
  if (word === "unknown") return { verdict: "unknown", style: rest };
  const [, id, address] = word === "broken" ? (rest.match(/^(P\d\d) (\S+)$/) ?? []) : [];
  if (id === undefined || address === undefined)
    throw new Error(`${name}/main.tf must begin with what it is, and begins with '${line}'`);
  return { verdict: "broken", id, address };
}

/** The committed plan, as `terraform show -json` wrote it. */
export function planOf(name: string): unknown {
  return JSON.parse(readFileSync(join(folderOf(name), "plan.json"), "utf8"));
}

/** Types of the resources that a root module makes, those of its modules included. */
export function resourceTypesIn(name: string): string[] {
  const { resource_changes = [] } = planOf(name) as { resource_changes?: readonly { mode: string; type: string }[] };
  return [...new Set(resource_changes.filter(({ mode }) => mode === "managed").map(({ type }) => type))];
}

/** What the root modules read and do not make. */
const SEEDS: readonly Seed[] = [
  {
    region: "us-east-1",
    hostedZones: [
      { name: "example.com", id: "Z00000000000000000COM" },
      { name: "example.org", id: "Z00000000000000000ORG" },
      { name: "example.net", id: "Z00000000000000000NET" },
    ],
    vpcs: [
      {
        id: "vpc-0e0000000000000a1",
        cidr: "10.31.0.0/16",
        subnets: [
          { id: "subnet-0e0000000000000a1", public: true, availabilityZone: "us-east-1a" },
          { id: "subnet-0e0000000000000a2", public: true, availabilityZone: "us-east-1b" },
          { id: "subnet-0e0000000000000b1", public: false, availabilityZone: "us-east-1a" },
          { id: "subnet-0e0000000000000b2", public: false, availabilityZone: "us-east-1b" },
        ],
      },
    ],
    certificates: [
      {
        arn: "arn:aws:acm:us-east-1:123456789012:certificate/0e000000-0000-4000-8000-0000000000c1",
        names: ["existing.example.com"],
      },
    ],
  },
];

/** Where root modules use the default VPC. */
const DEFAULT_VPCS = ["us-west-2", "eu-west-1"];

/** Puts in what the root modules read. */
export async function seed(localAws: LocalAws): Promise<void> {
  for (const it of SEEDS) await localAws.seed(it);
  for (const region of DEFAULT_VPCS)
    await openDefaultVpc(
      new EC2Client({
        region,
        endpoint: localAws.endpoint,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      }),
    );
}

/** AWS's default VPC leads to the internet; moto's does not. */
async function openDefaultVpc(ec2: EC2Client): Promise<void> {
  const { Vpcs: [vpc] = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: "is-default", Values: ["true"] }] }),
  );
  const { InternetGateway: gateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  await ec2.send(
    new AttachInternetGatewayCommand({ InternetGatewayId: gateway?.InternetGatewayId, VpcId: vpc?.VpcId }),
  );
  const { RouteTables: [main] = [] } = await ec2.send(
    new DescribeRouteTablesCommand({
      Filters: [
        { Name: "vpc-id", Values: [vpc?.VpcId ?? ""] },
        { Name: "association.main", Values: ["true"] },
      ],
    }),
  );
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: main?.RouteTableId,
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId: gateway?.InternetGatewayId,
    }),
  );
  ec2.destroy();
}
