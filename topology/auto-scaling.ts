import * as expected from "./expected";
import type { Server } from "./model";
import { partOf } from "./part";
import { bootScript, joined, metadataOf, NONE } from "./server-settings";
import type { Resource, Source } from "./source";
import { known, type Listed, Unknown } from "./value";

/** The source of the instance settings of Auto Scaling groups. */
interface Settings {
  /** Launch templates by their ids and names. */
  readonly templates: ReadonlyMap<string, Resource>;
  /** Launch configurations by their ids and names. */
  readonly configurations: ReadonlyMap<string, Resource>;
}

export function autoScalingGroupsOf(source: Source): Server[] {
  const settings: Settings = {
    templates: byIdAndName(source.ofType("aws_launch_template", "data.aws_launch_template")),
    configurations: byIdAndName(source.ofType("aws_launch_configuration")),
  };
  return source
    .ofType("aws_autoscaling_group", "data.aws_autoscaling_group")
    .map((it) => autoScalingGroupOf(it, settings, source.kind));
}

function byIdAndName(resources: readonly Resource[]): ReadonlyMap<string, Resource> {
  const found = new Map<string, Resource>();
  for (const it of resources) {
    for (const id of [it.identity("id"), it.identity("name"), it.fields.text("name")])
      if (typeof id === "string") found.set(id, it);
  }
  return found;
}

function autoScalingGroupOf(it: Resource, settings: Settings, kind: Source["kind"]): Server {
  const { fields } = it;
  return {
    ...partOf(it),
    kind: "auto-scaling-group",
    id: it.identity("id"),
    privateIp: undefined,
    subnetIds: subnetsOf(it),
    ...madeOf(it, settings),
    userDataReplaceOnChange: undefined,
    changesUserDataInPlace: false,
    // If it is not configured, it is open in a plan; the default is EC2.
    healthCheckType:
      it.isConfigured("health_check_type") || kind !== "plan"
        ? fields.text("health_check_type")
        : known(fields.text("health_check_type")),
    waitsForHealthy: fields.number("wait_for_elb_capacity") ?? fields.number("min_elb_capacity"),
    capacity: {
      min: fields.number("min_size"),
      max: fields.number("max_size"),
      desired: fields.number("desired_capacity"),
    },
  };
}

/** Without subnets it uses the default subnets of its zones. */
function subnetsOf({ fields, address }: Resource): Listed<string> {
  const subnets = fields.list("vpc_zone_identifier", expected.SUBNET);
  return subnets.items.length === 0 && subnets.open === undefined
    ? { items: [], open: new Unknown(address, "availability_zones", "it uses the default subnets") }
    : subnets;
}

type Made = Pick<
  Server,
  "securityGroupIds" | "hasSecurityGroups" | "publicIp" | "userData" | "metadataOptions" | "settingsAddress"
>;

/** The instance settings from the launch template or configuration. */
function madeOf(it: Resource, { templates, configurations }: Settings): Made {
  const template = namedTemplate(it, templates);
  const configuration = configurations.get(
    String(known(it.fields.text("launch_configuration", expected.LAUNCH_CONFIGURATION))),
  );
  const settings = template ?? configuration;
  if (settings === undefined) return madeOfUnread(it);
  const { fields, address } = settings;
  const card = template?.fields.block("network_interfaces");
  const groups = joined(
    fields.list("vpc_security_group_ids", expected.SECURITY_GROUP),
    fields.list("security_groups", expected.SECURITY_GROUP),
    card?.list("security_groups", expected.SECURITY_GROUP) ?? NONE,
  );
  return {
    securityGroupIds: groups,
    hasSecurityGroups: groups.items.length > 0 ? true : (groups.open ?? false),
    publicIp: card?.flag("associate_public_ip_address") ?? fields.flag("associate_public_ip_address"),
    userData: bootScript(fields, template !== undefined),
    metadataOptions: metadataOf(fields),
    settingsAddress: address,
  };
}

function madeOfUnread({ fields, address }: Resource): Made {
  const unread = new Unknown(
    address,
    fields.isSet("launch_configuration") ? "launch_configuration" : "launch_template",
    "its launch template or configuration is not in the file",
  );
  return {
    securityGroupIds: { items: [], open: unread },
    hasSecurityGroups: unread,
    publicIp: unread,
    userData: unread,
    metadataOptions: undefined,
    settingsAddress: address,
  };
}

function namedTemplate({ fields }: Resource, templates: ReadonlyMap<string, Resource>): Resource | undefined {
  const block =
    fields.block("launch_template") ??
    fields.block("mixed_instances_policy")?.block("launch_template")?.block("launch_template_specification");
  // For a template given by name, the provider plans the id "unknown".
  const named = [
    block?.text("id", expected.LAUNCH_TEMPLATE),
    block?.text("launch_template_id", expected.LAUNCH_TEMPLATE),
    block?.text("name"),
    block?.text("launch_template_name"),
  ];
  return named.map((it) => templates.get(String(known(it)))).find((it) => it !== undefined);
}
