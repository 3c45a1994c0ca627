import { type Change, valueAt } from "../../../topology/changes";
import { listOf, own } from "../../../topology/json";
import { holdsTrue } from "../../../topology/plan-values";
import { known } from "../../../topology/value";
import { code, type EffectRule, type Telling, tell } from "../because";
import type { World } from "../world";
import { leftToRefusal } from "./names-of-rules";
import { NOT_YET } from "./target-group";

/* Load balancers, their listeners and rules. */

/** A new one of these takes minutes, and has another address. */
export const balancerRule: EffectRule = (change, world) => {
  const balancer = world.serving.balancers.get(change.address);
  if (balancer === undefined) return [];
  const hop = "listener";
  if (change.doing === "destroy")
    return tell(change, world, {
      hop,
      effect: "outage",
      then: "nobody is answered any more",
      avoid: "keep it, or move the names to another load balancer first",
      phrase: "once the load balancer is destroyed",
    });
  if (change.doing === "replace") {
    return tell(
      change,
      world,
      change.isCreatedFirst
        ? {
            hop,
            effect: "brief",
            then: "clients that still know the old addresses (the alias record's TTL is 60 s) find nobody there",
            avoid: "apply when few people visit, or keep the old one until nobody asks it any more",
            phrase: "while clients still look for the old load balancer",
          }
        : {
            hop,
            effect: "outage",
            then:
              "for the minutes that a new load balancer takes, and until clients look its name up again, nobody " +
              "is answered",
            avoid:
              "leave the attribute as it is; or build a second load balancer beside it, move the alias record, " +
              "and take the first one away after that",
            phrase: "for the minutes that a new load balancer takes",
          },
    );
  }
  return change.doing === "update" ? tell(change, world, updatedBalancer(change)) : [];
};

function updatedBalancer({ before, after, differing }: Change): Telling {
  const zones = ["subnets", ...differing].find(
    (it) => differing.includes(it) && /^(subnets|subnet_mapping)\b/.test(it),
  );
  const [had, has] = [before, after].map((it) => (Array.isArray(it?.subnets) ? it.subnets : []));
  const lost = (had ?? []).filter((it) => !(has ?? []).includes(it));
  if (zones !== undefined && lost.length > 0) {
    return {
      hop: "listener",
      effect: "brief",
      attribute: zones,
      then: "the load balancer's nodes in the zone that it leaves go, and with them the connections that they hold",
      avoid: "add the new subnets first, and take the old ones away in an apply of its own",
      phrase: "while the load balancer leaves a zone",
    };
  }
  return {
    hop: "listener",
    effect: "none",
    attribute: zones ?? telling(differing),
    then: "the load balancer goes on answering meanwhile",
  };
}

/** What a person looks for comes before what the provider computes. */
function telling(differing: readonly string[]): string {
  return (
    differing.find((it) => it !== "tags" && !/^(arn|id|dns_name|zone_id|vpc_id|arn_suffix)$/.test(it)) ??
    differing[0] ??
    ""
  );
}

