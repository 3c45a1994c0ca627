import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Route53Zone } from "@cdktf/provider-aws/lib/route53-zone";
import { Construct } from "constructs";
import { isInZone, registrableDomain } from "./props/domain-names";

/** A public hosted zone for records. */
export interface IHostedZone {
  readonly zoneId: string;
}

export interface HostedZonesOptions {
  readonly name: string;
  readonly id?: string;
  readonly create: boolean;
  /** Whether destroying a created zone deletes all its records, including those that others added. */
  readonly disposable: boolean;
}

/** The site's hosted zone, and the existing zones of additional names outside of it. */
export class HostedZones extends Construct {
  readonly site: IHostedZone;
  /** The name servers for the registrar; only for a created zone. */
  readonly nameServers?: string[];

  private readonly siteZoneName: string;
  private readonly others = new Map<string, IHostedZone>();

  constructor(scope: Construct, id: string, options: HostedZonesOptions) {
    super(scope, id);
    this.siteZoneName = options.name;
    if (options.create) {
      const zone = new Route53Zone(this, "Default", {
        name: options.name,
        comment: "Created by alb-web",
        forceDestroy: options.disposable,
      });
      this.site = zone;
      this.nameServers = zone.nameServers;
      return;
    }
    this.site = existingZone(this, "existing", options.name, options.id);
  }

  /**
   * The zone for a name's records: the site's zone if it contains the name, otherwise that of its registrable domain.
   */
  of(name: string): IHostedZone {
    if (isInZone(name, this.siteZoneName)) return this.site;
    const zoneName = registrableDomain(name) ?? name;
    const zone = this.others.get(zoneName) ?? existingZone(this, zoneName, zoneName);
    this.others.set(zoneName, zone);
    return zone;
  }
}

export interface AliasRecordOptions {
  readonly zone: IHostedZone;
  readonly name: string;
  readonly target: { readonly dnsName: string; readonly zoneId: string };
}

/** An alias A record that points to the load balancer. */
export class AliasRecord extends Construct {
  constructor(scope: Construct, id: string, { zone, name, target }: AliasRecordOptions) {
    super(scope, id);
    new Route53Record(this, "Default", {
      zoneId: zone.zoneId,
      name,
      type: "A",
      alias: { name: target.dnsName, zoneId: target.zoneId, evaluateTargetHealth: false },
    });
  }
}

/** Ignores private zones with the same name, which only their VPCs can resolve. */
function existingZone(scope: Construct, id: string, name: string, zoneId?: string): IHostedZone {
  const isPublic = {
    condition: `\${!self.private_zone && trimsuffix(self.name, ".") == "${name}"}`,
    errorMessage:
      `hostedZone.id: the zone ${zoneId} is not a public zone named ${name}; correct hostedZone.id or ` +
      "hostedZone.name.",
  };
  return zoneId === undefined
    ? new DataAwsRoute53Zone(scope, id, { name, privateZone: false })
    : new DataAwsRoute53Zone(scope, id, { zoneId, lifecycle: { postcondition: [isPublic] } });
}
