import * as expected from "./expected";
import type { Fields } from "./fields";
import { grouped, strayAmong } from "./lists";
import type { Action, CertificateUse, Condition, Listener, ListenerRule } from "./model";
import { partOf } from "./part";
import type { Resource, Source } from "./source";
import { certificateUse } from "./tls";
import { NOT_KNOWN } from "./unread";
import { type Attr, known, Unknown } from "./value";

export function listenerRulesOf(source: Source): ListenerRule[] {
  return source.ofType("aws_lb_listener_rule").map(ruleOf);
}

export function listenersOf(source: Source, allRules: readonly ListenerRule[]): Listener[] {
  const rules = grouped(allRules, (rule) => rule.listenerArn);
  const beside = source.ofType("aws_lb_listener_certificate");
  const listenerOf = (it: Resource) => it.fields.text("listener_arn", expected.LISTENER);
  const extra = grouped(beside, listenerOf);
  const stray = strayAmong(beside, listenerOf);
  const perhaps: readonly CertificateUse[] = stray === undefined ? [] : [{ arn: stray, address: stray.address }];
  return source.ofType("aws_lb_listener", "data.aws_lb_listener").map((it): Listener => {
    const arn = it.identity("arn");
    const key = typeof arn === "string" ? arn : "";
    const own = certificateUse(it);
    return {
      ...partOf(it),
      arn,
      balancerArn: it.fields.text("load_balancer_arn", expected.BALANCER),
      port: it.fields.number("port"),
      protocol:
        it.fields.text("protocol") ??
        (it.isData ? new Unknown(it.address, "protocol", "read by a data source") : "HTTP"),
      sslPolicy: it.fields.text("ssl_policy"),
      certificates: [
        ...(own === undefined ? [] : [own]),
        ...(extra.get(key) ?? []).flatMap((one) => certificateUse(one) ?? []),
        ...(own === undefined ? [] : perhaps),
      ],
      defaultActions: actionsOf(it.fields, "default_action", it.isData),
      ...(it.fields.isSet("mutual_authentication") && {
        mutualTls: it.fields.block("mutual_authentication")?.text("mode"),
      }),
      rules: [...(rules.get(key) ?? [])].sort((a, b) => order(a.priority) - order(b.priority)),
    };
  });
}

function order(priority: Attr<number>): number {
  return typeof priority === "number" ? priority : Number.MAX_SAFE_INTEGER;
}

function ruleOf(resource: Resource): ListenerRule {
  const conditions = resource.fields.blocks("condition");
  return {
    address: resource.address,
    region: resource.region,
    isData: resource.isData,
    listenerArn: resource.fields.text("listener_arn", expected.LISTENER),
    priority: resource.fields.number("priority"),
    conditions: [
      ...conditions.items.flatMap(conditionsOf),
      ...(conditions.open === undefined
        ? []
        : [{ kind: "unknown" as const, values: { items: [], open: conditions.open } }]),
    ],
    ...(resource.fields.isSet("transform") && { rewrites: "transform" }),
    actions: actionsOf(resource.fields, "action", false),
  };
}

const CONDITIONS = [
  "host_header",
  "path_pattern",
  "http_header",
  "http_request_method",
  "query_string",
  "source_ip",
] as const;

/** Some requests have such a header, whatever the pattern is. */
const KNOWN_OF: Readonly<Record<string, readonly string[]>> = {
  http_header: ["http_header_name", "values", "regex_values"],
  query_string: ["key", "value"],
};

