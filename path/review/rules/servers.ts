import { type Change, valueAt } from "../../../topology/changes";
import { listOf, own } from "../../../topology/json";
import type { TargetGroup } from "../../../topology/model";
import { type EffectRule, named, type Telling, tell } from "../because";
import { goesFirst, isGone, type World } from "../world";

/* What answers: instances, and Auto Scaling groups. */

const hop = "target";
/** An instance is stopped, changed and started by these; AWS takes none of them while it runs. */
const STOPPING =
  /^(instance_type|user_data|user_data_base64|ebs_optimized|cpu_options|cpu_core_count|cpu_threads_per_core|enclave_options|hibernation|tenancy|host_id|placement_partition_number|capacity_reservation_specification)(\.|$)/;

export const instanceRule: EffectRule = (change, world) => {
  const found = change.type === "aws_instance" ? world.serving.servers.get(change.address) : undefined;
  if (found === undefined) return [];
  const stopping = stoppingIn(change);
  if (!isGone(change) && stopping === undefined) {
    return change.doing === "update"
      ? tell(change, world, {
          hop,
          effect: "none",
          attribute: change.differing.find((it) => it !== "tags"),
          then: "the instance runs on",
        })
      : [];
  }
  // Of a group that goes as well nobody asks any more.
  const groups = found.groups.filter(({ address }) => world.byAddress.get(address)?.doing !== "destroy");
  if (groups.length === 0)
    return tell(change, world, {
      hop,
      effect: "none",
      attribute: stopping,
      then: "the target groups that it is in go as well, and nothing is sent to it by then",
    });
  const shares = groups.map((group) => shareOf(group, world));
  const worst = shares.find(({ left }) => left === 0);
  const { hit, all } = worst ?? shares[0] ?? { hit: 1, all: 1 };
  const isRestart = !isGone(change);
  const how = isRestart
    ? "it is stopped, changed and started again"
    : change.doing === "destroy"
      ? "it goes, with the requests that it has begun"
      : change.isCreatedFirst
        ? "terraform takes the old one away without waiting until the new one answers"
        : "it is away until the new one has booted";
  const attribute = stopping !== undefined && isRestart ? stopping : undefined;
  if (worst === undefined) {
    return tell(change, world, {
      hop,
      effect: "brief",
      attribute,
      then: `${how}; ${all - hit} of ${all} targets answer meanwhile`,
      avoid: "take it out of the target group first, and let it end what it has begun",
      phrase:
        isRestart || change.doing === "replace" ? "while some of the targets are away" : "as some of the targets go",
    });
  }
  if (change.doing === "destroy" && !isReplacedElsewhere(world)) {
    return tell(change, world, {
      hop,
      effect: "outage",
      then: "no target is left in its group, and the load balancer answers 503",
      avoid: "register another target first, and let that one become healthy",
      phrase: "as its last targets are destroyed",
    });
  }
  const many = all === 1 ? "the only target is" : all === 2 ? "both targets are" : `all ${all} targets are`;
  return tell(change, world, {
    hop,
    effect: "outage",
    attribute,
    then: `${how}, and so ${many} away at the same time: the load balancer answers 503 or 504 until they have booted`,
    avoid:
      `${isRestart ? "change" : "replace"} one instance after the other (\`terraform apply -target=…\`), each ` +
      "once the last one is healthy; or put them into an Auto Scaling group that refreshes them in turn",
    phrase:
      `for the time ${all === 1 ? "an instance needs" : `${inWords(all)} instances need`} to ` +
      `${isRestart ? "stop and start" : "boot"}`,
  });
};

function stoppingIn({ doing, differing }: Change): string | undefined {
  return doing === "update" ? differing.find((it) => STOPPING.test(it)) : undefined;
}

export interface Share {
  readonly hit: number;
  readonly all: number;
  readonly left: number;
}

/** By the groups of what stands; asked for by each of their servers. */
const shares = new WeakMap<TargetGroup, Share>();

