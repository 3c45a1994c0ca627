import { Construct } from "constructs";
import { Certificate, type ICertificate } from "./certificate";
import { AliasRecord, HostedZones } from "./dns";
import { ExistingNetwork } from "./existing-network";
import { InstanceType } from "./instance-type";
import { LoadBalancer, type LoadBalancerOptions } from "./load-balancer";
import { iamNamePrefix, loadBalancerNamePrefix, ownerSuffix, targetGroupName } from "./names";
import type { INetwork } from "./network";
import { NewNetwork } from "./new-network";
import { checkedSettings, checkProps, throwIfAnyError } from "./props/app-check";
import { isExistingNetwork, type Settings } from "./props/settings";
import type { WebStackProps } from "./props/web-stack-props";
import { isReference, referenceText } from "./references";
import { SecurityGroups } from "./security-groups";
import { TargetGroup } from "./target-group";
import { userDataFor } from "./user-data";
import { type IWebServers, WebServers } from "./web-servers";

/** The parts of a site. */
export interface Site {
  readonly loadBalancer: LoadBalancer;
  readonly targetGroup: TargetGroup;
  readonly servers: IWebServers;
}

/**
 * The props of a `WebTopology`: those of a `WebStack` without `backend`, `tags` and `accept`. `region` must be the
 * region of the stack's AWS provider.
 */
export type WebTopologyProps = Omit<WebStackProps, "backend" | "tags" | "accept">;

/** The path of a request, part by part, for your own stack or a `WebStack`. It has no resources of its own. */
export class WebTopology extends Construct {
  readonly zones: HostedZones;
  /** `undefined` while a zone that the stack created is not delegated. */
  readonly site?: Site;

  /** @throws {InvalidPropsError} listing every error, if the props are invalid */
  constructor(scope: Construct, id: string, props: WebTopologyProps) {
    super(scope, id);
    // A `WebStack` has already checked its props, and has its own names.
    const settings = checkedSettings(scope) ?? settingsOfOwn(this, props);
    this.zones = new HostedZones(this, "hosted-zone", { ...settings.hostedZone, disposable: settings.disposable });
    if (settings.hostedZone.delegated) this.site = this.build(settings);
  }

  private build(settings: Settings): Site {
    const { owner, names, appPort, healthCheck, instances, region } = settings;
    const instanceType = new InstanceType(this, "instance-type", instances.type, region);
    const network = this.network(settings, instanceType);
    const certificate = this.certificate(settings);
    const groups = this.securityGroups(settings, network);
    const servers = this.servers(settings, instanceType, network, groups);
    const targetGroup = new TargetGroup(this, "target-group", {
      name: targetGroupName(owner, [appPort, placeOf(settings)]),
      vpcId: network.vpcId,
      servers,
      appPort,
      healthCheck,
      deregistrationDelaySec: settings.deregistrationDelaySec,
    });
    const loadBalancer = this.loadBalancer(settings, { network, certificate, targetGroup }, groups);
    for (const name of names)
      new AliasRecord(this, `alias-${name}`, { zone: this.zones.of(name), name, target: loadBalancer });
    return { loadBalancer, targetGroup, servers };
  }

  private network({ network, region, owner, instances, server }: Settings, instanceType: InstanceType): INetwork {
    const needsS3Endpoint =
      instances.placement === "private" && network.egress === "none" && server.userData === undefined;
    return isExistingNetwork(network)
      ? new ExistingNetwork(this, "network", { ...network, region, needsS3Endpoint })
      : new NewNetwork(this, "network", { ...network, region, instanceType, name: owner.stackId });
  }

  private certificate({ certificate, names }: Settings): ICertificate {
    if (certificate !== undefined) return { issuedArn: certificate.arn };
    return new Certificate(this, "certificate", { names, zoneOf: (name) => this.zones.of(name) });
  }

  private securityGroups(settings: Settings, { vpcId }: INetwork): SecurityGroups {
    const { owner, appPort, healthCheck, instances, region, network, ssh } = settings;
    return new SecurityGroups(this, "security-groups", {
      vpcId,
      region,
      appPort,
      healthCheckPort: healthCheck.port,
      nameSuffix: isExistingNetwork(network) ? ownerSuffix(owner) : "",
      sshCidrs: ssh?.cidrs ?? [],
      outbound: network.egress === "nat" || instances.placement === "public" ? "internet" : "s3",
    });
  }

  private servers(
    settings: Settings,
    instanceType: InstanceType,
    network: INetwork,
    groups: SecurityGroups,
  ): IWebServers {
    const { owner, instances, architecture, ssh } = settings;
    return new WebServers(this, "web-servers", {
      instances,
      instanceType,
      architecture,
      userData: userDataFor(settings),
      keyName: ssh?.keyName,
      subnets: instances.placement === "public" ? network.publicSubnets : network.privateSubnets,
      securityGroupId: groups.instancesGroupId,
      iamNamePrefix: iamNamePrefix(owner),
      name: owner.stackId,
      bootNeeds: [...network.routes, ...groups.rules],
    });
  }

  private loadBalancer(
    settings: Settings,
    parts: Pick<LoadBalancerOptions, "network" | "certificate" | "targetGroup">,
    groups: SecurityGroups,
  ): LoadBalancer {
    const { owner, http, tlsPolicy, idleTimeoutSec, disposable, accessLogsBucket } = settings;
    return new LoadBalancer(this, "load-balancer", {
      ...parts,
      namePrefix: loadBalancerNamePrefix(owner),
      securityGroupId: groups.loadBalancerGroupId,
      securityGroupVpc: groups.loadBalancerGroupVpc,
      securityGroupRules: groups.rules,
      http,
      tlsPolicy,
      idleTimeoutSec,
      deletionProtection: !disposable,
      accessLogsBucket,
      accessLogsPrefix: owner.stackId,
    });
  }
}

/**
 * The VPC as part of the target group's name, because a target group cannot move to another VPC. For a reference, it is
 * the referenced attribute, because the token that represents it changes with each edit of main.ts.
 */
function placeOf({ network }: Settings): string {
  if (!isExistingNetwork(network)) return network.cidr;
  return isReference(network.vpcId) ? referenceText(network.vpcId) : network.vpcId;
}

/** In another stack, names derive from the construct's path in the app, such as `shop-site`. */
function settingsOfOwn(topology: WebTopology, props: WebTopologyProps): Settings {
  const settings = checkProps(topology, topology.node.path.replaceAll("/", "-"), props);
  throwIfAnyError(topology);
  return settings as Settings; // there whenever the line above does not throw
}
