import type { Change } from "../../../topology/changes";
import { type Json, own } from "../../../topology/json";
import { isRuleBeside, permissionKey, permissionsOfRule } from "../../../topology/permissions";
import { Unknown } from "../../../topology/value";
import { DUPLICATE_PERMISSION, UNIQUE } from "../../facts/unique";

/* Whether two resources write the same thing on AWS: something that is unique, or a link between two others. */

/** The name of a resource on AWS; nothing if it is unknown or chosen by AWS. */
export function identityOf(type: string, values: Json | undefined, unknown: Json = {}): string | undefined {
  const rule = Object.hasOwn(UNIQUE, type) ? UNIQUE[type] : undefined;
  if (rule === undefined || values === undefined) return undefined;
  if (isRuleBeside(type)) return permissionsOfRule(type, values, unknown).map(permissionKey)[0];
  const [first = ""] = rule.by;
  const attributes = [...rule.by, ...(rule.within ?? [])];
  if (attributes.some((it) => own(unknown, it) === true)) return undefined;
  if (attributes.some((it) => own(values, it) instanceof Unknown)) return undefined;
  const main = own(values, first);
  if (main === undefined || main === null || main === "") return undefined;
  // A state has "" for an unset value in a plan.
  return JSON.stringify([type, ...attributes.map((it) => own(values, it) || null)]);
}

/** What two resources share if one of them replaces the other. */
export interface Sameness {
  readonly key: string;
  /**
   * The error code with which AWS refuses a second one; absent for a link between two other things: AWS accepts it
   * twice as one, and the resource that is destroyed last removes it.
   */
  readonly code?: string;
}

const PAIRS: Readonly<Record<string, readonly string[]>> = {
  aws_lb_target_group_attachment: ["target_group_arn", "target_id", "availability_zone"],
  aws_lb_listener_certificate: ["listener_arn", "certificate_arn"],
};
/** Arguments of a route's destination. */
const DESTINATIONS = ["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"];

/** The identity of a resource on AWS; several for a rule with several sources. */
export function samenessOf(type: string, values: Json | undefined, unknown: Json = {}): Sameness[] {
  if (values === undefined) return [];
  if (isRuleBeside(type))
    return permissionsOfRule(type, values, unknown).map((it) => ({
      key: permissionKey(it),
      code: DUPLICATE_PERMISSION,
    }));
  if (type === "aws_autoscaling_attachment" || type === "aws_autoscaling_traffic_source_attachment") {
    const [source] = [own(values, "traffic_source")].flat();
    const group = [
      own(values, "lb_target_group_arn"),
      own(values, "alb_target_group_arn"),
      own(values, "elb"),
      own(source, "identifier"),
    ].find(isText);
    return keyOf("link", [own(values, "autoscaling_group_name"), group]);
  }
  if (type === "aws_route")
    return keyOf(type, [own(values, "route_table_id"), destinationOf(values)?.toLowerCase()], "RouteAlreadyExists");
  if (type === "aws_route_table_association")
    return keyOf(
      type,
      [[own(values, "subnet_id"), own(values, "gateway_id")].find(isText)],
      "Resource.AlreadyAssociated",
    );
  const pair = PAIRS[type];
  if (pair !== undefined) {
    const [one, other, ...more] = pair.map((name) => own(values, name));
    return keyOf(type, [one, other], undefined, more);
  }
  const identity = identityOf(type, values, unknown);
  // An UPSERT in Route 53 overwrites an existing record.
  if (identity !== undefined && type === "aws_route53_record" && own(values, "allow_overwrite") === true)
    return [{ key: identity }];
  const code = UNIQUE[type]?.code;
  return identity === undefined || code === undefined ? [] : [{ key: identity, code }];
}

/** The destination of a route; IPv6 is not case-sensitive. */
export function destinationOf(values: Json | undefined): string | undefined {
  return DESTINATIONS.map((it) => own(values, it)).find(isText);
}

/** Nothing unless all its identifying arguments are known. */
function keyOf(type: string, names: readonly unknown[], code?: string, more: readonly unknown[] = []): Sameness[] {
  return names.every(isText)
    ? [
        {
          key: JSON.stringify([type, ...names, ...more.map((it) => (isText(it) ? it : null))]),
          ...(code !== undefined && { code }),
        },
      ]
    : [];
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/**
 * Whether two attachments of one target have the same port; an attachment without a port uses the target group's, which
 * may be the other's.
 */
export function attachesAtSamePort(
  one: Change["before"],
  other: Change["before"],
  groupPort: number | undefined,
): boolean {
  const [a, b] = [one, other].map((it) => own(it, "port") ?? groupPort);
  return a === undefined || a === null || b === undefined || b === null || a === b;
}
