import { VPC } from "./expected";
import { Deferred } from "./fields";
import { isSymbol } from "./symbols";

/*
 * The default security group of a VPC has one symbol, whether referenced by the VPC's attribute or by the resource that
 * adopts it.
 */

const ATTRIBUTE = "default_security_group_id";

/** The symbol for an adopted group's id; nothing for another attribute or resource, or if its VPC is unknown. */
export function groupOfVpc(
  { type, field }: { readonly type: string; field(name: string): unknown },
  attribute: string,
): string | undefined {
  if (type !== "aws_default_security_group" || attribute !== "id") return undefined;
  const vpc = field("vpc_id");
  const [id] = vpc instanceof Deferred ? vpc.resolve(VPC).values : [vpc];
  return isSymbol(id) && id.endsWith(".id}") ? id.replace(/\.id\}$/, `.${ATTRIBUTE}}`) : undefined;
}

export function isGroupOfVpc(value: unknown): boolean {
  return isSymbol(value) && value.endsWith(`.${ATTRIBUTE}}`);
}
