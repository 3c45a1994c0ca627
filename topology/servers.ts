import * as expected from "./expected";
import type { Fields } from "./fields";
import { grouped } from "./lists";
import type { Server } from "./model";
import { partOf } from "./part";
import type { Resource, Source } from "./source";
import { type Attr, known, type Listed, Unknown } from "./value";

export function serversOf(source: Source): Server[] {
  const addresses = publicAddresses(source);
  const interfaces = interfacesOf(source);
  const attached = grouped(source.ofType("aws_network_interface_sg_attachment"), ({ fields }) =>
    fields.text("network_interface_id", { ...expected.NETWORK_INTERFACE, attribute: "primary_network_interface_id" }),
  );
  const instances = source
    .ofType("aws_instance", "data.aws_instance", "aws_spot_instance_request")
    .map((it): Server => {
      const id = it.identity("id");
      const own = INTERFACES.flatMap((name) => it.fields.blocks(name).items).map((block) =>
        interfaces.get(String(known(block.text("network_interface_id", expected.NETWORK_INTERFACE)))),
      );
      const beside = (attached.get(String(known(it.identity("primary_network_interface_id")))) ?? []).flatMap(
        ({ fields }) => known(fields.text("security_group_id", expected.SECURITY_GROUP)) ?? [],
      );
      // What stands shows those of its interface before the apply, and the interface itself those after it.
      const isShown =
        own.length > 0 && own.every((card) => card !== undefined) && !it.isConfigured("vpc_security_group_ids");
      const ids = isShown ? NONE : it.fields.list("vpc_security_group_ids", expected.SECURITY_GROUP);
      // Of an instance that stands the one list shows by their names what the other has by their ids.
      const names =
        (isShown || ids.items.length > 0) && !it.isConfigured("security_groups")
          ? NONE
          : it.fields.list("security_groups", expected.SECURITY_GROUP);
      const groups = joined(ids, names, ...own.map((card) => card?.groups ?? NONE), { items: beside });
      const subnet = it.fields.text("subnet_id", expected.SUBNET);
      const placed: Listed<string> =
        subnet instanceof Unknown ? { items: [], open: subnet } : { items: subnet === undefined ? [] : [subnet] };
      const isOpen = it.isData && !it.fields.isSet("ami");
      return {
        ...partOf(it),
        kind: "instance",
        id,
        privateIp: it.identity("private_ip"),
        subnetIds: isOpen
          ? { items: [], open: new Unknown(it.address, "subnet_id", "only read here") }
          : joined(placed, ...own.map((card) => card?.subnets ?? NONE)),
        securityGroupIds: isOpen
          ? { items: [], open: new Unknown(it.address, "vpc_security_group_ids", "only read here") }
          : groups,
        hasSecurityGroups: isOpen
          ? new Unknown(it.address, "vpc_security_group_ids", "only read here")
          : groups.items.length > 0
            ? true
            : (groups.open ?? isSetBySomething(it)),
        publicIp: typeof id === "string" && addresses.has(id) ? true : it.fields.flag("associate_public_ip_address"),
        userData: isOpen ? new Unknown(it.address, "user_data", "only read here") : bootScript(it.fields),
        userDataReplaceOnChange: it.fields.flag("user_data_replace_on_change"),
        changesUserDataInPlace: it.changesInPlace("user_data") || it.changesInPlace("user_data_base64"),
        metadataOptions: metadataOf(it.fields),
        settingsAddress: it.address,
      };
    });
  return [...instances, ...autoScalingGroupsOf(source)];
}

/** The second is what provider 6 has for the first. */
const INTERFACES = ["network_interface", "primary_network_interface"];

const NONE: Listed<string> = { items: [] };

/** A group may be named by a launch template, or by an interface that is not in the file. */
function isSetBySomething({ fields, address }: Resource): Attr<boolean> {
  const by = ["launch_template", ...INTERFACES].find((name) => fields.isSet(name));
  return by === undefined ? false : new Unknown(address, by, "its security groups are set there");
}

function joined(...lists: readonly Listed<string>[]): Listed<string> {
  const open = lists.find((it) => it.open !== undefined)?.open;
  return { items: [...new Set(lists.flatMap(({ items }) => items))], ...(open !== undefined && { open }) };
}

/** Instances that have an elastic address. */
function publicAddresses(source: Source): ReadonlySet<string> {
  return new Set(
    source
      .ofType("aws_eip", "aws_eip_association")
      .flatMap(
        ({ fields }) =>
          known(fields.text(fields.isSet("instance") ? "instance" : "instance_id", expected.INSTANCE)) ?? [],
      ),
  );
}

