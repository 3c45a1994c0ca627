import { applyEdits } from "../edits";
import type { SynthesizedJson } from "../mutant";
import { type Picked, the } from "../pick";

/* What most mutants use of a stack. */

export type Json = Record<string, unknown>;

export const HASHED = "a state contains only a hash of an instance's user data";

export const BY_AWS = "AWS refuses it";

export const typeOf = (stack: SynthesizedJson, type: string) =>
  stack.resource[type] === undefined ? type.replace("aws_lb", "aws_alb") : type;

export const httpsOf = (stack: SynthesizedJson) =>
  the(stack, typeOf(stack, "aws_lb_listener"), ({ protocol }) => protocol === "HTTPS");

export const groupOf = (stack: SynthesizedJson) => the(stack, typeOf(stack, "aws_lb_target_group"));

export const balancerOf = (stack: SynthesizedJson) => the(stack, typeOf(stack, "aws_lb"));

export const aliasOf = (stack: SynthesizedJson) => the(stack, "aws_route53_record", ({ alias }) => alias !== undefined);

export const certificateOf = (stack: SynthesizedJson) => the(stack, "aws_acm_certificate");

export const vpcId = (stack: SynthesizedJson) => `\${${the(stack, "aws_vpc").address}.id}`;

export const named = (stack: SynthesizedJson, type: string, name: string): Json => stack.resource[type]?.[name] ?? {};

export const remove = (stack: SynthesizedJson, { address }: Picked) => applyEdits(stack, [{ remove: address }]);

/** Another script, for the instances or their launch template. */
export function rewriteScripts(stack: SynthesizedJson, change: (script: string) => string): void {
  for (const body of Object.values(stack.resource.aws_instance ?? {})) body.user_data = change(String(body.user_data));
  for (const body of Object.values(stack.resource.aws_launch_template ?? {}))
    body.user_data = Buffer.from(change(Buffer.from(String(body.user_data), "base64").toString())).toString("base64");
}
