import { type Change, valueAt } from "../../../topology/changes";
import { own } from "../../../topology/json";
import { type CauseParts, type EffectRule, named, report } from "../because";
import { goesFirst, isGone } from "../world";

/* Auto Scaling groups and launch configurations. */

const hop = "target";

export const autoScalingRule: EffectRule = (change, world) => {
  const found = change.type === "aws_autoscaling_group" ? world.serving.servers.get(change.address) : undefined;
  if (found === undefined) return [];
  if (change.doing === "update") return report(change, world, updated(change));
  if (change.doing !== "destroy" && change.doing !== "replace") return [];
  const stays = (server: string | undefined) => server !== change.address && !isGone(world.byAddress.get(server ?? ""));
  const others = found.groups.every(({ registrations }) =>
    registrations.some(({ address }) => stays(world.serving.serverOf.get(address))),
  );
  return report(change, world, change.doing === "destroy" ? destroyed(others) : replaced(change, others));
};

/** @param others whether its target groups keep other targets */
function destroyed(others: boolean): CauseParts {
  return {
    hop,
    effect: others ? "brief" : "outage",
    then: "its instances are terminated",
    avoid: "keep it until another Auto Scaling group serves the requests",
    phrase: "because its last targets are destroyed",
  };
}

/** @param others whether its target groups keep other targets */
function replaced(change: Change, others: boolean): CauseParts {
  const gone: Omit<CauseParts, "then"> = {
    hop,
    effect: others ? "brief" : "outage",
    phrase: others ? "while some targets are down" : "until the instances of the new Auto Scaling group have booted",
  };
  if (!change.isCreatedFirst)
    return {
      ...gone,
      then: "its instances are terminated, and the new ones start only after that",
      avoid: "add `lifecycle { create_before_destroy = true }`, `name_prefix` and `wait_for_elb_capacity`",
    };
  const waits = [own(change.after, "wait_for_elb_capacity"), own(change.after, "min_elb_capacity")].some(
    (it) => typeof it === "number" && it > 0,
  );
  if (waits)
    return {
      hop,
      effect: "none",
      then: "Terraform terminates the old instances only when the new ones are healthy in the target group",
    };
  return {
    ...gone,
    then: "Terraform terminates the old instances without waiting for the new ones to become healthy",
    avoid: "set `wait_for_elb_capacity` to the number of instances that must be healthy first",
  };
}

function updated({ before, after, differing }: Change): CauseParts {
  const emptied = ["max_size", "desired_capacity"].find(
    (it) => differing.includes(it) && own(after, it) === 0 && own(before, it) !== 0,
  );
  if (emptied !== undefined)
    return {
      hop,
      effect: "outage",
      attribute: emptied,
      then: "all its instances are terminated",
      avoid: "keep at least one",
      phrase: "because all instances are terminated",
    };
  const template = differing.find((it) => /^(launch_template|launch_configuration|mixed_instances_policy)/.test(it));
  if (template !== undefined) return withTemplate(template, after);
  const attribute = differing.find((it) => it !== "tags" && it !== "tag");
  return { hop, effect: "none", attribute, then: "its instances stay in service" };
}

/** New instances use another template. */
function withTemplate(attribute: string, after: Change["after"]): CauseParts {
  const refresh = valueAt(after, "instance_refresh.strategy");
  if (refresh === undefined || refresh === null)
    return {
      hop,
      effect: "none",
      attribute,
      then: "running instances are not changed; only new ones use the new template",
      avoid: "",
    };
  const least = valueAt(after, "instance_refresh.preferences.min_healthy_percentage");
  if (typeof least !== "number" || least >= 50)
    return {
      hop,
      effect: "none",
      attribute,
      then: "instances are replaced in turn while at least half of them stay healthy",
    };
  return {
    hop,
    effect: least === 0 ? "outage" : "brief",
    attribute,
    then: `the instance refresh keeps only ${least}% of the instances healthy`,
    avoid: "raise `min_healthy_percentage`",
    phrase: "while its instances are refreshed",
  };
}

/** Launch configurations that an Auto Scaling group still uses. */
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
  return report(change, world, {
    hop: users.some(({ address }) => world.serving.servers.has(address)) ? hop : null,
    effect: "fails",
    then:
      `AWS refuses to delete it with \`ResourceInUse\` because ${named(users.map(({ address }) => address))} still ` +
      `${users.length === 1 ? "uses" : "use"} it`,
    avoid:
      "add `lifecycle { create_before_destroy = true }` and use `name_prefix` instead of `name`; or use a launch " +
      "template",
    phrase: "the launch configuration is still in use by the Auto Scaling group",
  });
};
