import { Token, Tokenization } from "cdktf";

/*
 * References: values that terraform knows only during the apply, such as attributes of resources, also of other stacks,
 * and expressions that use them.
 */

/** Whether a text or number is, or contains, a reference. */
export function isReference(value: unknown): boolean {
  return (typeof value === "string" || typeof value === "number") && Token.isUnresolved(value);
}

/** Whether a whole list is one reference, so that its length is unknown before the apply. */
export function isListReference(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 1 &&
    typeof value[0] === "string" &&
    Tokenization.reverseList([...(value as string[])]) !== undefined
  );
}

/** A text within an expression: `"vpc-1"`, or a reference without quotes. */
export function operand(text: string): string {
  return isReference(text) ? text : JSON.stringify(text);
}

/** `aws_vpc.main.id`: the same in every synth, unlike the tokens that represent it. */
export function referenceText(value: unknown): string {
  const tokens: unknown[] = typeof value === "string" && !isReference(value) ? [] : Tokenization.reverse(value);
  const names = tokens.map((token) =>
    typeof token === "object" && token !== null && "identifier" in token ? String(token.identifier) : "an expression",
  );
  return names.join(", ");
}
