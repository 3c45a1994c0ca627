import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { DataAwsEc2InstanceTypeOfferings } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-type-offerings";
import { DataAwsVpcEndpoint } from "@cdktf/provider-aws/lib/data-aws-vpc-endpoint";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { FlowLog } from "@cdktf/provider-aws/lib/flow-log";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { Testing } from "cdktf";
import type { WebStackProps } from "../../../constructs/web-stack";
import {
  addressed,
  all,
  type Block,
  EXISTING_NETWORK,
  parsed,
  refTo,
  type StackJson,
  synthText,
  theOnly,
} from "../../support/synth";

Testing.setupJest();

/*
 * A stack has one VPC and one of most other resources (web-stack.test.ts counts), so that any that matches is the
 * one. What holds for all subnets, or for pairs of them, is read by own helpers.
 */

const stackWith = (network?: WebStackProps["network"], more: Partial<WebStackProps> = {}) =>
  synthText({ domainName: "www.example.com", network, ...more });
const site = (network?: WebStackProps["network"], more: Partial<WebStackProps> = {}) =>
  parsed(stackWith(network, more));
const stack = stackWith();
const byDefault = parsed(stack);
const nameOf = ({ tags }: Block) => (tags as { Name: string }).Name;
/** Subnets as `web public a` -> what they are, their addresses included. */
const subnetsOf = (json: StackJson) =>
  Object.fromEntries(
    addressed(json, "aws_subnet").map(([address, subnet]) => [nameOf(subnet), { address, cidr: subnet.cidr_block }]),
  );

