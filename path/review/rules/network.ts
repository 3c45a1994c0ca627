import type { Change } from "../../../topology/changes";
import { type Json, listOf, own } from "../../../topology/json";
import { addTo } from "../../../topology/lists";
import type { Hop } from "../../report";
import { type EffectRule, named, tell } from "../because";
import { goesFirst, hopOfGroup, isGone, type World } from "../world";

/* Security groups, their rules, subnets and routes. */

export const securityGroupRule: EffectRule = (change, world) => {
  if (change.type !== "aws_security_group") return [];
  const id = idOf(change);
  if (id === undefined) return [];
  const hop = hopOfGroup(id, world);
  if (change.doing === "update")
    return hop === null
      ? []
      : tell(change, world, {
          hop,
          effect: "none",
          attribute: change.differing.find((it) => it !== "tags"),
          then: "rules that stay are not touched, and connections that stand go on",
        });
  if (!isGone(change)) return [];
  const inTheWay = holdersOf(id, change, world);
  if (goesFirst(change) && inTheWay.length > 0) {
    return tell(change, world, {
      hop,
      effect: "fails",
      then:
        `AWS refuses to destroy it with \`DependencyViolation\`, after terraform has tried for 15 minutes, as ` +
        `${named(inTheWay)} still ${inTheWay.length === 1 ? "has" : "have"} it; its rules are gone meanwhile`,
      avoid:
        change.doing === "replace"
          ? "give the security group `lifecycle { create_before_destroy = true }` and `name_prefix` in place of " +
            "`name`; or leave its name and description as they are"
          : "take it away from what has it first",
      phrase: "a security group is still attached",
    });
  }
  if (hop === null) return [];
  return change.doing === "destroy"
    ? tell(change, world, { hop, effect: "none", then: "nothing has it by then" })
    : tell(change, world, {
        hop,
        effect: "brief",
        then: "the old group's rules go before everything has turned to the new one",
        avoid: "leave its name and description as they are",
        phrase: "while a security group is exchanged",
      });
};

