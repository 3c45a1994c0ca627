import type { Fields } from "./fields";
import type { PlanFormat } from "./plan-format";
import type { Attr, Unknown } from "./value";

/** A resource or data source, as every reader provides it. */
export interface Resource {
  readonly address: string;
  /** With `aws_lb` for `aws_alb`, and so on. */
  readonly type: string;
  readonly isData: boolean;
  readonly region: Attr<string>;
  readonly actions: readonly string[];
  readonly fields: Fields;
  /** An identity such as `id` or `arn`: the text, or the symbol that stands for it. */
  identity(attribute: string): Attr<string>;
  /** Whether the configuration sets this argument; a state only shows whether it has a value. */
  isConfigured(argument: string): boolean;
  /** Whether a plan changes it in place. */
  changesInPlace(argument: string): boolean;
  /** Names of all its values in the file, including computed attributes if the file has them. */
  argumentNames(): readonly string[];
  /** Arguments that are set but not recognized; only for resources on a path. */
  unread(): readonly Unknown[];
  /** Its dependencies in the configuration, as addresses without indexes. */
  readonly dependsOn: readonly string[];
}

/** The content of a file, from a reader. */
export interface Source {
  readonly kind: "plan" | "state" | "synthesized";
  /** A plan with `-target`, or one that Terraform could not finish: what it lacks may still exist. */
  readonly isPartial?: boolean;
  /** Ids of gateways, route tables and instances that a plan destroys; references to them refer to nothing. */
  readonly destroyed?: ReadonlySet<string>;
  /** Addresses of unchanged rules and routes that an update of their parent removes. */
  readonly revoked?: ReadonlySet<string>;
  /** What a plan states about itself. */
  readonly format?: PlanFormat;
  /** Types of the resources in the file, without data sources. */
  types(): readonly string[];
  /** All of a type, in the file's order. */
  ofType(...types: readonly string[]): readonly Resource[];
}

const OLD_NAMES: Readonly<Record<string, string>> = {
  aws_alb: "aws_lb",
  aws_alb_listener: "aws_lb_listener",
  aws_alb_listener_rule: "aws_lb_listener_rule",
  aws_alb_listener_certificate: "aws_lb_listener_certificate",
  aws_alb_target_group: "aws_lb_target_group",
  aws_alb_target_group_attachment: "aws_lb_target_group_attachment",
};

/** Both names of a resource type are the same type. */
export function typeOf(type: string): string {
  return Object.hasOwn(OLD_NAMES, type) ? (OLD_NAMES[type] ?? type) : type;
}

/** `aws_lb.web` for `aws_alb.web`. */
export function newName(name: string): string {
  return name.replace(
    /^(data\.)?([^.]+)/,
    (_, data: string | undefined, type: string) => `${data ?? ""}${typeOf(type)}`,
  );
}

const ARN_IS_ID = ["aws_lb", "aws_lb_listener", "aws_lb_listener_rule", "aws_lb_target_group", "aws_acm_certificate"];

/** Attributes that are always equal have one symbol. */
export function canonical(type: string, attribute: string): string {
  if (attribute === "id" && ARN_IS_ID.includes(type)) return "arn";
  if (type === "aws_route53_zone" && attribute === "zone_id") return "id";
  if (type === "aws_vpc" && attribute === "default_route_table_id") return "main_route_table_id";
  if (type === "aws_default_vpc" && attribute === "default_route_table_id") return "main_route_table_id";
  if (type === "aws_s3_bucket" && attribute === "bucket") return "id";
  if (type === "aws_autoscaling_group" && attribute === "name") return "id";
  if (type === "aws_default_route_table" && attribute === "id") return "default_route_table_id";
  if (type === "aws_default_network_acl" && attribute === "id") return "default_network_acl_id";
  if (type === "aws_wafv2_web_acl" && attribute === "id") return "arn";
  if (type === "aws_acm_certificate_validation" && attribute === "arn") return "certificate_arn";
  return attribute;
}

/** Arguments that are the identity if the file sets them. */
export const NAMED_BY: Readonly<Record<string, string>> = { aws_autoscaling_group: "name", aws_s3_bucket: "bucket" };