describe("a new network", () => {
  test("is 10.0.0.0/16 with a public and a private subnet in each of two zones", () => {
    expect(stack).toHaveResourceWithProperties(Vpc, {
      cidr_block: "10.0.0.0/16",
      enable_dns_hostnames: true,
      enable_dns_support: true,
    });
    expect(
      Object.entries(subnetsOf(byDefault))
        .map(([name, { cidr }]) => [name, cidr])
        .sort(),
    ).toEqual([
      ["web private a", "10.0.128.0/20"],
      ["web private b", "10.0.144.0/20"],
      ["web public a", "10.0.0.0/20"],
      ["web public b", "10.0.16.0/20"],
    ]);
  });

  test.each([
    ["10.0.0.0/16", 20, "10.0.240.0/20"],
    ["192.168.2.0/23", 27, "192.168.3.224/27"],
  ])("cuts %s into sixteen subnets of /%i", (cidr, bits, last) => {
    const subnets = Object.values(subnetsOf(site({ cidr, zones: ["us-east-1a", "us-east-1h"] }))).map((subnet) =>
      String(subnet.cidr),
    );
    expect(subnets.every((it) => it.endsWith(`/${bits}`))).toBe(true);
    expect(subnets).toContain(last);
    expect(new Set(subnets).size).toBe(4);
  });

  test("fails the plan, in words, where the account has fewer zones", () => {
    expect(stackWith({ zones: 6 })).toHaveDataSourceWithProperties(DataAwsAvailabilityZones, {
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.names) >= 6}",
            error_message:
              "network.zones is 6, but us-east-1 has fewer zones with t3.micro for this account; lower network.zones, or " +
              "choose another instances.type or region.",
          },
        ],
      },
    });
  });

  test("takes zones only that have the instance type", () => {
    for (const each of [stack, stackWith(undefined, { instances: { type: "t2.micro" } })]) {
      const json = parsed(each);
      const [type] = all(json, "aws_instance").map(({ instance_type }) => instance_type);
      expect(each).toHaveDataSourceWithProperties(DataAwsEc2InstanceTypeOfferings, {
        location_type: "availability-zone",
        filter: [{ name: "instance-type", values: [type] }],
      });
      expect(each).toHaveDataSourceWithProperties(DataAwsAvailabilityZones, {
        filter: [
          { name: "opt-in-status", values: ["opt-in-not-required"] },
          { name: "zone-name", values: refTo(json, "data.aws_ec2_instance_type_offerings", "locations") },
        ],
      });
    }
  });

  test("fails the plan, in words, where the region does not have the instance type", () => {
    expect(stack).toHaveDataSourceWithProperties(DataAwsEc2InstanceTypeOfferings, {
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.locations) > 0}",
            error_message:
              "instances.type: t3.micro does not exist in us-east-1; choose another instances.type or region.",
          },
        ],
      },
    });
  });

  test("asks no zones of the account where they are named", () => {
    const named = stackWith({ zones: ["us-east-1b", "us-east-1f"] });
    expect(named).not.toHaveDataSource(DataAwsAvailabilityZones);
    expect(new Set(all(parsed(named), "aws_subnet").map(({ availability_zone: zone }) => zone))).toEqual(
      new Set(["us-east-1b", "us-east-1f"]),
    );
  });

  test("keeps each zone's subnets, addresses and ranges, whichever zones come or go", () => {
    const three = subnetsOf(site({ zones: ["us-east-1a", "us-east-1b", "us-east-1c"] }));
    const reordered = subnetsOf(site({ zones: ["us-east-1c", "us-east-1a"] }));
    const asNumber = subnetsOf(site({ zones: 3 }));
    expect(three).toEqual(asNumber);
    expect(Object.keys(reordered)).toHaveLength(4);
    expect(three).toMatchObject(reordered);
    expect(three).toMatchObject(subnetsOf(byDefault));
  });

  test("never moves a subnet when AWS changes its list of zones", () => {
    for (const subnet of all(byDefault, "aws_subnet"))
      expect(subnet.lifecycle).toEqual({ ignore_changes: ["availability_zone"] });
  });

  test("closes the VPC's default group", () => {
    // Empty, not absent: what is absent is left to whoever changes it by hand.
    expect(stack).toHaveResourceWithProperties(DefaultSecurityGroup, { ingress: [], egress: [] });
  });

  test("leads public subnets to the internet, and private ones nowhere", () => {
    expect(stack).toHaveResourceWithProperties(Route, {
      destination_cidr_block: "0.0.0.0/0",
      gateway_id: expect.stringContaining("aws_internet_gateway.") as string,
      route_table_id: expect.stringContaining("public-routes") as string,
    });
    expect(all(byDefault, "aws_route")).toHaveLength(1);
    expect(stack).not.toHaveResource(NatGateway);
  });

  test("gives each subnet the routes of its tier and zone", () => {
    const pairs = all(byDefault, "aws_route_table_association").map(
      ({ subnet_id, route_table_id }) => `${kindOf(subnet_id)} by ${kindOf(route_table_id)}`,
    );
    expect(pairs.sort()).toEqual([
      "private-a by private-routes-a",
      "private-b by private-routes-b",
      "public-a by public-routes",
      "public-b by public-routes",
    ]);
  });

  test("has Amazon Linux's packages come through the S3 gateway, from every subnet", () => {
    expect(stack).toHaveResourceWithProperties(VpcEndpoint, {
      vpc_endpoint_type: "Gateway",
      service_name: "com.amazonaws.us-east-1.s3",
    });
    expect((theOnly(byDefault, "aws_vpc_endpoint").route_table_ids as string[]).map(kindOf).sort()).toEqual([
      "private-routes-a",
      "private-routes-b",
      "public-routes",
    ]);
  });

  test("with NAT leads each zone's private subnet through its own gateway", () => {
    const nat = site({ egress: "nat" });
    expect(all(nat, "aws_eip")).toHaveLength(2);
    expect(
      all(nat, "aws_nat_gateway")
        .map(({ subnet_id, allocation_id }) => `${kindOf(subnet_id)} with ${kindOf(allocation_id)}`)
        .sort(),
    ).toEqual(["public-a with nat-address-a", "public-b with nat-address-b"]);
    const routes = all(nat, "aws_route").filter(({ nat_gateway_id }) => nat_gateway_id !== undefined);
    expect(
      routes
        .map(({ route_table_id, nat_gateway_id }) => `${kindOf(route_table_id)} to ${kindOf(nat_gateway_id)}`)
        .sort(),
    ).toEqual(["private-routes-a to nat-a", "private-routes-b to nat-b"]);
  });

  test("logs no packets, or all of them into the bucket that is named", () => {
    expect(stack).not.toHaveResource(FlowLog);
    expect(stackWith({ flowLogsBucket: "logs" })).toHaveResourceWithProperties(FlowLog, {
      traffic_type: "ALL",
      log_destination_type: "s3",
      log_destination: "arn:aws:s3:::logs",
    });
  });

  test("makes instances and load balancer wait for the routes", () => {
    for (const type of ["aws_instance", "aws_lb"]) {
      const [needs = []] = all(byDefault, type).map(({ depends_on }) => depends_on as string[]);
      expect(needs).toEqual(
        expect.arrayContaining([expect.stringMatching(/^aws_route\./), expect.stringMatching(/^aws_vpc_endpoint\./)]),
      );
      expect(needs.filter((it) => it.startsWith("aws_route_table_association."))).toHaveLength(4);
    }
  });
});

