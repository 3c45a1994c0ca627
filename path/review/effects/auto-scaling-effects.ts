import { type Change, valueAt } from "../../../topology/changes";
import { own } from "../../../topology/json";
import { type EffectRule, named, type Telling, tell } from "../because";
import { goesFirst, isGone } from "../world";

/* Auto Scaling groups, and what they make their instances of. */

const hop = "target";

export const autoScalingRule: EffectRule = (change, world) => {
  const found = change.type === "aws_autoscaling_group" ? world.serving.servers.get(change.address) : undefined;
  if (found === undefined) return [];
  if (change.doing === "update") return tell(change, world, updated(change));
  if (change.doing !== "destroy" && change.doing !== "replace") return [];
  const stays = (server: string | undefined) => server !== change.address && !isGone(world.byAddress.get(server ?? ""));
  const others = found.groups.every(({ registrations }) =>
    registrations.some(({ address }) => stays(world.serving.serverOf.get(address))),
  );
  return tell(change, world, change.doing === "destroy" ? destroyed(others) : replaced(change, others));
};

/** @param others whether other targets of its groups answer meanwhile */
function destroyed(others: boolean): Telling {
  return {
    hop,
    effect: others ? "brief" : "outage",
    then: "its instances go with it",
    avoid: "keep it until another one serves",
    phrase: "as its last targets are destroyed",
  };
}

/** @param others whether other targets of its groups answer meanwhile */
function replaced(change: Change, others: boolean): Telling {
  const gone: Omit<Telling, "then"> = {
    hop,
    effect: others ? "brief" : "outage",
    phrase: others
      ? "while some of the targets are away"
      : "until the instances of a new Auto Scaling group have booted",
  };
  if (!change.isCreatedFirst)
    return {
      ...gone,
      then: "its instances go, and new ones are started once they are gone",
      avoid: "give it `lifecycle { create_before_destroy = true }` with `name_prefix`, and `wait_for_elb_capacity`",
    };
  const waits = [own(change.after, "wait_for_elb_capacity"), own(change.after, "min_elb_capacity")].some(
    (it) => typeof it === "number" && it > 0,
  );
  if (waits)
    return {
      hop,
      effect: "none",
      then: "terraform waits until the new instances are healthy in the target group before the old ones go",
    };
  return {
    ...gone,
    then: "terraform takes the old instances away without waiting until the new ones answer",
    avoid: "set `wait_for_elb_capacity` to the number that must be healthy before",
  };
}

function updated({ before, after, differing }: Change): Telling {
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
  if (template !== undefined) return withTemplate(template, after);
  const attribute = differing.find((it) => it !== "tags" && it !== "tag");
  return { hop, effect: "none", attribute, then: "its instances go on answering" };
}

/** Its instances are made of something else from now on. */
function withTemplate(attribute: string, after: Change["after"]): Telling {
  const refresh = valueAt(after, "instance_refresh.strategy");
  if (refresh === undefined || refresh === null)
    return {
      hop,
      effect: "none",
      attribute,
      then: "instances that run stay as they are; only new ones follow the new template",
      avoid: "",
    };
  const least = valueAt(after, "instance_refresh.preferences.min_healthy_percentage");
  if (typeof least !== "number" || least >= 50)
    return {
      hop,
      effect: "none",
      attribute,
      then: "instances are exchanged in turn, each once the last one is healthy",
    };
  return {
    hop,
    effect: least === 0 ? "outage" : "brief",
    attribute,
    then: `instances are exchanged until only ${least} % are healthy`,
    avoid: "raise `min_healthy_percentage`",
    phrase: "while its instances are refreshed",
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
