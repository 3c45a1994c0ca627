import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Route53Zone } from "@cdktf/provider-aws/lib/route53-zone";
import { Construct } from "constructs";
import { isInZone, registrableDomain } from "./props/domain-names";

/** A public zone that records can be put into. */
export interface IHostedZone {
  readonly zoneId: string;
}

export interface HostedZonesOptions {
  readonly name: string;
  readonly id?: string;
  readonly create: boolean;
  /** A created zone goes with all that others put into it. */
  readonly disposable: boolean;
}

/** The site's zone, and the existing zones of further names that lie outside it. */
export class HostedZones extends Construct {
  readonly site: IHostedZone;
  /** What the registrar must be given; only of a zone that was created. */
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

  /** The zone for a name's records: the site's if the name lies in it, else that of its registrable domain. */
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

/** An A record that answers with the load balancer's own addresses. */
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

/** Private zones of the same name are passed over: nobody outside the VPC sees them. */
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