describe("an existing network", () => {
  const existing = site(EXISTING_NETWORK);

  test("is not added to", () => {
    const ours = Object.keys(existing.resource ?? {}).filter((type) =>
      /vpc$|subnet|route_table|aws_route$|gateway|vpc_endpoint|aws_eip|default_security_group/.test(type),
    );
    expect(ours).toEqual([]);
  });

  test("carries the load balancer in its public subnets and the instances in its private ones", () => {
    expect((theOnly(existing, "aws_lb").subnets as string[]).map((id) => lookedUp(existing, id))).toEqual(
      EXISTING_NETWORK.publicSubnetIds,
    );
    expect(all(existing, "aws_instance").map(({ subnet_id }) => lookedUp(existing, subnet_id))).toEqual(
      EXISTING_NETWORK.privateSubnetIds,
    );
  });

  test("fails the plan, in words, for a subnet of another VPC or of a wrong zone", () => {
    const [first, second] = addressed(existing, "data.aws_subnet");
    const checks = (subnet: Block | undefined) =>
      (subnet?.lifecycle as { postcondition: { condition: string }[] }).postcondition.map(({ condition }) => condition);
    const conditions = all(existing, "data.aws_subnet").map(checks);
    expect(conditions.every(([inVpc]) => inVpc === `\${self.vpc_id == "${EXISTING_NETWORK.vpcId}"}`)).toBe(true);
    expect(conditions.map(([, zone]) => zone)).toEqual([
      "${!contains([], self.availability_zone)}",
      `\${!contains([${first?.[0]}.availability_zone], self.availability_zone)}`,
      ...[1, 2].map(
        () =>
          `\${contains([${first?.[0]}.availability_zone, ${second?.[0]}.availability_zone], self.availability_zone)}`,
      ),
    ]);
  });

  test("must have the S3 gateway where its instances reach nothing else", () => {
    expect(stackWith(EXISTING_NETWORK)).toHaveDataSourceWithProperties(DataAwsVpcEndpoint, {
      service_name: "com.amazonaws.us-east-1.s3",
    });
  });

  test.each<[string, WebStackProps["network"], Partial<WebStackProps>]>([
    ["the instances go through NAT", { ...EXISTING_NETWORK, egress: "nat" }, {}],
    [
      "the instances are public",
      { vpcId: EXISTING_NETWORK.vpcId, publicSubnetIds: EXISTING_NETWORK.publicSubnetIds },
      { instances: { placement: "public" } },
    ],
  ])("need not have it where %s", (_, network, more) => {
    expect(stackWith(network, more)).not.toHaveDataSource(DataAwsVpcEndpoint);
  });
});

/** `public-a` of `${aws_subnet.site_network_public-a_54AA5AB0.id}`. */
function kindOf(reference: unknown): string {
  return /\.site_network_(.+)_[0-9A-F]{8}\./.exec(String(reference))?.[1] ?? String(reference);
}

/** The id that a looked-up subnet is looked up by. */
function lookedUp(json: StackJson, reference: unknown): unknown {
  return addressed(json, "data.aws_subnet").find(([address]) => reference === `\${${address}.id}`)?.[1].id;
}

test("the internet gateway is replaced with its VPC, as AWS does not let it move while addresses are in use", () => {
  const [vpc = ""] = addressed(byDefault, "aws_vpc").map(([address]) => address);
  expect(stack).toHaveResourceWithProperties(InternetGateway, {
    lifecycle: { create_before_destroy: true, replace_triggered_by: [`${vpc}.id`] },
  });
});