export const listenerRule: EffectRule = (change, world) => {
  const listener = world.serving.listeners.get(change.address);
  if (listener === undefined) return [];
  const hop = "listener";
  const port = known(listener.port);
  if (change.doing === "destroy") {
    const isTaken = isServed(world, change, port);
    return tell(
      change,
      world,
      isTaken
        ? {
            hop,
            effect: "brief",
            then: "until the other listener on its port is there, requests to that port are refused",
            avoid: "add a `moved` block, if it is the same listener under another name",
            phrase: "while a listener is exchanged",
          }
        : {
            hop,
            effect: "outage",
            then: `requests to port ${shown(port)} are refused from then on`,
            avoid: "keep a listener on the port, if only to redirect",
            phrase: `on port ${shown(port)}, as its listener is destroyed`,
          },
    );
  }
  if (change.doing === "replace") return tell(change, world, replacedListener(change, shown(port)));
  if (change.doing !== "update") return [];
  const { differing } = change;
  if (differing.includes("port") && holdsTrue(own(change.unknown, "port"))) {
    return tell(change, world, {
      hop,
      effect: "unknown",
      attribute: "port",
      then: `which port it has instead of ${shown(port)} is known after the apply only`,
      avoid: "write out the port",
      phrase: "as the port of a listener is known after the apply only",
    });
  }
  if (differing.includes("port") && !isServed(world, change, port)) {
    return tell(change, world, {
      hop,
      effect: "outage",
      attribute: "port",
      then: `port ${shown(port)} is refused from then on`,
      avoid: `add a listener for the new port, and keep the one on ${shown(port)}`,
      phrase: `on port ${shown(port)}, on which nothing listens any more`,
    });
  }
  if (differing.includes("protocol")) {
    return tell(change, world, {
      hop,
      effect: "outage",
      attribute: "protocol",
      then:
        `clients that speak ${shown(known(listener.protocol))} to port ${shown(port)} are not understood from ` +
        "then on",
      avoid: "give the other protocol a listener of its own on its own port",
      phrase: `on port ${shown(port)} for those who speak as before`,
    });
  }
  if (
    differing.some((it) => it.startsWith("mutual_authentication")) &&
    change.after?.mutual_authentication !== undefined &&
    JSON.stringify(change.after.mutual_authentication).includes('"verify"')
  ) {
    return tell(change, world, {
      hop,
      effect: "outage",
      attribute: "mutual_authentication.mode",
      then: "clients without a certificate of their own are refused",
      avoid: "begin with `passthrough`",
      phrase: "for clients without a certificate",
    });
  }
  if (answersItself(change.after) && !answersItself(change.before)) {
    return tell(change, world, {
      hop,
      effect: "outage",
      attribute: "default_action.fixed_response",
      then:
        `what no rule matches on port ${shown(port)} is answered by the load balancer itself from then on, and ` +
        "comes to no target",
      avoid: "",
      phrase: `on port ${shown(port)}, where the load balancer answers a fixed text`,
    });
  }
  return tell(
    change,
    world,
    toOtherHost(change, world) ??
      toNewGroup(change, world) ?? {
        hop,
        effect: "none",
        attribute: telling(differing),
        then:
          `${change.differing.includes("port") ? "another listener takes its port, and " : ""}new requests are ` +
          "answered in the new way at once",
      },
  );
};

function replacedListener({ forcedBy, isCreatedFirst }: Change, port: string): Telling {
  const hop = "listener";
  if (isCreatedFirst)
    return {
      hop,
      effect: "brief",
      then: `requests to port ${port} are answered by one of both`,
      phrase: "while a listener is exchanged",
    };
  if (!forcedBy.includes("load_balancer_arn"))
    return {
      hop,
      effect: "brief",
      then: `until the new one is there, requests to port ${port} are refused`,
      phrase: "while a listener is replaced",
    };
  return {
    hop,
    effect: "outage",
    then:
      "it goes at once, and the new one waits for the new load balancer, which takes minutes: meanwhile requests " +
      `to port ${port} are refused`,
    avoid: "give it `lifecycle { create_before_destroy = true }` too, if the load balancer has it",
    phrase: "for the minutes that a new load balancer takes",
  };
}

function answersItself(values: Change["before"]): boolean {
  return answersBy(values?.default_action);
}

function answersBy(actions: unknown): boolean {
  return valueAt({ last: listOf(actions).slice(-1) }, "last.type") === "fixed-response";
}

/** Whether something will listen on a port of the same balancer. */
function isServed({ later, serving, byAddress }: World, change: Change, port: number | undefined): boolean {
  const listeners = later.balancers.get(serving.balancerOf.get(change.address)?.address ?? "")?.listeners ?? [];
  return listeners.some(
    (it) => known(it.port) === port && (it.address !== change.address || byAddress.get(it.address)?.doing !== "update"),
  );
}

