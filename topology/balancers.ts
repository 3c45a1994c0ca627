import { plainName } from "./dns";
import * as expected from "./expected";
import type { Balancer, BalancerTraffic, Listener } from "./model";
import { partOf } from "./part";
import type { Resource, Source } from "./source";
import { type Listed, Unknown } from "./value";

export function balancersOf(source: Source, listeners: ReadonlyMap<string, readonly Listener[]>): Balancer[] {
  return [
    ...source.ofType("aws_lb", "data.aws_lb").map((it) => managedBalancer(it, listeners)),
    ...source.ofType("aws_elb", "data.aws_elb").map(classicBalancer),
  ];
}

function managedBalancer(it: Resource, listeners: ReadonlyMap<string, readonly Listener[]>): Balancer {
  const arn = it.identity("arn");
  const mapped = mappedSubnets(it);
  const subnets = it.fields.list("subnets", expected.SUBNET);
  return {
    ...partOf(it),
    arn,
    name: it.fields.text("name"),
    dnsName: plainName(it.identity("dns_name")),
    zoneId: it.identity("zone_id"),
    type: it.fields.text("load_balancer_type") ?? openOr(it, "load_balancer_type", "application"),
    isInternal: it.fields.flag("internal") ?? openOr(it, "internal", false),
    ipAddressType: orUnset(it.fields.text("ip_address_type")) ?? openOr(it, "ip_address_type", "ipv4"),
    securityGroupIds: orOpen(it, "security_groups", it.fields.list("security_groups", expected.SECURITY_GROUP)),
    hasSecurityGroups: it.fields.isSet("security_groups") ? true : openOr(it, "security_groups", false),
    subnetIds: orOpen(it, "subnets", {
      // A state shows them in both forms.
      items: [...new Set([...subnets.items, ...mapped.items])],
      ...((subnets.open ?? mapped.open) !== undefined && { open: subnets.open ?? mapped.open }),
    }),
    deletionProtection: it.fields.flag("enable_deletion_protection"),
    idleTimeout: it.fields.number("idle_timeout"),
    http2: it.fields.flag("enable_http2"),
    traffic: trafficOf(it),
    ...accessLogsOf(it),
    listeners: typeof arn === "string" ? (listeners.get(arn) ?? []) : [],
  };
}

function classicBalancer(it: Resource): Balancer {
  return {
    ...partOf(it),
    arn: it.identity("arn"),
    name: it.fields.text("name"),
    dnsName: plainName(it.identity("dns_name")),
    zoneId: it.identity("zone_id"),
    type: "classic",
    isInternal: it.fields.flag("internal") ?? false,
    ipAddressType: "ipv4",
    securityGroupIds: it.fields.list("security_groups", expected.SECURITY_GROUP),
    hasSecurityGroups: it.fields.isSet("security_groups"),
    subnetIds: it.fields.list("subnets", expected.SUBNET),
    deletionProtection: undefined,
    idleTimeout: it.fields.number("idle_timeout"),
    http2: false,
    traffic: {},
    listeners: [],
  };
}

function trafficOf({ fields }: Resource): BalancerTraffic {
  return {
    clientKeepAlive: fields.number("client_keep_alive"),
    dropsInvalidHeaders: fields.flag("drop_invalid_header_fields"),
    preservesHost: fields.flag("preserve_host_header"),
    forwardedFor: fields.text("xff_header_processing_mode"),
    addsClientPort: fields.flag("enable_xff_client_port"),
    desyncMode: fields.text("desync_mitigation_mode"),
  };
}

/** Each block has one; for a dynamic block only all of them together are known, and only if the numbers match. */
function mappedSubnets({ address, fields }: Resource): Listed<string> {
  const mappings = fields.blocks("subnet_mapping");
  const lists = mappings.items.map((block) => block.list("subnet_id", expected.SUBNET));
  const items = [...new Set(lists.flatMap((it) => it.items))];
  const open = mappings.open ?? lists.find((it) => it.open !== undefined)?.open;
  if (open !== undefined || items.length === mappings.items.length)
    return { items, ...(open !== undefined && { open }) };
  return {
    items: [],
    open: new Unknown(address, "subnet_mapping", "known after apply; the subnets are not in the file"),
  };
}

/** A data source that has not been read yet. */
function isLeftOpen(resource: Resource): boolean {
  return resource.isData && resource.fields.raw("arn") === undefined;
}

/** A state written before a refresh has an empty value, which AWS never returns. */
function orUnset<T>(value: T): T | undefined {
  return value === "" ? undefined : value;
}

function orOpen(resource: Resource, attribute: string, listed: Listed<string>): Listed<string> {
  return isLeftOpen(resource) && listed.items.length === 0
    ? { items: [], open: new Unknown(resource.address, attribute, "read by a data source") }
    : listed;
}

/** AWS's default if no value is set. */
function openOr<T>(resource: Resource, attribute: string, byDefault: T): T | Unknown {
  return isLeftOpen(resource) ? new Unknown(resource.address, attribute, "read by a data source") : byDefault;
}

function accessLogsOf({ fields }: Resource): Pick<Balancer, "accessLogs"> {
  const logs = fields.block("access_logs");
  return logs !== undefined && logs.flag("enabled") === true && logs.isSet("bucket")
    ? { accessLogs: { bucket: logs.text("bucket", expected.BUCKET), prefix: logs.text("prefix") } }
    : {};
}
