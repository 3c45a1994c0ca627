import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { DataAwsSubnet } from "@cdktf/provider-aws/lib/data-aws-subnet";
import { DataAwsVpc } from "@cdktf/provider-aws/lib/data-aws-vpc";
import { DataAwsVpcEndpoint } from "@cdktf/provider-aws/lib/data-aws-vpc-endpoint";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { Eip } from "@cdktf/provider-aws/lib/eip";
import { FlowLog } from "@cdktf/provider-aws/lib/flow-log";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { Netmask } from "netmask";
import type { IInstanceType } from "./instance-type";
import type { NewNetworkSettings } from "./props/settings";
import type { ExistingNetworkProps } from "./props/web-stack-props";
import { isReference, operand } from "./references";

export interface ISubnet {
  readonly id: string;
  /** The name of its zone. */
  readonly availabilityZone: string;
}

/** Where the load balancer and the instances live. */
export interface INetwork {
  readonly vpcId: string;
  /** Subnets the load balancer answers from; each in another zone. */
  readonly publicSubnets: readonly ISubnet[];
  /** Subnets without an address of their own; may be none in an existing network. */
  readonly privateSubnets: readonly ISubnet[];
  /** What must exist before anything in the subnets can send or receive a packet. */
  readonly routes: readonly ITerraformDependable[];
}

export interface NewNetworkOptions extends NewNetworkSettings {
  readonly region: string;
  /** Zones that do not have it are passed over. */
  readonly instanceType: IInstanceType;
  /** Begins the `Name` tags. */
  readonly name: string;
}

/** Zones get the block of their letter, so that no zone's subnets move when another one comes or goes. */
const ZONE_LETTERS = "abcdefgh";
const ANYWHERE = "0.0.0.0/0";

/** A VPC with a public and a private subnet in each zone. */
export class NewNetwork extends Construct implements INetwork {
  readonly vpcId: string;
  readonly publicSubnets: ISubnet[] = [];
  readonly privateSubnets: ISubnet[] = [];
  readonly routes: ITerraformDependable[] = [];

  private readonly name: string;

  constructor(scope: Construct, id: string, options: NewNetworkOptions) {
    super(scope, id);
    this.name = options.name;
    const vpc = new Vpc(this, "vpc", {
      cidrBlock: options.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: this.named("vpc"),
    });
    this.vpcId = vpc.id;
    // AWS opens this group to its own members; whatever forgets to name a group gets a closed one.
    // Empty lists and not none: without them a rule that somebody adds later would stay.
    new DefaultSecurityGroup(this, "default-security-group", {
      vpcId: vpc.id,
      ingress: [],
      egress: [],
      tags: this.named("default, closed"),
    });

    if (options.flowLogsBucket !== undefined) {
      new FlowLog(this, "flow-log", {
        vpcId: vpc.id,
        trafficType: "ALL",
        logDestinationType: "s3",
        logDestination: `arn:aws:s3:::${options.flowLogsBucket}`,
        tags: this.named("flow log"),
      });
    }

    const gateway = new InternetGateway(this, "internet-gateway", {
      vpcId: vpc.id,
      tags: this.named("internet"),
      // terraform would move it to another VPC, which AWS refuses while the old one has public addresses.
      lifecycle: {
        createBeforeDestroy: true,
        replaceTriggeredBy: [`${vpc.terraformResourceType}.${vpc.friendlyUniqueId}.id`],
      },
    });
    const publicTable = new RouteTable(this, "public-routes", { vpcId: vpc.id, tags: this.named("public") });
    const wayOut = new Route(this, "public-default-route", {
      routeTableId: publicTable.id,
      destinationCidrBlock: ANYWHERE,
      gatewayId: gateway.id,
    });
    this.routes.push(wayOut);

    const privateTables = this.zonesOf(options).map(({ letter, zone }) => {
      const publicSubnet = this.subnet("public", letter, zone, options.cidr);
      this.publicSubnets.push(publicSubnet);
      this.associate("public", letter, publicSubnet, publicTable);

      const privateSubnet = this.subnet("private", letter, zone, options.cidr);
      this.privateSubnets.push(privateSubnet);
      const table = new RouteTable(this, `private-routes-${letter}`, {
        vpcId: vpc.id,
        tags: this.named(`private ${letter}`),
      });
      this.associate("private", letter, privateSubnet, table);
      if (options.egress === "nat") this.natRoute(letter, publicSubnet, table, wayOut);
      return table;
    });
    this.routes.push(
      new VpcEndpoint(this, "s3-endpoint", {
        vpcId: vpc.id,
        vpcEndpointType: "Gateway",
        serviceName: `com.amazonaws.${options.region}.s3`,
        routeTableIds: [publicTable, ...privateTables].map((table) => table.id),
        tags: this.named("s3"),
      }),
    );
  }

  private zonesOf({ zones, region, instanceType }: NewNetworkOptions): { letter: string; zone: string }[] {
    if (typeof zones !== "number") return zones.map((zone) => ({ letter: zone.slice(-1), zone }));
    const available = new DataAwsAvailabilityZones(this, "zones", {
      state: "available",
      filter: [
        { name: "opt-in-status", values: ["opt-in-not-required"] },
        { name: "zone-name", values: instanceType.zones },
      ],
      lifecycle: {
        postcondition: [
          {
            condition: `\${length(self.names) >= ${zones}}`,
            errorMessage:
              `network.zones is ${zones}, but ${region} has fewer zones with ${instanceType.name} for this ` +
              "account; lower it, or choose another instances.type or region.",
          },
        ],
      },
    });
    return [...ZONE_LETTERS.slice(0, zones)].map((letter, index) => ({
      letter,
      zone: `\${${available.fqn}.names[${index}]}`,
    }));
  }