function conditionsOf(block: Fields): Condition[] {
  // Older providers write a condition as `field` and `values`.
  const field = block.text("field");
  if (typeof field === "string" && block.isSet("values"))
    return [
      { kind: field === "host-header" || field === "path-pattern" ? field : "unknown", values: block.list("values") },
    ];
  const strange = leftIn(block, ["field", "values", ...CONDITIONS], "the condition");
  return [
    ...(strange === undefined ? [] : [{ kind: "unknown" as const, values: { items: [], open: strange } }]),
    ...CONDITIONS.flatMap((name): Condition[] => {
      const inner = block.block(name);
      if (inner === undefined) return [];
      const pairs =
        name === "query_string"
          ? block.blocks(name).items.map((it) => ({ key: it.text("key"), value: it.text("value") }))
          : undefined;
      const values =
        pairs === undefined
          ? inner.list("values")
          : { items: pairs.map(({ key, value }) => `${shown(key)}=${shown(value)}`) };
      const open = values.open ?? leftIn(inner, KNOWN_OF[name] ?? ["values"], "the argument");
      return [
        {
          kind: name.replaceAll("_", "-") as Condition["kind"],
          values: { items: values.items, ...(open !== undefined && { open }) },
          ...(name === "http_header" && { header: inner.text("http_header_name") }),
          ...(pairs !== undefined && { pairs }),
          ...(inner.isSet("regex_values") && { regexes: inner.list("regex_values") }),
        },
      ];
    }),
  ];
}

/** An argument of a block that is not read. */
function leftIn(block: Fields, names: readonly string[], what: string): Unknown | undefined {
  const name = block.names.find((it) => !names.includes(it) && block.isSet(it));
  return name === undefined
    ? undefined
    : new Unknown(block.address, block.path(name).replace(/\[\d+\]/g, ""), `${what} is ${NOT_KNOWN}`);
}

function shown(value: Attr<string>): string {
  return typeof value === "string" ? value : "*";
}

function actionsOf(fields: Fields, name: string, isData: boolean): Action[] {
  const { items, open } = fields.blocks(name);
  const unknown =
    open ?? (items.length === 0 && isData ? new Unknown(fields.address, name, "read by a data source") : undefined);
  const actions = items
    .map((block, index) => ({ order: known(block.number("order")) ?? index, action: actionOf(block) }))
    .sort((a, b) => a.order - b.order);
  return [
    ...actions.map(({ action }) => action),
    ...(unknown === undefined ? [] : [{ type: "unknown" as const, why: unknown.why, attribute: name }]),
  ];
}

function actionOf(block: Fields): Action {
  const type = block.text("type");
  const attribute = block.path("type");
  if (type instanceof Unknown) return { type: "unknown", why: type.why, attribute };
  if (type === "forward") return { type, ...forwardOf(block) };
  if (type === "redirect") {
    const redirect = block.block("redirect");
    const placeholder = (name: string) => redirect?.text(name) ?? `#{${name}}`;
    return {
      type,
      attribute: block.path("redirect"),
      protocol: placeholder("protocol"),
      host: placeholder("host"),
      port: placeholder("port"),
      path: redirect?.text("path") ?? "/#{path}",
      query: placeholder("query"),
      statusCode: redirect?.text("status_code"),
    };
  }
  if (type === "fixed-response") {
    const response = block.block("fixed_response");
    return {
      type,
      attribute: block.path("fixed_response"),
      statusCode: response?.text("status_code") ?? "200",
      contentType: response?.text("content_type"),
      body: response?.text("message_body"),
    };
  }
  if (type?.startsWith("authenticate-") === true || type === "jwt-validation")
    return { type: "authenticate", by: type, attribute };
  return {
    type: "unknown",
    why: type === undefined ? "it has no type" : `its type ${type} is ${NOT_KNOWN}`,
    attribute,
  };
}

function forwardOf(block: Fields): Omit<Extract<Action, { type: "forward" }>, "type"> {
  const forward = block.block("forward");
  const stickiness = forward?.block("stickiness");
  // The provider writes an empty block where none is set.
  const isSticky = stickiness?.flag("enabled") === true;
  const groups = forward?.blocks("target_group").items ?? [];
  if (groups.length === 0)
    return {
      attribute: block.path("target_group_arn"),
      targetGroups: [{ arn: block.text("target_group_arn", expected.TARGET_GROUP), weight: 1 }],
    };
  return {
    attribute: block.path("forward"),
    targetGroups: groups.map((it) => ({
      arn: it.text("arn", expected.TARGET_GROUP),
      weight: it.number("weight") ?? 1,
    })),
    ...(isSticky && { stickinessSec: stickiness?.number("duration") }),
  };
}
