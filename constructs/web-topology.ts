import { Construct } from "constructs";
import { Certificate, type ICertificate } from "./certificate";
import { AliasRecord, HostedZones } from "./dns";
import { InstanceType } from "./instance-type";
import { LoadBalancer } from "./load-balancer";
import { iamNamePrefix, loadBalancerNamePrefix, ownerSuffix, targetGroupName } from "./names";
import { ExistingNetwork, type INetwork, NewNetwork } from "./network";
import { isExistingNetwork, type Settings } from "./props/settings";
import { isReference, referenceText } from "./references";
import { SecurityGroups } from "./security-groups";
import { TargetGroup } from "./target-group";
import { userDataFor } from "./user-data";
import { type IWebServers, WebServers } from "./web-servers";

/** The site behind its zone. */
export interface Site {
  readonly loadBalancer: LoadBalancer;
  readonly targetGroup: TargetGroup;
  readonly servers: IWebServers;
}

/** The path of a request, part by part; no resources of its own. */
export class WebTopology extends Construct {
  readonly zones: HostedZones;
  /** Nothing while a zone that the stack created waits for the registrar. */
  readonly site?: Site;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.zones = new HostedZones(this, "hosted-zone", { ...settings.hostedZone, disposable: settings.disposable });
    if (settings.hostedZone.delegated) this.site = this.build(settings);
  }

  private build(settings: Settings): Site {
    const { owner, names, appPort, healthCheck, instances, region } = settings;
    const instanceType = new InstanceType(this, "instance-type", instances.type, region);
    const network = this.network(settings, instanceType);
    const certificate = this.certificate(settings);
    const groups = new SecurityGroups(this, "security-groups", {
      vpcId: network.vpcId,
      region,
      appPort,
      healthCheckPort: healthCheck.port,
      nameSuffix: isExistingNetwork(settings.network) ? ownerSuffix(owner) : "",
      sshCidrs: settings.ssh?.cidrs ?? [],
      outbound: settings.network.egress === "nat" || instances.placement === "public" ? "internet" : "s3",
    });
    const servers = new WebServers(this, "web-servers", {
      instances,
      instanceType,
      architecture: settings.architecture,
      userData: userDataFor(settings),
      keyName: settings.ssh?.keyName,
      subnets: instances.placement === "public" ? network.publicSubnets : network.privateSubnets,
      securityGroupId: groups.instancesGroupId,
      iamNamePrefix: iamNamePrefix(owner),
      name: owner.stackId,
      bootNeeds: [...network.routes, ...groups.rules],
    });
    const targetGroup = new TargetGroup(this, "target-group", {
      name: targetGroupName(owner, [appPort, placeOf(settings)]),
      vpcId: network.vpcId,
      servers,
      appPort,
      healthCheck,
      deregistrationDelaySec: settings.deregistrationDelaySec,
    });
    const loadBalancer = new LoadBalancer(this, "load-balancer", {
      namePrefix: loadBalancerNamePrefix(owner),
      network,
      certificate,
      targetGroup,
      securityGroupId: groups.loadBalancerGroupId,
      securityGroupVpc: groups.loadBalancerGroupVpc,
      securityGroupRules: groups.rules,
      http: settings.http,
      tlsPolicy: settings.tlsPolicy,
      idleTimeoutSec: settings.idleTimeoutSec,
      deletionProtection: !settings.disposable,
      accessLogsBucket: settings.accessLogsBucket,
      accessLogsPrefix: owner.stackId,
    });
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
}

/**
 * A target group cannot move to another VPC, so its name tells which one it is in. Of a reference that is where the id
 * comes from: the token in its place differs with each edit of main.ts.
 */
function placeOf({ network }: Settings): string {
  if (!isExistingNetwork(network)) return network.cidr;
  return isReference(network.vpcId) ? referenceText(network.vpcId) : network.vpcId;
}