/** A group that this apply makes has no healthy target when the listener turns to it. */
function toNewGroup(change: Change, { after, later, byAddress, serving }: World): Telling | undefined {
  const found = later.actions.get(change.address) ?? [];
  // A group of weight 0 gets no requests.
  const groups = found.flatMap((it) =>
    it.type === "forward"
      ? it.targetGroups.filter(({ weight }) => known(weight) !== 0).map(({ arn }) => after.byId.targetGroup(arn))
      : [],
  );
  const fresh = groups.filter((it) => it !== undefined && byAddress.get(it.address)?.doing === "create");
  if (serving.targetGroups.size === 0) return undefined;
  const attribute =
    change.differing.find((it) => it.includes("target_group") || it.includes("forward")) ?? telling(change.differing);
  const before =
    serving.listeners.get(change.address)?.defaultActions ?? serving.rules.get(change.address)?.actions ?? [];
  const had = new Set(
    before.flatMap((it) =>
      it.type === "forward"
        ? it.targetGroups.filter(({ weight }) => known(weight) !== 0).map(({ arn }) => known(arn))
        : [],
    ),
  );
  if (groups.length === 0 && had.size > 0 && found.some(({ type }) => type === "forward"))
    return {
      hop: "listener",
      effect: "unknown",
      attribute,
      then:
        "all target groups that it forwards to have the weight 0 from then on, and nobody can tell here what is " +
        "answered then",
      avoid: "give one of them a weight",
      phrase: "as no target group has a weight",
    };
  if (fresh.length === 0) {
    const idle = groups.find((it) => it !== undefined && it.registrations.length === 0 && !had.has(known(it.arn)));
    return idle === undefined
      ? undefined
      : {
          hop: "target-group",
          effect: "unknown",
          attribute,
          then:
            `the plan holds no target of ${code(idle.address)}, to which it turns, so nobody can tell here ` +
            "whether that answers",
          avoid: "make sure that the target group has healthy targets before the apply",
          phrase: `as ${code(idle.address)}, to which requests are turned, has no targets in this plan`,
        };
  }
  return {
    hop: "listener",
    effect: "brief",
    attribute,
    then:
      `${fresh.length < groups.length ? "a target group that it turns to as well" : "the target group that it turns to"}` +
      ` is new, and ${NOT_YET}`,
    avoid: "make the new target group and its targets in an earlier apply",
    phrase: "until the new target group's targets are healthy",
  };
}

/** Whether requests that came to targets are sent to a name that nothing in the plan answers. */
function toOtherHost(change: Change, { later, serving }: World): Telling | undefined {
  const [had, has] = [
    (serving.listeners.get(change.address)?.defaultActions ?? serving.rules.get(change.address)?.actions)?.at(-1),
    later.actions.get(change.address)?.at(-1),
  ];
  const host = had?.type === "forward" && has?.type === "redirect" ? known(has.host)?.toLowerCase() : undefined;
  if (host === undefined || host.includes("#{") || later.answering(host).length > 0) return undefined;
  return {
    hop: "listener",
    effect: "unknown",
    attribute: `${serving.listeners.has(change.address) ? "default_action" : "action"}.redirect`,
    then:
      `requests are sent to ${code(host)}, of which this plan has no record, so nobody can tell here whether ` +
      "that answers",
    avoid: "make sure that it answers before the apply",
    phrase: `as requests are sent to ${code(host)}, which is not in this plan`,
  };
}

export const listenerRuleRule: EffectRule = (change, world) => {
  if (change.type === "aws_lb_listener_rule" && takesAll(change) && !world.serving.rules.has(change.address))
    return tellOfTaking(change, world);
  if (!world.serving.rules.has(change.address)) return [];
  const hop = "listener";
  const refused = leftToRefusal(change, world);
  if (refused !== undefined) return tell(change, world, refused);
  if (change.doing === "destroy")
    return tell(change, world, {
      hop,
      effect: "none",
      then: "what it matched is answered by the rules after it, or by the listener's default action",
    });
  if (change.doing === "replace")
    return tell(change, world, {
      hop,
      effect: "brief",
      then: "in between, what it matches is answered by the rules after it",
      phrase: "while a listener rule is replaced",
    });
  if (change.doing !== "update") return [];
  return tell(
    change,
    world,
    toOtherHost(change, world) ??
      toNewGroup(change, world) ?? {
        hop,
        effect: "none",
        attribute: telling(change.differing),
        then: "new requests are answered in the new way at once",
      },
  );
};

/** A new rule for every path by which the balancer answers itself. */
function takesAll({ doing, after }: Change): boolean {
  const conditions = listOf(after?.condition);
  const isEvery = (condition: unknown) =>
    listOf(valueAt({ condition }, "condition.path_pattern.values")).some((it) => it === "*" || it === "/*");
  return doing === "create" && answersBy(after?.action) && conditions.length > 0 && conditions.every(isEvery);
}

function tellOfTaking(change: Change, world: World): ReturnType<EffectRule> {
  const listener = [...world.serving.listeners.values()].find(({ arn }) => known(arn) === change.after?.listener_arn);
  if (listener === undefined) return [];
  return tell(change, world, {
    hop: "listener",
    effect: "outage",
    attribute: "",
    then:
      `it matches every request to port ${shown(known(listener.port))}, and the load balancer answers itself: no ` +
      "request comes to a target any more",
    avoid: "",
    phrase: `on port ${shown(known(listener.port))}, where the load balancer answers a fixed text`,
  });
}

function shown(value: string | number | undefined): string {
  return value === undefined ? "that it had" : String(value);
}
