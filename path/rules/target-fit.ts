import type { Balancer, Registration, Subnet, TargetGroup, Topology } from "../../topology/model";
import { symbol } from "../../topology/source";
import { known } from "../../topology/value";
import type { TracedPath } from "../analysis/requests/traced-path";
import { groupUsers } from "../analysis/targets/group-users";
import { nameFault } from "../facts/elb";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import type { FileReporter, Reporter } from "./rule";
import type { Rules } from "./subjects";

/* Whether balancer, target group and targets fit each other. */

export const targetFitRules: Rules = {
  path: [isOneVpc],
  file: [isOfTheGroupsType, hasWhatItNeeds, hasNamesThatAwsTakes],
};

/** P51 */
function isOneVpc({ topology, balancer, targetGroups, targets }: TracedPath, report: Reporter): void {
  const balancerVpc =
    balancer === undefined
      ? undefined
      : balancer.subnetIds.items.map((id) => known(topology.byId.subnet(id)?.vpcId)).find((it) => it !== undefined);
  const odd = new Set<TargetGroup>();
  for (const group of targetGroups) {
    const vpc = known(group.vpcId);
    if (balancer === undefined || group.isData || !areDistinct(topology, vpc, balancerVpc)) continue;
    odd.add(group);
    const isBalancer = targets.some(
      (it) => it.targetGroup === group && it.subnets.some(({ vpcId }) => known(vpcId) === vpc),
    );
    const better = isBalancer ? publicSubnets(topology, vpc) : [];
    report.fault({
      id: "P51",
      hop: "target-group",
      address: isBalancer ? balancer.address : group.address,
      attribute: isBalancer ? "subnets" : "vpc_id",
      observed: `${group.address} is in ${shown(vpc)}, ${balancer.address} in ${shown(balancerVpc)}`,
      required: "one VPC for the balancer, its target groups and their instances",
      symptom:
        "the apply fails: InvalidTarget at the attachment, or ValidationError at the listener: the target " +
        "group is in another VPC",
      fix: isBalancer
        ? fix(
            `Put ${balancer.address} into subnets of ${shown(vpc)}.`,
            "network; it is one for the whole site, so remove the override",
            better.length < 2
              ? []
              : [
                  setting(
                    balancer.address,
                    "subnets",
                    better.map(({ id }) => known(id)),
                  ),
                ],
          )
        : fix(
            `Put ${group.address} into ${shown(balancerVpc)}.`,
            "network; it is one for the whole site, so remove the override",
            [setting(group.address, "vpc_id", balancerVpc)],
          ),
    });
  }
  for (const { targetGroup, server, subnets, registration } of targets) {
    const vpc = known(targetGroup.vpcId);
    const strange = subnets.find((it) => areDistinct(topology, known(it.vpcId), vpc));
    if (server === undefined || strange === undefined || targetGroup.targetType !== "instance" || odd.has(targetGroup))
      continue;
    const home =
      targets.find((it) => it.targetGroup === targetGroup && known(it.subnets[0]?.vpcId) === vpc)?.subnets[0] ??
      topology.subnets.find(({ vpcId }) => known(vpcId) === vpc);
    const attribute = server.kind === "instance" ? "subnet_id" : "vpc_zone_identifier";
    const count = targetGroup.registrations.length;
    report.fault({
      id: "P51",
      hop: "target-group",
      address: server.address,
      attribute,
      observed:
        `${server.address} is in ${shown(known(strange.vpcId))}, its target group ${targetGroup.address} in ` +
        `${shown(vpc)}`,
      required: "instances in the VPC of their target group",
      symptom:
        `the apply fails at ${registration.address}: InvalidTarget, the instance is not in the VPC of the target ` +
        "group",
      ...(count > 1 && { share: `1 of ${count} targets` }),
      fix: fix(
        `Put ${server.address} into a subnet of ${shown(vpc)}.`,
        BY_NO_PROP,
        home === undefined
          ? []
          : [setting(server.address, attribute, server.kind === "instance" ? known(home.id) : [known(home.id)])],
      ),
    });
  }
}