/** How many of a group's targets are away at once, be it by a change or as an action stops them. */
export function shareOf(group: TargetGroup, { byAddress, serving, stopped }: World): Share {
  const known = shares.get(group);
  if (known !== undefined) return known;
  const { registrations } = group;
  const hit = registrations.filter(({ address, targetId }) => {
    const server = serving.serverOf.get(address) ?? "";
    const change = byAddress.get(server);
    if (change !== undefined && (isGone(change) || stoppingIn(change) !== undefined)) return true;
    return (
      stopped.size > 0 &&
      [targetId, serving.servers.get(server)?.server.id].some((id) => typeof id === "string" && stopped.has(id))
    );
  }).length;
  const share = { hit, all: registrations.length, left: registrations.length - hit };
  shares.set(group, share);
  return share;
}

function isReplacedElsewhere({ created }: World): boolean {
  return created.has("aws_instance") || created.has("aws_autoscaling_group");
}

function inWords(count: number): string {
  return ["no", "one", "two", "three", "four", "five", "six"][count] ?? String(count);
}

export const autoScalingRule: EffectRule = (change, world) => {
  const found = change.type === "aws_autoscaling_group" ? world.serving.servers.get(change.address) : undefined;
  if (found === undefined) return [];
  const stays = (server: string | undefined) => server !== change.address && !isGone(world.byAddress.get(server ?? ""));
  const others = found.groups.every(({ registrations }) =>
    registrations.some(({ address }) => stays(world.serving.serverOf.get(address))),
  );
  const gone: Omit<Telling, "then"> = {
    hop,
    effect: others ? "brief" : "outage",
    phrase: others
      ? "while some of the targets are away"
      : "until the instances of a new Auto Scaling group have booted",
  };
  if (change.doing === "destroy")
    return tell(change, world, {
      ...gone,
      then: "its instances go with it",
      avoid: "keep it until another one serves",
      phrase: "as its last targets are destroyed",
    });
  if (change.doing === "replace") {
    if (!change.isCreatedFirst)
      return tell(change, world, {
        ...gone,
        then: "its instances go, and new ones are started once they are gone",
        avoid: "give it `lifecycle { create_before_destroy = true }` with `name_prefix`, and `wait_for_elb_capacity`",
      });
    const waits = [own(change.after, "wait_for_elb_capacity"), own(change.after, "min_elb_capacity")].some(
      (it) => typeof it === "number" && it > 0,
    );
    if (waits)
      return tell(change, world, {
        hop,
        effect: "none",
        then: "terraform waits until the new instances are healthy in the target group before the old ones go",
      });
    return tell(change, world, {
      ...gone,
      then: "terraform takes the old instances away without waiting until the new ones answer",
      avoid: "set `wait_for_elb_capacity` to the number that must be healthy before",
    });
  }
  return change.doing === "update" ? tell(change, world, updatedGroup(change)) : [];
};

function updatedGroup({ before, after, differing }: Change): Telling {
  const emptied = ["max_size", "desired_capacity"].find(
    (it) => differing.includes(it) && own(after, it) === 0 && own(before, it) !== 0,
  );
  if (emptied !== undefined)
    return {
      hop,
      effect: "outage",
      attribute: emptied,
      then: "all its instances are ended",
      avoid: "keep at least one",
      phrase: "as all instances are ended",
    };
  const template = differing.find((it) => /^(launch_template|launch_configuration|mixed_instances_policy)/.test(it));
  const refresh = valueAt(after, "instance_refresh.strategy");
  if (template === undefined)
    return {
      hop,
      effect: "none",
      attribute: differing.find((it) => it !== "tags" && it !== "tag"),
      then: "its instances go on answering",
    };
  if (refresh === undefined || refresh === null)
    return {
      hop,
      effect: "none",
      attribute: template,
      then: "instances that run stay as they are; only new ones follow the new template",
      avoid: "",
    };
  const least = valueAt(after, "instance_refresh.preferences.min_healthy_percentage");
  const isHarsh = typeof least === "number" && least < 50;
  return isHarsh
    ? {
        hop,
        effect: least === 0 ? "outage" : "brief",
        attribute: template,
        then: `instances are exchanged until only ${least} % are healthy`,
        avoid: "raise `min_healthy_percentage`",
        phrase: "while its instances are refreshed",
      }
    : {
        hop,
        effect: "none",
        attribute: template,
        then: "instances are exchanged in turn, each once the last one is healthy",
      };
}

