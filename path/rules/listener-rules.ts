import { addTo } from "../../topology/lists";
import type { Condition, Listener, ListenerRule, Topology } from "../../topology/model";
import { isUnknown, known } from "../../topology/value";
import { certificatesAt } from "../analysis/certificates/picked-certificates";
import { shownHost } from "../analysis/requests/shown";
import type { Step, TracedPath } from "../analysis/requests/traced-path";
import { includes } from "../analysis/requests/wildcards";
import { groupUsers } from "../analysis/targets/group-users";
import { fix, setting } from "../fixes/fix";
import { forward, lastPriority, likelyGroup } from "../fixes/listener-repairs";
import type { Edit } from "../report";
import type { FileReporter, Reporter } from "./rule";
import type { Rules } from "./subjects";

/* Listener rules: which requests they take, and which they take from others. */

/** A balancer takes 100 rules unless AWS raises that; an earlier rule further away than this is not looked for. */
const MAX_EARLIER = 250;
const NO_PROP = "no prop causes this: the stack has no rules; mend the rule that was added";

export const listenerRuleRules: Rules = { path: [isAnsweredBySomething], file: [hasItsOwnPriority, isReached] };

/** P26 */
function isAnsweredBySomething(path: TracedPath, report: Reporter): void {
  const { host, isOwnName, topology, balancer, records } = path;
  // Of names that stand for many, rules take some.
  if (balancer === undefined || records.some(({ fqdn }) => /^(\*|\\052)\./.test(known(fqdn) ?? "*."))) return;
  for (const step of path.steps) {
    const only = refusal(step);
    if (only === undefined) continue;
    const { listener } = step;
    if (listener.rules.length === 0 && groupUsers(topology).idleGroups.length === 0) {
      // Services that bring their own rules have them in files of their own.
      report.assume({
        hop: "listener",
        address: listener.address,
        text: `other files add the rules of ${listener.address}, which only answers ${only} here`,
      });
      continue;
    }
    if (isOwnName && listener.rules.length > 0) {
      report.assume({
        hop: "listener",
        address: listener.address,
        text: `the names in the rules of ${listener.address} lead to the balancer by records that are not in this file`,
      });
      continue;
    }
    // Such a rule may be this listener's.
    const open = topology.looseRules.map(({ listenerArn }) => listenerArn).find(isUnknown);
    if (open !== undefined) {
      report.open("listener", open);
      continue;
    }
    report.fault({
      id: "P26",
      hop: "listener",
      severity: isForOthers(path, listener) ? "warning" : "error",
      address: listener.address,
      attribute: listener.defaultActions.at(-1)?.attribute ?? "default_action",
      observed:
        `${listener.rules.length === 0 ? "no rule" : `none of ${listener.rules.length} rules (${namesIn(listener)})`}` +
        ` takes requests to ${isOwnName ? "this balancer" : host}${path.hasPath ? path.url.pathname : ""}, and ` +
        `the default answers ${only}`,
      required: `a rule for ${shownHost(host)}, or a default action that forwards`,
      symptom: `${only} with a fixed text at every request to ${shownHost(host)}`,
      fix: isOwnName || listener.rules.length === 0 ? forwardByDefault(path, listener) : addRule(path, listener),
    });
  }
}

/**
 * Whether the rules may well be for names whose records are elsewhere, so that this one is the balancer's technical
 * name: nobody asked for this URL, and the listener has no certificate, or one that covers a name of the rules.
 */
function isForOthers(path: TracedPath, listener: Listener): boolean {
  if (path.hasPath) return false;
  const found = forOthers.get(listener) ?? mayBeForOthers(path, listener);
  forOthers.set(listener, found);
  return found;
}

/** Asked for each name that no rule takes. */
const forOthers = new WeakMap<Listener, boolean>();

function mayBeForOthers(path: TracedPath, listener: Listener): boolean {
  const hosts = new Set(
    listener.rules
      .flatMap(({ conditions }) => conditions)
      .filter(({ kind }) => kind === "host-header")
      .flatMap(({ values }) => values.items.map((it) => it.toLowerCase())),
  );
  if (hosts.size === 0) return false;
  const { all, firstOpen, isGoodFor } = certificatesAt(listener, path);
  return all.length === 0 || firstOpen !== undefined || [...hosts].some(isGoodFor);
}

