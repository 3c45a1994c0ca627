import { INSTANCE } from "./expected";
import { Deferred } from "./fields";
import { isObject, type Json, own } from "./json";
import { KNOWN_ARGUMENTS, type Known } from "./known-arguments";
import { holdsTrue } from "./plan-values";
import type { Source } from "./source";
import type { NotRead, Stranger } from "./unread-model";
import { Unknown } from "./value";

/*
 * What is set on a path but not recognized: arguments of its resources, and resources that, by their names, change it.
 */

/** The end of every such reason. */
export const NOT_KNOWN = "not known to this version";

/**
 * Names of resource types that change load balancers, what they forward to, what a security group allows, or what a
 * name resolves to.
 */
const WRITING = [
  /^aws_(lb|alb|vpc_security_group|security_group|route53_records?)_/,
  /^aws_route53_records/,
  /^aws_autoscaling_[a-z0-9_]{0,60}attachment/,
];

/**
 * Of those, types that are read, and types that do not affect a path: those of classic load balancers, client
 * certificates, and the use of a security group in another VPC.
 */
const NO_STRANGERS = new Set([
  ...Object.keys(KNOWN_ARGUMENTS),
  "aws_lb_trust_store",
  "aws_lb_trust_store_revocation",
  "aws_lb_cookie_stickiness_policy",
  "aws_lb_ssl_negotiation_policy",
  "aws_vpc_security_group_vpc_association",
]);

/** Whether resources of the type may change a path and are not recognized. */
export function isStrange(type: string): boolean {
  return WRITING.some((it) => it.test(type)) && !NO_STRANGERS.has(type);
}

/** Resources of such types, with everything that their arguments refer to. */
export function strangersOf(source: Source): Stranger[] {
  return source
    .types()
    .filter(isStrange)
    .flatMap((type) => source.ofType(type))
    .map(({ address, type, fields, argumentNames }): Stranger => {
      const lists = argumentNames().map((name) => fields.list(name));
      return {
        address,
        type,
        names: {
          items: [...new Set(lists.flatMap(({ items }) => items))],
          ...(lists.some(({ open }) => open !== undefined) && { open: new Unknown(address, "", "known after apply") }),
        },
      };
    });
}

/** Instances that a separate resource keeps stopped. */
export function stoppedIn(source: Source): NotRead["stopped"] {
  return source
    .ofType("aws_ec2_instance_state")
    .filter(({ fields }) => fields.text("state") === "stopped")
    .map(({ address, fields }) => ({ address, instanceId: fields.text("instance_id", INSTANCE) }));
}

/** The address of findings about a plan as a whole. */
export const PLAN = "plan";

export function partsNotKnown({ format }: Source): Unknown[] {
  if (format === undefined) return [];
  const { newVersion, unknownParts } = format;
  return [
    ...(newVersion === undefined
      ? []
      : [new Unknown(PLAN, "format_version", `the plan's format ${newVersion} is ${NOT_KNOWN}`)]),
    ...unknownParts.map((name) => new Unknown(PLAN, name, `this part of the plan is ${NOT_KNOWN}`)),
  ];
}

/** Unrecognized arguments by the address of the resource. */
export function unreadIn(source: Source): ReadonlyMap<string, readonly Unknown[]> {
  const found = source.ofType(...Object.keys(KNOWN_ARGUMENTS)).map((it) => [it.address, it.unread()] as const);
  return new Map(found.filter(([, unread]) => unread.length > 0));
}

/** One resource in a file: its configuration, if the file has it, and its planned values. */
export interface Said {
  readonly written?: Json;
  readonly values: Json;
  /** A plan's `after_unknown`. */
  readonly unknown?: Json;
}

/** Arguments that are set but not recognized, by the names that messages use. */
export function unreadArguments(address: string, type: string, said: Said): Unknown[] {
  const known = Object.hasOwn(KNOWN_ARGUMENTS, type) ? KNOWN_ARGUMENTS[type] : undefined;
  if (known === undefined) return [];
  const found = new Set<string>();
  collect(known, said.written, [said.values], [said.unknown], "", found);
  return [...found].map((attribute) => new Unknown(address, attribute, `the argument is ${NOT_KNOWN}`));
}

function collect(
  known: Known,
  written: Json | undefined,
  values: readonly unknown[],
  unknown: readonly unknown[],
  prefix: string,
  found: Set<string>,
): void {
  for (const name of new Set([
    ...Object.keys(written ?? {}),
    ...values.flatMap((it) => (isObject(it) ? Object.keys(it) : [])),
  ])) {
    const inner = Object.hasOwn(known, name) ? known[name] : undefined;
    if (inner === true) continue;
    const expressions = own(written, name);
    const [held, open] = [values, unknown].map((all) => all.map((it) => own(it, name))) as [unknown[], unknown[]];
    if (inner === undefined) {
      // A dynamic block may set what the configuration does not; anything else is computed by the provider.
      const isSet =
        expressions !== undefined
          ? open.some((it) => holdsTrue(it)) || held.some((it) => holdsAnything(it))
          : held.some((it) => (prefix === "" ? isBlocks(it) : holdsAnything(it) && it !== false && it !== 0));
      if (isSet) found.add(`${prefix}${name}`);
      continue;
    }
    const blocks = isBlocks(expressions) ? (expressions as readonly Json[]) : [undefined];
    for (const block of blocks)
      collect(inner, block, held.flatMap(blocksOf), open.flatMap(blocksOf), `${prefix}${name}.`, found);
  }
}

function blocksOf(value: unknown): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.filter((it) => isObject(it) && !isLeft(it));
}

/** An unknown value is not a block. */
function isLeft(value: unknown): boolean {
  return value instanceof Unknown || value instanceof Deferred;
}

function isBlocks(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((it) => isObject(it) && !isLeft(it));
}

function holdsAnything(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  if (isLeft(value)) return true;
  return Array.isArray(value)
    ? value.some(holdsAnything)
    : !isObject(value) || Object.values(value).some(holdsAnything);
}
