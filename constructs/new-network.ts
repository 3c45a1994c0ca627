import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
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
import type { INetwork, ISubnet } from "./network";
import type { NewNetworkSettings } from "./props/settings";

export interface NewNetworkOptions extends NewNetworkSettings {
  readonly region: string;
  /** Zones that do not offer it are skipped. */
  readonly instanceType: IInstanceType;
  /** The beginning of the `Name` tags. */
  readonly name: string;
}

interface Zone {
  readonly letter: string;
  /** Its name, or an expression for it. */
  readonly zone: string;
}

/** A zone's address block depends on its letter, so that adding or removing a zone does not move other subnets. */
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
    this.closeDefaultGroup();
    if (options.flowLogsBucket !== undefined) this.flowLog(options.flowLogsBucket);
    const publicTable = new RouteTable(this, "public-routes", { vpcId: vpc.id, tags: this.named("public") });
    const wayOut = this.wayOut(vpc, publicTable);
    const privateTables = this.zonesOf(options).map((zone) => this.zone(zone, options, publicTable, wayOut));
    this.s3Endpoint(options.region, [publicTable, ...privateTables]);
  }

  /**
   * Removes the rules of the VPC's default security group, which AWS opens to its own members. The lists are empty, not
   * omitted, so that a rule that is added later is removed.
   */
  private closeDefaultGroup(): void {
    new DefaultSecurityGroup(this, "default-security-group", {
      vpcId: this.vpcId,
      ingress: [],
      egress: [],
      tags: this.named("default, closed"),
    });
  }

  private flowLog(bucket: string): void {
    new FlowLog(this, "flow-log", {
      vpcId: this.vpcId,
      trafficType: "ALL",
      logDestinationType: "s3",
      logDestination: `arn:aws:s3:::${bucket}`,
      tags: this.named("flow log"),
    });
  }

  /** The public subnets' route to the internet. */
  private wayOut(vpc: Vpc, publicTable: RouteTable): Route {
    const gateway = new InternetGateway(this, "internet-gateway", {
      vpcId: vpc.id,
      tags: this.named("internet"),
      // Otherwise terraform moves it to another VPC, which AWS refuses while the old VPC has public addresses.
      lifecycle: {
        createBeforeDestroy: true,
        replaceTriggeredBy: [`${vpc.terraformResourceType}.${vpc.friendlyUniqueId}.id`],
      },
    });
    const wayOut = new Route(this, "public-default-route", {
      routeTableId: publicTable.id,
      destinationCidrBlock: ANYWHERE,
      gatewayId: gateway.id,
    });
    this.routes.push(wayOut);
    return wayOut;
  }

  /** Creates the subnets of one zone and returns the private subnet's route table. */
  private zone(
    { letter, zone }: Zone,
    { cidr, egress }: NewNetworkOptions,
    publicTable: RouteTable,
    wayOut: Route,
  ): RouteTable {
    const publicSubnet = this.subnet("public", letter, zone, cidr);
    this.publicSubnets.push(publicSubnet);
    this.associate("public", letter, publicSubnet, publicTable);

    const privateSubnet = this.subnet("private", letter, zone, cidr);
    this.privateSubnets.push(privateSubnet);
    const table = new RouteTable(this, `private-routes-${letter}`, {
      vpcId: this.vpcId,
      tags: this.named(`private ${letter}`),
    });
    this.associate("private", letter, privateSubnet, table);
    if (egress === "nat") this.natRoute(letter, publicSubnet, table, wayOut);
    return table;
  }

  private s3Endpoint(region: string, tables: readonly RouteTable[]): void {
    this.routes.push(
      new VpcEndpoint(this, "s3-endpoint", {
        vpcId: this.vpcId,
        vpcEndpointType: "Gateway",
        serviceName: `com.amazonaws.${region}.s3`,
        routeTableIds: tables.map((table) => table.id),
        tags: this.named("s3"),
      }),
    );
  }

  private zonesOf({ zones, region, instanceType }: NewNetworkOptions): Zone[] {
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
              "account; lower network.zones, or choose another instances.type or region.",
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
      // The account's list of zones can change at its beginning; existing subnets do not move.
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

/** The n-th sixteenth of a range. */
function sixteenth(cidr: string, index: number): string {
  const { base, bitmask } = new Netmask(cidr);
  const size = bitmask + 4;
  const block = new Netmask(`${base}/${size}`);
  return index === 0 ? block.toString() : block.next(index).toString();
}