  private subnet(tier: "public" | "private", letter: string, zone: string, vpcCidr: string): Subnet {
    return new Subnet(this, `${tier}-${letter}`, {
      vpcId: this.vpcId,
      cidrBlock: sixteenth(vpcCidr, ZONE_LETTERS.indexOf(letter) + (tier === "public" ? 0 : ZONE_LETTERS.length)),
      availabilityZone: zone,
      tags: this.named(`${tier} ${letter}`),
      // The account's list of zones can grow or shrink at its front; a subnet stays where it is.
      lifecycle: { ignoreChanges: ["availability_zone"] },
    });
  }

  private associate(tier: string, letter: string, subnet: Subnet, table: RouteTable): void {
    this.routes.push(
      new RouteTableAssociation(this, `${tier}-association-${letter}`, { subnetId: subnet.id, routeTableId: table.id }),
    );
  }

  private natRoute(letter: string, publicSubnet: Subnet, privateTable: RouteTable, wayOut: Route): void {
    const address = new Eip(this, `nat-address-${letter}`, {
      domain: "vpc",
      tags: this.named(`nat ${letter}`),
      dependsOn: [wayOut],
    });
    const nat = new NatGateway(this, `nat-${letter}`, {
      allocationId: address.id,
      subnetId: publicSubnet.id,
      tags: this.named(`nat ${letter}`),
      dependsOn: [wayOut],
    });
    this.routes.push(
      new Route(this, `nat-route-${letter}`, {
        routeTableId: privateTable.id,
        destinationCidrBlock: ANYWHERE,
        natGatewayId: nat.id,
      }),
    );
  }

  private named(what: string): { Name: string } {
    return { Name: `${this.name} ${what}` };
  }
}

export interface ExistingNetworkOptions extends ExistingNetworkProps {
  readonly region: string;
  /** Whether the instances install packages, and have no way to them but the VPC's S3 gateway endpoint. */
  readonly needsS3Endpoint: boolean;
}

/** A network that is only looked at; the plan fails in words if it does not fit together. */
export class ExistingNetwork extends Construct implements INetwork {
  readonly vpcId: string;
  readonly publicSubnets: ISubnet[];
  readonly privateSubnets: ISubnet[];
  readonly routes: ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, options: ExistingNetworkOptions) {
    super(scope, id);
    const vpc = new DataAwsVpc(this, "vpc", { id: options.vpcId });
    this.vpcId = vpc.id;
    const publicSubnets: DataAwsSubnet[] = [];
    options.publicSubnetIds.forEach((subnetId, index) =>
      publicSubnets.push(this.publicSubnet(nameOf(subnetId, "public", index), subnetId, options.vpcId, publicSubnets)),
    );
    this.publicSubnets = publicSubnets;
    this.privateSubnets = (options.privateSubnetIds ?? []).map((subnetId, index) =>
      this.privateSubnet(nameOf(subnetId, "private", index), subnetId, options.vpcId, publicSubnets),
    );
    if (options.needsS3Endpoint) {
      // The lookup fails where there is none.
      new DataAwsVpcEndpoint(this, "s3-endpoint", {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${options.region}.s3`,
        filter: [{ name: "vpc-endpoint-type", values: ["Gateway"] }],
      });
    }
  }

  private publicSubnet(name: string, subnetId: string, vpcId: string, others: readonly DataAwsSubnet[]): DataAwsSubnet {
    const otherZones = others.map((other) => `${other.fqn}.availability_zone`).join(", ");
    return this.subnet(name, subnetId, vpcId, {
      condition: `\${!contains([${otherZones}], self.availability_zone)}`,
      errorMessage:
        `network.publicSubnetIds: ${subnetId} is in the zone of another one; a load balancer takes one subnet in ` +
        "each zone.",
    });
  }

  private privateSubnet(
    name: string,
    subnetId: string,
    vpcId: string,
    publicSubnets: readonly DataAwsSubnet[],
  ): DataAwsSubnet {
    const zones = publicSubnets.map((subnet) => `${subnet.fqn}.availability_zone`).join(", ");
    return this.subnet(name, subnetId, vpcId, {
      condition: `\${contains([${zones}], self.availability_zone)}`,
      errorMessage:
        `network.privateSubnetIds: ${subnetId} is in a zone without a public subnet; the load balancer sends ` +
        "nothing there.",
    });
  }

  private subnet(
    name: string,
    subnetId: string,
    vpcId: string,
    zoneCheck: { condition: string; errorMessage: string },
  ): DataAwsSubnet {
    const isInVpc = {
      condition: `\${self.vpc_id == ${operand(vpcId)}}`,
      errorMessage: `network: ${subnetId} is not in ${vpcId}; correct one of the two.`,
    };
    return new DataAwsSubnet(this, name, { id: subnetId, lifecycle: { postcondition: [isInVpc, zoneCheck] } });
  }
}

/**
 * A lookup is named by its subnet; one whose id is a reference by its place in the list, as nothing else of it is
 * known.
 */
function nameOf(subnetId: string, tier: string, index: number): string {
  return isReference(subnetId) ? `${tier}-${index + 1}` : subnetId;
}

/** The n-th of the sixteen equal parts of a range. */
function sixteenth(cidr: string, index: number): string {
  const { base, bitmask } = new Netmask(cidr);
  const size = bitmask + 4;
  const block = new Netmask(`${base}/${size}`);
  return index === 0 ? block.toString() : block.next(index).toString();
}