function idOf({ before }: Change): string | undefined {
  const id = own(before, "id");
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** These only name groups for what they will make. */
const TEMPLATES = /^aws_(launch_template|launch_configuration)$/;
/** Rules of the group itself go before it does. */
const OWN_RULE = /^aws_(security_group_rule|vpc_security_group_(ingress|egress)_rule)$/;

/** Who still has a security group when it is to be destroyed. */
function holdersOf(id: string, group: Change, world: World): string[] {
  const holders = (namersOf(world).groups.get(id) ?? []).filter(
    (it) => it !== group && !(OWN_RULE.test(it.type) && own(it.before, "security_group_id") === id),
  );
  return stayingOf(holders, group);
}

/**
 * Those that are there when the other one is to go. Of a pure destruction terraform changes those first that name it.
 */
function stayingOf(holders: readonly Change[], going: Change): string[] {
  return holders
    .filter((it) => !goesFirst(it) && (going.doing === "replace" || it.doing === "none"))
    .map(({ address }) => address);
}

interface Namers {
  /** By a security group's id. */
  readonly groups: ReadonlyMap<string, readonly Change[]>;
  /** By a subnet's id: what is in it. */
  readonly subnets: ReadonlyMap<string, readonly Change[]>;
  /** By a VPC's id: what it cannot be destroyed with. */
  readonly vpcs: ReadonlyMap<string, readonly Change[]>;
}

const namers = new WeakMap<World, Namers>();

function namersOf(world: World): Namers {
  const known = namers.get(world);
  if (known !== undefined) return known;
  const found = {
    groups: new Map<string, Change[]>(),
    subnets: new Map<string, Change[]>(),
    vpcs: new Map<string, Change[]>(),
  };
  const note = (map: Map<string, Change[]>, ids: Iterable<unknown>, change: Change): void => {
    for (const id of new Set(ids)) {
      if (typeof id !== "string") continue;
      addTo(map, id, change);
    }
  };
  for (const change of world.changes) {
    if (change.isData || change.before === undefined || TEMPLATES.test(change.type)) continue;
    const before = world.standing(change);
    note(found.groups, groupsNamedBy(change.type, before), change);
    if (IN_VPC.test(change.type)) note(found.vpcs, [own(before, "vpc_id")], change);
    if (TENANTS.test(change.type)) note(found.subnets, subnetsNamedBy(before), change);
  }
  namers.set(world, found);
  return found;
}

function groupsNamedBy(type: string, before: Json): unknown[] {
  if (OWN_RULE.test(type))
    return [own(before, "source_security_group_id"), own(before, "referenced_security_group_id")];
  const inline =
    type === "aws_security_group"
      ? ["ingress", "egress"].flatMap((name) => inBlocks(before, name, "security_groups"))
      : [];
  const blocks = BLOCKS.flatMap((name) => [
    ...inBlocks(before, name, "security_groups"),
    ...inBlocks(before, name, "security_group_ids"),
  ]);
  return [
    ...["security_groups", "vpc_security_group_ids", "security_group_ids"].flatMap((name) => listOf(own(before, name))),
    ...inline,
    ...blocks,
  ];
}

function subnetsNamedBy(before: Json): unknown[] {
  const lists = ["subnets", "subnet_ids", "vpc_zone_identifier"].flatMap((name) => listOf(own(before, name)));
  return [
    own(before, "subnet_id"),
    ...lists,
    ...BLOCKS.flatMap((name) => [...inBlocks(before, name, "subnets"), ...inBlocks(before, name, "subnet_ids")]),
  ];
}

const BLOCKS = ["network_configuration", "vpc_config", "network_interface"];

function inBlocks(values: Json, block: string, list: string): readonly unknown[] {
  return listOf(own(values, block)).flatMap((it) => listOf(own(it, list)));
}

export const groupRuleRule: EffectRule = (change, world) => {
  if (!OWN_RULE.test(change.type)) return [];
  const id = own(change.before, "security_group_id");
  const hop = typeof id === "string" ? hopOfGroup(id, world) : null;
  if (hop === null) return [];
  if (change.doing === "update")
    return tell(change, world, {
      hop,
      effect: "none",
      attribute: change.differing.find((it) => it !== "tags"),
      then: "connections that stand go on",
    });
  if (change.doing === "destroy")
    return tell(change, world, {
      hop,
      effect: "none",
      then: "what it let through is kept out from then on, unless another rule lets it through",
    });
  if (change.doing !== "replace") return [];
  return tell(change, world, {
    hop,
    effect: "brief",
    then: "for the moment in between, new connections that need it are dropped",
    avoid: change.forcedBy.includes("security_group_id")
      ? ""
      : "add the new rule first, and take the old one away in an apply of its own",
    phrase: "while a security group's rule is replaced",
  });
};

/**
 * An entry of a network ACL that is away for a moment; without it packets of standing connections are dropped as well.
 */
export const aclRuleRule: EffectRule = (change, world) => {
  if (
    change.type !== "aws_network_acl_rule" ||
    change.doing !== "replace" ||
    change.isCreatedFirst ||
    own(change.before, "rule_action") !== "allow"
  )
    return [];
  const acl = own(change.before, "network_acl_id");
  const ids = [world.serving.balancerSubnetIds, world.serving.targetSubnetIds];
  const isOn = (world.before?.subnets ?? [])
    .filter(({ networkAcl }) => typeof networkAcl === "object" && "egress" in networkAcl && networkAcl.id === acl)
    .some(({ id }) => typeof id === "string" && ids.some((it) => it.has(id)));
  return !isOn
    ? []
    : tell(change, world, {
        hop: "listener",
        effect: "brief",
        then: "for the moment in between, packets that need it are dropped",
        avoid: "add the new entry first, and take the old one away in an apply of its own",
        phrase: "while an entry of a network ACL is replaced",
      });
};

/** Lists of addresses that let clients in, and lose some of them. */
export const prefixListRule: EffectRule = (change, world) => {
  const isEntry = change.type === "aws_ec2_managed_prefix_list_entry";
  if ((!isEntry && change.type !== "aws_ec2_managed_prefix_list") || change.before === undefined) return [];
  const id = own(change.before, isEntry ? "prefix_list_id" : "id");
  const cidrs = (values: Json | undefined) => listOf(own(values, "entry")).map((it) => own(it, "cidr"));
  const left = new Set(cidrs(change.after));
  const isLess =
    isGone(change) || (!isEntry && change.doing === "update" && cidrs(change.before).some((it) => !left.has(it)));
  if (typeof id !== "string" || !isLess) return [];
  const user = world.before?.securityGroups.find(
    (group) =>
      hopOfGroup(group.id, world) !== null &&
      [...group.ingress, ...group.egress].some(({ prefixListIds }) => prefixListIds.items.includes(id)),
  );
  if (user === undefined) return [];
  return tell(change, world, {
    hop: hopOfGroup(user.id, world),
    effect: "unknown",
    then:
      `${named([user.address])} lets through what the list holds, and nobody can tell here who needs the ` +
      "addresses that go",
    avoid: "make sure that no client comes from the addresses that go",
    phrase: "as a prefix list loses addresses",
  });
};

/** These stay in a subnet until they are told to leave it. */
const TENANTS =
  /^aws_(lb|autoscaling_group|vpc_endpoint|db_subnet_group|lambda_function|ecs_service|eks_cluster|efs_mount_target|nat_gateway|instance|network_interface)$/;

export const subnetRule: EffectRule = (change, world) => {
  if (change.type !== "aws_subnet" || !isGone(change)) return [];
  const id = idOf(change);
  if (id === undefined) return [];
  const { serving } = world;
  const hop: Hop | null = serving.balancerSubnetIds.has(id)
    ? "listener"
    : serving.targetSubnetIds.has(id)
      ? "target"
      : null;
  const inTheWay = goesFirst(change) ? stayingOf(namersOf(world).subnets.get(id) ?? [], change) : [];
  if (inTheWay.length > 0) {
    return tell(change, world, {
      hop,
      effect: "fails",
      then:
        `AWS refuses to destroy it with \`DependencyViolation\`, after terraform has tried for 20 minutes, as ` +
        `${named(inTheWay)} still ${inTheWay.length === 1 ? "is" : "are"} in it`,
      avoid:
        "make the new subnet beside the old one, let everything move there, and take the old one away in an " +
        "apply of its own",
      phrase: "a subnet is still in use",
    });
  }
  return hop === null
    ? []
    : tell(change, world, {
        hop,
        effect: "none",
        then:
          change.doing === "destroy"
            ? "nothing is in it by then"
            : "what is in it is replaced as well, and reported by itself",
      });
};

/** AWS destroys no VPC that still has one of these. */
const IN_VPC = /^aws_(subnet|security_group|internet_gateway|route_table|network_acl|vpc_endpoint|lb|nat_gateway)$/;

/** A VPC, or its gateway to the internet, which other resources still need. */
export const vpcRule: EffectRule = (change, world) => {
  const isGateway = change.type === "aws_internet_gateway";
  if ((change.type !== "aws_vpc" && !isGateway) || !isGone(change)) return [];
  const vpc = own(change.before, isGateway ? "vpc_id" : "id");
  const all = typeof vpc === "string" && vpc !== "" ? (namersOf(world).vpcs.get(vpc) ?? []) : [];
  const inTheWay = all
    .filter(
      (it) =>
        it !== change &&
        !isGone(it) &&
        (!isGateway ||
          (it.type === "aws_lb" && own(it.before, "internal") === false) ||
          (it.type === "aws_nat_gateway" && own(it.before, "connectivity_type") !== "private")),
    )
    .map(({ address }) => address);
  if (inTheWay.length === 0) return [];
  const [is, has] = inTheWay.length === 1 ? ["is", "has"] : ["are", "have"];
  return tell(change, world, {
    hop: "listener",
    effect: "fails",
    then:
      `AWS refuses to destroy it with \`DependencyViolation\`, as ${named(inTheWay)} still ` +
      `${isGateway ? `${has} public addresses that lead through it` : `${is} in it`}`,
    avoid: "leave it in the configuration; or take away what needs it as well",
    phrase: isGateway ? "the internet gateway is still in use" : "the VPC is still in use",
  });
};

export const routeRule: EffectRule = (change, world) => {
  if (
    !/^aws_(route|route_table|route_table_association|internet_gateway)$/.test(change.type) ||
    !(isGone(change) || change.doing === "update")
  )
    return [];
  const subnets = [...(world.before?.subnets ?? [])];
  const [id, table] = [own(change.before, "id"), own(change.before, "route_table_id")];
  const isTouched = (it: (typeof subnets)[number]): boolean => {
    if (change.type === "aws_internet_gateway")
      return it.vpcId !== undefined && it.vpcId === own(change.before, "vpc_id");
    if (change.type === "aws_route_table_association") return it.id === own(change.before, "subnet_id");
    const held = it.routeTable;
    return (
      typeof held === "object" &&
      held !== null &&
      "routes" in held &&
      held.id !== undefined &&
      (held.id === table || held.id === id)
    );
  };
  const touched = new Set(subnets.filter(isTouched).map((it) => it.id));
  const hop: Hop | null = [...world.serving.balancerSubnetIds].some((it) => touched.has(it))
    ? "listener"
    : [...world.serving.targetSubnetIds].some((it) => touched.has(it))
      ? "target"
      : null;
  if (hop === null) return [];
  // Whether anything still gets through then, the trace of what is planned tells.
  if (change.doing !== "replace")
    return tell(change, world, {
      hop,
      effect: "none",
      attribute: change.differing.find((it) => it !== "tags"),
      then: "",
    });
  return tell(
    change,
    world,
    hop === "listener"
      ? {
          hop,
          effect: "brief",
          then: "for the moment in between, the load balancer's answers find no way out",
          phrase: "while a route is replaced",
        }
      : {
          hop,
          effect: "none",
          then: "for the moment in between, the targets cannot fetch anything; requests to them are not routed by it",
        },
  );
};