/** Two VPCs for certain: both are made by the file, or both have an id of AWS's. */
function areDistinct({ byId }: Topology, a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return false;
  const isId = (text: string) => /^vpc-[0-9a-f]+$/.test(text);
  if (isId(a) && isId(b)) return true;
  return [a, b].every((it) => byId.vpc(it)?.isData === false);
}

/** One in each zone, of those that lead to the internet. */
function publicSubnets(topology: Topology, vpc: string | undefined): Subnet[] {
  const inZones = new Map<unknown, Subnet>();
  for (const subnet of topology.subnets) {
    const table = known(subnet.routeTable);
    const isPublic =
      table?.routes.some(
        ({ target }) => target !== undefined && "kind" in target && target.kind === "internet-gateway",
      ) ?? false;
    if (known(subnet.vpcId) === vpc && isPublic && !inZones.has(known(subnet.zone)))
      inZones.set(known(subnet.zone), subnet);
  }
  return [...inZones.values()];
}

function shown(vpc: string | undefined): string {
  return vpc === undefined ? "no VPC" : vpc.replace(/^\$\{(.*)\.id\}$/, "$1");
}

/** Longer than any address of Terraform's. */
const MAX_ID = 1_000;

type Kind = "instance" | "ip" | "lambda" | "alb";

/** P52 */
function isOfTheGroupsType(topology: Topology, report: FileReporter): void {
  for (const group of topology.targetGroups) {
    const type = known(group.targetType);
    if (group.isData || type === undefined) continue;
    const kinds = group.registrations.map((it) => ({ registration: it, kind: kindOf(topology, it) }));
    const wrong = kinds.filter(({ kind }) => kind !== undefined && kind !== type);
    const [first] = wrong;
    if (first === undefined) continue;
    const isGroup = wrong.length === kinds.length && wrong.every(({ kind }) => kind === first.kind);
    const common = {
      id: "P52",
      hop: "target-group",
      required: `targets of the type ${type}, or another target_type`,
      symptom: "the apply fails: ValidationError at the registration, the target's id is not of the group's type",
    } as const;
    const on = groupUsers(topology).balancersOf(group);
    if (isGroup) {
      report.fault(
        {
          ...common,
          address: group.address,
          attribute: "target_type",
          observed:
            `target_type is ${type}, and ${first.registration.address} registers ` +
            `${first.registration.autoScalingGroup === undefined ? named(first.kind) : "its instances"}`,
          fix: fix(`Let ${group.address} take targets of the type ${first.kind}.`, BY_NO_PROP, [
            setting(group.address, "target_type", first.kind),
          ]),
        },
        on,
      );
    } else
      for (const { registration, kind } of wrong) {
        const server = registration.targetId === undefined ? undefined : serverOf(topology, registration);
        const id =
          server === undefined
            ? undefined
            : type === "ip"
              ? symbol(server.address, "private_ip")
              : type === "instance"
                ? symbol(server.address, "id")
                : undefined;
        report.fault(
          {
            ...common,
            address: registration.address,
            attribute: registration.attribute,
            observed: `it registers ${named(kind)} in ${group.address}, whose target_type is ${type}`,
            share: `1 of ${kinds.length} targets`,
            fix:
              id === undefined
                ? fix(`Take ${registration.address} away.`, BY_NO_PROP, [{ remove: registration.address }])
                : fix(`Register ${id.slice(2, -1)}.`, BY_NO_PROP, [
                    setting(registration.address, registration.attribute, id),
                  ]),
          },
          on,
        );
      }
  }
}

/** What an id is the id of; nothing where that cannot be told. */
function kindOf({ byId }: Topology, { targetId, autoScalingGroup }: Registration): Kind | undefined {
  if (autoScalingGroup !== undefined) return "instance";
  const id = known(targetId);
  if (id === undefined || id.length > MAX_ID) return undefined;
  if (/^i-[0-9a-f]+$/.test(id) || byId.server(id) !== undefined) return "instance";
  if (
    /^\d+\.\d+\.\d+\.\d+$/.test(id) ||
    /^[0-9a-f]*:[0-9a-f:]+$/.test(id) ||
    /^\$\{[^{}]*\baws_(instance|network_interface)\.[^{}]*\.private_ip\}$/.test(id)
  )
    return "ip";
  if (/^arn:[\w-]+:lambda:/.test(id) || /^\$\{[^{}]*\baws_lambda_(function|alias)\.[^{}]*\}$/.test(id)) return "lambda";
  return /^arn:[\w-]+:elasticloadbalancing:[^:]*:\d*:loadbalancer\/app\//.test(id) || byId.balancer(id) !== undefined
    ? "alb"
    : undefined;
}