/** What an Auto Scaling group makes its instances of, where it is no template. */
export const launchConfigurationRule: EffectRule = (change, world) => {
  if (change.type !== "aws_launch_configuration" || !goesFirst(change)) return [];
  const name = own(change.before, "name");
  const users = world.changes.filter(
    (it) =>
      it.type === "aws_autoscaling_group" &&
      !it.isData &&
      typeof name === "string" &&
      own(it.before, "launch_configuration") === name &&
      !goesFirst(it) &&
      (change.doing === "replace" || it.doing === "none"),
  );
  if (users.length === 0) return [];
  return tell(change, world, {
    hop: users.some(({ address }) => world.serving.servers.has(address)) ? hop : null,
    effect: "fails",
    then:
      `AWS refuses to destroy it with \`ResourceInUse\`, as ${named(users.map(({ address }) => address))} still ` +
      `${users.length === 1 ? "uses" : "use"} it at that moment`,
    avoid:
      "give it `lifecycle { create_before_destroy = true }` and `name_prefix` in place of `name`; or use a " +
      "launch template",
    phrase: "the launch configuration is still in use by the Auto Scaling group",
  });
};

/** A service of ECS, which registers its tasks itself. */
export const serviceRule: EffectRule = (change, world) => {
  if (change.type !== "aws_ecs_service") return [];
  const groups = listOf(own(change.before, "load_balancer")).map((it) => own(it, "target_group_arn"));
  if (!groups.some((arn) => typeof arn === "string" && world.serving.forwarders.has(arn))) return [];
  if (change.doing === "destroy")
    return tell(change, world, {
      hop,
      effect: "outage",
      then: "its tasks go with it",
      avoid: "keep it until another one serves",
      phrase: "as its last targets are destroyed",
    });
  if (change.doing === "replace") {
    return tell(
      change,
      world,
      change.isCreatedFirst
        ? {
            hop,
            effect: "brief",
            then:
              "terraform takes the old tasks away without waiting until the new ones answer, unless " +
              "`wait_for_steady_state` is on",
            phrase: "while a service is exchanged",
          }
        : {
            hop,
            effect: "outage",
            then: "its tasks go, and new ones are started once they are gone",
            avoid: "make a second service beside it, and take the first one away when that is healthy",
            phrase: "until the tasks of a new service have started",
          },
    );
  }
  if (change.doing !== "update") return [];
  const { after, differing } = change;
  if (differing.includes("desired_count") && own(after, "desired_count") === 0)
    return tell(change, world, {
      hop,
      effect: "outage",
      attribute: "desired_count",
      then: "all its tasks are stopped",
      avoid: "keep at least one",
      phrase: "as all tasks are stopped",
    });
  const stays = new Set(listOf(own(after, "load_balancer")).map((it) => own(it, "target_group_arn")));
  // What is known after the apply only may be the same group.
  const isLeaving =
    own(change.unknown, "load_balancer") === undefined &&
    groups.some((arn) => typeof arn === "string" && world.serving.forwarders.has(arn) && !stays.has(arn));
  if (isLeaving)
    return tell(change, world, {
      hop: "target-group",
      effect: "outage",
      attribute: "load_balancer",
      then: "its tasks leave a target group that requests are forwarded to",
      avoid: "let another service answer in that group first",
      phrase: "as a service leaves its target group",
    });
  const renewing = differing.find((it) =>
    /^(task_definition|force_new_deployment|network_configuration|load_balancer|platform_version|capacity_provider_strategy)/.test(
      it,
    ),
  );
  if (renewing !== undefined && own(after, "deployment_minimum_healthy_percent") === 0) {
    return tell(change, world, {
      hop,
      effect: "outage",
      attribute: renewing,
      then: "ECS may stop all tasks before new ones answer",
      avoid: "raise `deployment_minimum_healthy_percent`",
      phrase: "while all tasks of a service are exchanged",
    });
  }
  return tell(change, world, {
    hop,
    effect: "none",
    attribute: renewing ?? differing.find((it) => it !== "tags"),
    then:
      renewing === undefined
        ? "its tasks go on answering"
        : "tasks are exchanged in turn, each once a new one is healthy",
  });
};
