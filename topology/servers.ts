import { autoScalingGroupsOf } from "./auto-scaling";
import * as expected from "./expected";
import { grouped } from "./lists";
import type { Server } from "./model";
import { partOf } from "./part";
import { bootScript, joined, metadataOf, NONE } from "./server-settings";
import type { Resource, Source } from "./source";
import { type Attr, known, type Listed, Unknown } from "./value";

/** The sources of instances' groups and subnets, indexed once for all of them. */
interface Around {
  /** Instances that have an elastic address. */
  readonly addresses: ReadonlySet<string>;
  readonly interfaces: ReadonlyMap<string, Card>;
  /** Security groups that are attached to an interface, by that. */
  readonly attached: ReadonlyMap<string, readonly Resource[]>;
}

/** A network interface. */
interface Card {
  readonly groups: Listed<string>;
  readonly subnets: Listed<string>;
}

export function serversOf(source: Source): Server[] {
  const around: Around = {
    addresses: publicAddresses(source),
    interfaces: interfacesOf(source),
    attached: grouped(source.ofType("aws_network_interface_sg_attachment"), ({ fields }) =>
      fields.text("network_interface_id", { ...expected.NETWORK_INTERFACE, attribute: "primary_network_interface_id" }),
    ),
  };
  const instances = source
    .ofType("aws_instance", "data.aws_instance", "aws_spot_instance_request")
    .map((it) => instanceOf(it, around));
  return [...instances, ...autoScalingGroupsOf(source)];
}

function instanceOf(it: Resource, around: Around): Server {
  const { fields, address } = it;
  const id = it.identity("id");
  const cards = INTERFACES.flatMap((name) => fields.blocks(name).items).map((block) =>
    around.interfaces.get(String(known(block.text("network_interface_id", expected.NETWORK_INTERFACE)))),
  );
  const isOpen = it.isData && !fields.isSet("ami");
  const unread = (attribute: string) => new Unknown(address, attribute, "read by a data source");
  const groups = isOpen ? { items: [], open: unread("vpc_security_group_ids") } : groupsOf(it, cards, around);
  return {
    ...partOf(it),
    kind: "instance",
    id,
    privateIp: it.identity("private_ip"),
    subnetIds: isOpen
      ? { items: [], open: unread("subnet_id") }
      : joined(subnetOf(it), ...cards.map((card) => card?.subnets ?? NONE)),
    securityGroupIds: groups,
    hasSecurityGroups: groups.items.length > 0 ? true : (groups.open ?? isSetBySomething(it)),
    publicIp: typeof id === "string" && around.addresses.has(id) ? true : fields.flag("associate_public_ip_address"),
    userData: isOpen ? unread("user_data") : bootScript(fields),
    userDataReplaceOnChange: fields.flag("user_data_replace_on_change"),
    changesUserDataInPlace: it.changesInPlace("user_data") || it.changesInPlace("user_data_base64"),
    metadataOptions: metadataOf(fields),
    settingsAddress: address,
  };
}

function groupsOf(it: Resource, cards: readonly (Card | undefined)[], { attached }: Around): Listed<string> {
  const beside = (attached.get(String(known(it.identity("primary_network_interface_id")))) ?? []).flatMap(
    ({ fields }) => known(fields.text("security_group_id", expected.SECURITY_GROUP)) ?? [],
  );
  // An existing instance shows its interface's groups before the apply, the interface those after it.
  const isShown =
    cards.length > 0 && cards.every((card) => card !== undefined) && !it.isConfigured("vpc_security_group_ids");
  const ids = isShown ? NONE : it.fields.list("vpc_security_group_ids", expected.SECURITY_GROUP);
  // For an existing instance, one list has the names and the other the ids of the same groups.
  const names =
    (isShown || ids.items.length > 0) && !it.isConfigured("security_groups")
      ? NONE
      : it.fields.list("security_groups", expected.SECURITY_GROUP);
  return joined(ids, names, ...cards.map((card) => card?.groups ?? NONE), { items: beside });
}

function subnetOf({ fields }: Resource): Listed<string> {
  const subnet = fields.text("subnet_id", expected.SUBNET);
  return subnet instanceof Unknown ? { items: [], open: subnet } : { items: subnet === undefined ? [] : [subnet] };
}

/** The second name replaces the first in provider 6. */
const INTERFACES = ["network_interface", "primary_network_interface"];

/** A launch template, or an interface that is not in the file, may set a group. */
function isSetBySomething({ fields, address }: Resource): Attr<boolean> {
  const by = ["launch_template", ...INTERFACES].find((name) => fields.isSet(name));
  return by === undefined ? false : new Unknown(address, by, "its security groups are set there");
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

function interfacesOf(source: Source): ReadonlyMap<string, Card> {
  return new Map(
    source
      .ofType("aws_network_interface")
      .map((it) => [
        String(known(it.identity("id"))),
        { groups: it.fields.list("security_groups", expected.SECURITY_GROUP), subnets: subnetOf(it) },
      ]),
  );
}
