import { type Change, changesOf } from "./changes";
import * as expected from "./expected";
import { listOf, objectOf, own } from "./json";
import { routingOf } from "./routing-policies";
import type { Resource, Source } from "./source";
import { type Attr, isUnknown } from "./value";

/* Resources that write the same thing on AWS, for rules about two resources. */

/** What allows several records with the same name and type. */
interface RecordTerms {
  /** `weighted`, `multivalue`, …; absent: simple. */
  readonly policy?: string;
  readonly setIdentifier: Attr<string>;
  readonly mayOverwrite: Attr<boolean>;
}

/** The target groups that an Auto Scaling group's own configuration lists. */
export interface OwnTargetGroups {
  /** The Auto Scaling group, with its name as an id. */
  readonly address: string;
  readonly id: Attr<string>;
  readonly argument: "target_group_arns" | "traffic_source";
  readonly items: readonly string[];
  /** Whether `lifecycle.ignore_changes` includes the argument; only a synthesized file contains it. */
  readonly isIgnored: boolean | undefined;
}

export interface Writers {
  /** Changes of a plan; none in a state or a synthesized file. */
  readonly changes: readonly Change[];
  /** Of each record, by its address. */
  readonly records: ReadonlyMap<string, RecordTerms>;
  readonly ownTargetGroups: readonly OwnTargetGroups[];
  /**
   * Whether the configuration of a parent has inline blocks, such as `route` in a route table; what a plan shows there
   * may be computed.
   */
  isInline(address: string, block: string): boolean;
}

export function writersOf(source: Source, document: unknown): Writers {
  let changes: readonly Change[] | undefined;
  let inline: ReadonlySet<string> | undefined;
  const changesIn = () => (changes ??= source.kind === "plan" ? changesOf(objectOf(document)) : []);
  return {
    get changes() {
      return changesIn();
    },
    records: new Map(source.ofType("aws_route53_record").map((it) => [it.address, termsOf(it)])),
    ownTargetGroups: source.kind === "state" ? [] : source.ofType("aws_autoscaling_group").flatMap(ownTargetGroupsOf),
    isInline: (address, block) => (inline ??= inlineIn(source, changesIn())).has(`${address} ${block}`),
  };
}

function termsOf({ fields }: Resource): RecordTerms {
  const setIdentifier = fields.text("set_identifier");
  const policy =
    routingOf(fields) ?? (fields.flag("multivalue_answer_routing_policy") === true ? "multivalue" : undefined);
  return {
    ...(policy !== undefined && { policy }),
    setIdentifier: setIdentifier === "" ? undefined : setIdentifier,
    mayOverwrite: fields.flag("allow_overwrite"),
  };
}

function ownTargetGroupsOf(group: Resource): OwnTargetGroups[] {
  const base = { address: group.address, id: group.identity("id") };
  const isIgnored = (argument: string): boolean | undefined => {
    const ignored = group.fields.block("lifecycle")?.list("ignore_changes").items;
    return ignored?.includes("all") === true || ignored?.includes(argument);
  };
  const found: OwnTargetGroups[] = [];
  const arns = group.fields.list("target_group_arns", expected.TARGET_GROUP);
  if (
    group.isConfigured("target_group_arns") &&
    group.fields.raw("target_group_arns") !== undefined &&
    arns.open === undefined
  ) {
    found.push({
      ...base,
      argument: "target_group_arns",
      items: arns.items,
      isIgnored: isIgnored("target_group_arns"),
    });
  }
  const sources = group.fields.blocks("traffic_source");
  const identifiers = sources.items.map((it) => it.text("identifier", expected.TARGET_GROUP));
  if (
    group.isConfigured("traffic_source") &&
    sources.items.length > 0 &&
    sources.open === undefined &&
    !identifiers.some(isUnknown)
  ) {
    found.push({
      ...base,
      argument: "traffic_source",
      items: identifiers.filter((it) => typeof it === "string"),
      isIgnored: isIgnored("traffic_source"),
    });
  }
  return found;
}

const PARENTS: Readonly<Record<string, readonly string[]>> = {
  aws_security_group: ["ingress", "egress"],
  aws_default_security_group: ["ingress", "egress"],
  aws_network_acl: ["ingress", "egress"],
  aws_default_network_acl: ["ingress", "egress"],
  aws_route_table: ["route"],
  aws_default_route_table: ["route"],
};

function inlineIn(source: Source, changes: readonly Change[]): ReadonlySet<string> {
  if (source.kind === "state") return new Set();
  const planned = new Map(changes.map((it) => [it.address, it]));
  return new Set(
    Object.entries(PARENTS).flatMap(([type, blocks]) =>
      source
        .ofType(type)
        .flatMap((it) =>
          blocks
            .filter((block) => isWritten(it, block, planned.get(it.address)))
            .map((block) => `${it.address} ${block}`),
        ),
    ),
  );
}

/** A dynamic block without instances also counts. */
function isWritten({ isConfigured, fields, actions }: Resource, block: string, planned: Change | undefined): boolean {
  const { items, open } = fields.blocks(block);
  // What the plan removes through another resource is still configured.
  const isThere = items.length > 0 || open !== undefined || listOf(own(planned?.after, block)).length > 0;
  // A new resource has no computed values that are known before the apply.
  return isThere && (isConfigured(block) || actions.join() === "create");
}