/** The code of the fixed text that is all a request can get; nothing if it can get something else, or perhaps can. */
function refusal({ outcomes }: Step): string | undefined {
  const codes = outcomes.map(({ actions, rule }) => {
    const last = actions.at(-1);
    return rule === undefined && last?.type === "fixed-response" ? known(last.statusCode) : undefined;
  });
  const [code] = codes;
  return outcomes.length > 0 && codes.every((it) => it !== undefined && /^[45]/.test(it)) ? code : undefined;
}

/** Asked for each name that no rule takes, as the priorities are. */
const shownNames = new WeakMap<Listener, string>();

function namesIn(listener: Listener): string {
  const found = shownNames.get(listener) ?? namesOfRules(listener);
  shownNames.set(listener, found);
  return found;
}

function namesOfRules({ rules }: Listener): string {
  const names = [
    ...new Set(
      rules
        .flatMap(({ conditions }) => conditions)
        .filter(({ kind }) => kind === "host-header" || kind === "path-pattern")
        .flatMap(({ values }) => values.items),
    ),
  ];
  return names.length === 0
    ? "for other requests"
    : `for ${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""}`;
}

function forwardByDefault({ topology, balancer }: TracedPath, listener: Listener): ReturnType<typeof fix> {
  const group = balancer && likelyGroup(topology, balancer);
  return fix(
    `Let the default action of ${listener.address} forward to ${group?.address ?? "the target group"}.`,
    NO_PROP,
    group === undefined ? [] : [setting(listener.address, "default_action", forward(group))],
  );
}

function addRule({ topology, balancer, host }: TracedPath, listener: Listener): ReturnType<typeof fix> {
  const group = balancer && likelyGroup(topology, balancer);
  const edits: Edit[] =
    group === undefined
      ? []
      : [
          {
            add: "aws_lb_listener_rule",
            name: host.replace(/[^A-Za-z0-9]/g, "_"),
            like: listener.address,
            body: {
              listener_arn: known(listener.arn) ?? `\${${listener.address}.arn}`,
              priority: lastPriority(listener),
              condition: [{ host_header: { values: [host] } }],
              action: forward(group),
            },
          },
        ];
  return fix(`Add a rule for ${host} to ${listener.address}.`, NO_PROP, edits);
}

/** P27 of rules */
function hasItsOwnPriority(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers) {
    for (const listener of balancer.listeners) {
      const first = new Map<number, ListenerRule>();
      for (const rule of listener.rules) {
        const priority = known(rule.priority);
        const earlier = priority === undefined ? undefined : first.get(priority);
        if (priority !== undefined && earlier === undefined) first.set(priority, rule);
        if (earlier === undefined || earlier.address === rule.address) continue;
        const free = lastPriority(listener);
        report.fault(
          {
            id: "P27",
            hop: "listener",
            address: rule.address,
            attribute: "priority",
            observed: `${earlier.address} has priority ${priority} on ${listener.address} too`,
            required: "a priority of its own for each rule of a listener",
            symptom: "the apply fails: PriorityInUse",
            fix: fix(`Give ${rule.address} the priority ${free}.`, NO_PROP, [setting(rule.address, "priority", free)]),
          },
          [balancer],
        );
      }
    }
  }
}