function named(kind: Kind | undefined): string {
  return { instance: "an instance", ip: "an IP address", lambda: "a function", alb: "a load balancer" }[
    kind ?? "instance"
  ];
}

function serverOf(topology: Topology, { targetId }: Registration): { readonly address: string } | undefined {
  const id = known(targetId);
  return topology.byId.server(targetId) ?? (id === undefined ? undefined : byPrivateIp(topology).get(id));
}

const addressesByTopology = new WeakMap<Topology, ReadonlyMap<string, { readonly address: string }>>();

function byPrivateIp(topology: Topology): ReadonlyMap<string, { readonly address: string }> {
  const found =
    addressesByTopology.get(topology) ??
    new Map(
      topology.servers.flatMap((it) => {
        const ip = known(it.privateIp);
        return ip === undefined ? [] : [[ip, it] as const];
      }),
    );
  addressesByTopology.set(topology, found);
  return found;
}

/** P58 of the group itself; that of its health check stands with the checks */
function hasWhatItNeeds(topology: Topology, report: FileReporter): void {
  for (const group of topology.targetGroups) {
    if (group.isData || (group.targetType !== "instance" && group.targetType !== "ip" && group.targetType !== "alb"))
      continue;
    const [balancer] = groupUsers(topology).balancersOf(group) ?? topology.balancers;
    const lacking = (
      [
        ["port", group.port, known(group.registrations[0]?.port) ?? 80],
        ["protocol", group.protocol, "HTTP"],
        ["vpc_id", group.vpcId, vpcOf(topology, balancer)],
      ] as const
    ).filter(([, value]) => value === undefined);
    for (const [attribute, , value] of lacking) {
      report.fault(
        {
          id: "P58",
          hop: "target-group",
          address: group.address,
          attribute,
          observed: `a target group of the type ${String(group.targetType)} without ${attribute}`,
          required: `${attribute} for targets of this type`,
          symptom: `terraform plan fails: "${attribute}" is required`,
          fix: fix(
            `Give ${group.address} its ${attribute}.`,
            attribute === "port" ? "appPort; remove the override" : BY_NO_PROP,
            value === undefined ? [] : [setting(group.address, attribute, value)],
          ),
        },
        groupUsers(topology).balancersOf(group),
      );
    }
  }
}

function vpcOf({ byId }: Topology, balancer: Balancer | undefined): string | undefined {
  return balancer?.subnetIds.items.map((id) => known(byId.subnet(id)?.vpcId)).find((it) => it !== undefined);
}

/** P59 */
function hasNamesThatAwsTakes(topology: Topology, report: FileReporter): void {
  const named = [
    ...topology.balancers.map((it) => ({ it, of: "balancer" as const, on: [it] as readonly Balancer[] | undefined })),
    ...topology.targetGroups.map((it) => ({
      it,
      of: "target group" as const,
      on: groupUsers(topology).balancersOf(it),
    })),
  ];
  for (const { it, of, on } of named) {
    const name = known(it.name);
    const why =
      it.isData || name === undefined || name.includes("${") || ("type" in it && it.type === "classic")
        ? undefined
        : nameFault(name, of);
    if (why === undefined || name === undefined) continue;
    const better =
      name
        .replace(/^internal-/, "")
        .replace(/[^A-Za-z0-9-]+/g, "-")
        .replace(/^-+/, "")
        .slice(0, 32)
        .replace(/(?<!-)-+$/, "") || "web";
    report.fault(
      {
        id: "P59",
        hop: "listener",
        address: it.address,
        attribute: "name",
        observed: `"${name}" ${why}`,
        required:
          "at most 32 letters, digits and hyphens, none at the ends; a balancer's name does not begin with internal-",
        symptom: 'terraform plan fails: invalid value for "name"',
        fix: fix(`Call it ${better}.`, "no prop names it; remove the override", [setting(it.address, "name", better)]),
      },
      on,
    );
  }
}