function interfacesOf(source: Source): ReadonlyMap<string, { groups: Listed<string>; subnets: Listed<string> }> {
  return new Map(
    source.ofType("aws_network_interface").map((it) => {
      const subnet = it.fields.text("subnet_id", expected.SUBNET);
      const subnets: Listed<string> =
        subnet instanceof Unknown ? { items: [], open: subnet } : { items: subnet === undefined ? [] : [subnet] };
      return [
        String(known(it.identity("id"))),
        { groups: it.fields.list("security_groups", expected.SECURITY_GROUP), subnets },
      ];
    }),
  );
}

function metadataOf(fields: Fields): Server["metadataOptions"] {
  const block = fields.block("metadata_options");
  return block === undefined
    ? undefined
    : { httpTokens: block.text("http_tokens"), hopLimit: block.number("http_put_response_hop_limit") };
}

/** In clear, from whichever argument holds it; a launch template's is always in base64. */
function bootScript(fields: Fields, isEncoded = false): Attr<string> {
  const plain = fields.text("user_data");
  if (plain !== undefined && plain !== "") return isEncoded ? decoded(plain) : plain;
  return decoded(fields.text("user_data_base64"));
}

function decoded(text: Attr<string>): Attr<string> {
  if (typeof text !== "string") return text;
  // What is not base64 was written in clear where Terraform wants it encoded.
  if (!/^[A-Za-z0-9+/=\s]*$/.test(text)) return text;
  return Buffer.from(text, "base64").toString();
}

function autoScalingGroupsOf(source: Source): Server[] {
  const templates = new Map<string, Resource>();
  for (const it of source.ofType("aws_launch_template", "data.aws_launch_template")) {
    for (const id of [it.identity("id"), it.identity("name"), it.fields.text("name")])
      if (typeof id === "string") templates.set(id, it);
  }
  const configurations = new Map<string, Resource>();
  for (const it of source.ofType("aws_launch_configuration")) {
    for (const id of [it.identity("id"), it.identity("name"), it.fields.text("name")])
      if (typeof id === "string") configurations.set(id, it);
  }
  return source.ofType("aws_autoscaling_group", "data.aws_autoscaling_group").map((it): Server => {
    const block =
      it.fields.block("launch_template") ??
      it.fields.block("mixed_instances_policy")?.block("launch_template")?.block("launch_template_specification");
    // Of a template that is given by its name, the provider plans the id "unknown".
    const named = [
      block?.text("id", expected.LAUNCH_TEMPLATE),
      block?.text("launch_template_id", expected.LAUNCH_TEMPLATE),
      block?.text("name"),
      block?.text("launch_template_name"),
    ];
    const template = named.map((it) => templates.get(String(known(it)))).find((it) => it !== undefined);
    const configuration = configurations.get(
      String(known(it.fields.text("launch_configuration", expected.LAUNCH_CONFIGURATION))),
    );
    const settings = template ?? configuration;
    const card = template?.fields.block("network_interfaces");
    const unread = new Unknown(
      it.address,
      configuration === undefined && it.fields.isSet("launch_configuration")
        ? "launch_configuration"
        : "launch_template",
      "what its instances are made of is not in the file",
    );
    const groups =
      settings === undefined
        ? { items: [], open: unread }
        : joined(
            settings.fields.list("vpc_security_group_ids", expected.SECURITY_GROUP),
            settings.fields.list("security_groups", expected.SECURITY_GROUP),
            card?.list("security_groups", expected.SECURITY_GROUP) ?? NONE,
          );
    const subnets = it.fields.list("vpc_zone_identifier", expected.SUBNET);
    return {
      ...partOf(it),
      kind: "auto-scaling-group",
      id: it.identity("id"),
      privateIp: undefined,
      // Without subnets it takes the default ones of its zones.
      subnetIds:
        subnets.items.length === 0 && subnets.open === undefined
          ? { items: [], open: new Unknown(it.address, "availability_zones", "its subnets are the default ones") }
          : subnets,
      securityGroupIds: groups,
      hasSecurityGroups: settings === undefined ? unread : groups.items.length > 0 ? true : (groups.open ?? false),
      publicIp:
        settings === undefined
          ? unread
          : (card?.flag("associate_public_ip_address") ?? settings.fields.flag("associate_public_ip_address")),
      userData: settings === undefined ? unread : bootScript(settings.fields, template !== undefined),
      userDataReplaceOnChange: undefined,
      changesUserDataInPlace: false,
      metadataOptions: settings === undefined ? undefined : metadataOf(settings.fields),
      settingsAddress: settings?.address ?? it.address,
      // A plan leaves open what is not configured, which is EC2.
      healthCheckType:
        it.isConfigured("health_check_type") || source.kind !== "plan"
          ? it.fields.text("health_check_type")
          : known(it.fields.text("health_check_type")),
      waitsForHealthy: it.fields.number("wait_for_elb_capacity") ?? it.fields.number("min_elb_capacity"),
      capacity: {
        min: it.fields.number("min_size"),
        max: it.fields.number("max_size"),
        desired: it.fields.number("desired_capacity"),
      },
    };
  });
}