/** P28 */
function isReached(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers) {
    for (const listener of balancer.listeners) {
      const rules = listener.rules.filter(({ priority }) => known(priority) !== undefined);
      const hidden = new Map<ListenerRule, ListenerRule[]>();
      const earlierOf = earlierRules(rules);
      let everything: ListenerRule | undefined;
      rules.forEach((rule, index) => {
        const by =
          earlierOf(rule, index) ??
          (everything !== undefined && !doesTheSame(everything, rule) ? everything : undefined);
        if (by !== undefined) addTo(hidden, by, rule);
        if (everything === undefined && rule.conditions.length > 0 && rule.conditions.every(isAlwaysTrue))
          everything = rule;
      });
      for (const [by, those] of hidden) {
        const free = lastPriority(listener);
        const shown = those
          .slice(0, 3)
          .map(({ address, priority }) => `${address} (${known(priority)})`)
          .join(", ");
        report.fault(
          {
            id: "P28",
            hop: "listener",
            address: by.address,
            attribute: "priority",
            observed:
              `priority ${known(by.priority)} comes first and takes every request of ` +
              `${shown}${those.length > 3 ? ` and ${those.length - 3} others` : ""}`,
            required: "the narrower rule first",
            symptom: "the wrong target group answers; the later rule is never reached",
            share: `requests meant for ${those.length === 1 ? "1 rule" : `${those.length} rules`} of ${rules.length}`,
            fix: fix(`Give ${by.address} a priority after those that it hides, such as ${free}.`, NO_PROP, [
              setting(by.address, "priority", free),
            ]),
          },
          [balancer],
        );
      }
    }
  }
}

/**
 * The first rule before another one that takes all its requests and answers them otherwise; of those that answer alike
 * none is looked at.
 */
function earlierRules(rules: readonly ListenerRule[]): (rule: ListenerRule, index: number) => ListenerRule | undefined {
  const places = new Map<string, number[]>();
  rules.slice(0, MAX_EARLIER).forEach((rule, place) => {
    const text = doings(rule);
    if (text !== undefined) addTo(places, text, place);
  });
  return (rule, index) => {
    const own = doings(rule);
    if (own === undefined) return undefined;
    let first: number | undefined;
    for (const [text, those] of places) {
      if (text === own) continue;
      const found = those.find((place) => place >= (first ?? index) || isBefore(rules[place], rule));
      if (found !== undefined && found < (first ?? index)) first = found;
    }
    return first === undefined ? undefined : rules[first];
  };
}

function isBefore(earlier: ListenerRule | undefined, rule: ListenerRule): boolean {
  return earlier !== undefined && known(earlier.priority) !== known(rule.priority) && takesAllOf(earlier, rule);
}

/** Rules that answer alike, or perhaps do, take nothing from each other. */
function doesTheSame(a: ListenerRule, b: ListenerRule): boolean {
  const [one, other] = [doings(a), doings(b)];
  return one === undefined || other === undefined || one === other;
}

const doingsOfRules = new WeakMap<ListenerRule, { readonly text: string | undefined }>();

function doings(rule: ListenerRule): string | undefined {
  const found = doingsOfRules.get(rule);
  if (found !== undefined) return found.text;
  let isOpen = false;
  const text = JSON.stringify(rule.actions, (key, value: unknown) => {
    isOpen ||= isUnknown(value) || value === "unknown";
    return key === "attribute" ? undefined : value;
  });
  const made = { text: isOpen ? undefined : text };
  doingsOfRules.set(rule, made);
  return made.text;
}

/** Whether each request that the later rule takes is taken by the earlier one. */
function takesAllOf(earlier: ListenerRule, later: ListenerRule): boolean {
  return (
    earlier.conditions.length > 0 &&
    earlier.conditions.every(
      (broad) => isAlwaysTrue(broad) || later.conditions.some((narrow) => isBroader(broad, narrow)),
    )
  );
}

function isAlwaysTrue({ kind, values: { items } }: Condition): boolean {
  return (
    (kind === "host-header" && items.includes("*")) ||
    (kind === "path-pattern" && (items.includes("*") || items.includes("/*")))
  );
}

function isBroader(broad: Condition, narrow: Condition): boolean {
  if (broad.kind !== narrow.kind || narrow.values.open !== undefined || narrow.values.items.length === 0) return false;
  const isCovered = (value: string): boolean => {
    if (broad.kind === "host-header")
      return broad.values.items.some((it) => includes(it.toLowerCase(), value.toLowerCase()));
    if (broad.kind === "path-pattern") return broad.values.items.some((it) => includes(it, value));
    if (broad.kind === "http-request-method" || broad.kind === "source-ip") return broad.values.items.includes(value);
    // A header's name and a query's alternatives are more than its values.
    return false;
  };
  return narrow.values.items.every(isCovered);
}
