import type { Part } from "./part";
import type { Attr, Listed } from "./value";

/* The network around a path: VPCs, subnets, routes, security groups and network ACLs. */

export interface Vpc extends Part {
  readonly id: Attr<string>;
  readonly cidrs: Listed<string>;
  readonly mainRouteTableId: Attr<string>;
  readonly defaultSecurityGroupId: Attr<string>;
  readonly defaultNetworkAclId: Attr<string>;
  /** AWS's default VPC, whose subnets are public and whose routes lead to the internet. */
  readonly isDefault: boolean;
}

export interface Subnet extends Part {
  readonly id: Attr<string>;
  readonly vpcId: Attr<string>;
  readonly cidr: Attr<string>;
  readonly ipv6Cidr: Attr<string>;
  /** The zone's name or id, or an expression such as `${data.aws_availability_zones.x.names[0]}`. */
  readonly zone: Attr<string>;
  readonly mapPublicIp: Attr<boolean>;
  /** The route table that applies: the associated one, or the VPC's main one. */
  readonly routeTable: Attr<RouteTable>;
  /** Whether `routeTable` is associated, rather than the main one by default. */
  readonly isAssociated: boolean;
  readonly networkAcl: Attr<NetworkAcl>;
}

export interface RouteTable extends Part {
  readonly id: Attr<string>;
  readonly vpcId: Attr<string>;
  readonly isMain: boolean;
  readonly routes: readonly Route[];
  /** There may be more routes: the table is a data source, or its routes are unknown. */
  readonly open?: Attr<never>;
}

export interface Route {
  /** The route's resource, or its table. */
  readonly address: string;
  readonly attribute: string;
  /** An IPv4 or IPv6 CIDR, or a prefix list's id. */
  readonly destination: Attr<string>;
  readonly target:
    | {
        readonly kind: "internet-gateway" | "nat-gateway" | "egress-only" | "endpoint" | "instance" | "other";
        readonly id: Attr<string>;
      }
    | Attr<never>;
}

/** An internet gateway, a NAT gateway or an endpoint. */
export interface Gateway extends Part {
  readonly kind: "internet-gateway" | "nat-gateway" | "egress-only" | "endpoint";
  readonly id: Attr<string>;
  readonly vpcId: Attr<string>;
  /** Of a NAT gateway. */
  readonly subnetId: Attr<string>;
  /** Of a NAT gateway: `public` or `private`. */
  readonly connectivity: Attr<string>;
  /** Of an endpoint: such as `com.amazonaws.us-east-1.s3`, with its type and its tables. */
  readonly service: Attr<string>;
  readonly endpointType: Attr<string>;
  readonly routeTableIds: Listed<string>;
}

export interface SecurityGroup extends Part {
  readonly id: Attr<string>;
  readonly vpcId: Attr<string>;
  readonly name: Attr<string>;
  /** For the VPC's default group: all traffic between members and all outbound, unless the file adopts it. */
  readonly isDefault: boolean;
  readonly ingress: readonly SecurityRule[];
  readonly egress: readonly SecurityRule[];
  /** There may be more rules. */
  readonly openIngress?: Attr<never>;
  readonly openEgress?: Attr<never>;
  /** Whether the group has inline rules, in each direction; and its separate rules. */
  readonly hasInline: { readonly ingress: boolean; readonly egress: boolean };
  readonly standalone: readonly { readonly address: string; readonly direction: "ingress" | "egress" }[];
}

/** One permission; several sources are alternatives. */
export interface SecurityRule {
  readonly address: string;
  /** Such as `ingress[0]`, or empty for a rule resource. */
  readonly attribute: string;
  /** `tcp`, `udp`, `icmp`, `-1`, …; lower case, with numbers turned into names. */
  readonly protocol: Attr<string>;
  readonly fromPort: Attr<number>;
  readonly toPort: Attr<number>;
  readonly cidrs: Listed<string>;
  readonly ipv6Cidrs: Listed<string>;
  /** Other groups, itself included. */
  readonly groupIds: Listed<string>;
  readonly prefixListIds: Listed<string>;
}

export interface NetworkAcl extends Part {
  readonly id: Attr<string>;
  readonly vpcId: Attr<string>;
  readonly isDefault: boolean;
  /** By number. */
  readonly ingress: readonly AclEntry[];
  readonly egress: readonly AclEntry[];
  readonly open?: Attr<never>;
}

export interface AclEntry {
  readonly address: string;
  readonly attribute: string;
  readonly number: Attr<number>;
  readonly allow: Attr<boolean>;
  readonly protocol: Attr<string>;
  readonly cidr: Attr<string>;
  readonly ipv6Cidr: Attr<string>;
  readonly fromPort: Attr<number>;
  readonly toPort: Attr<number>;
}
