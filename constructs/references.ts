import { Token, Tokenization } from "cdktf";

/*
 * What terraform knows only during the apply: attributes of resources, of other stacks too, and expressions made of
 * them.
 */

/** Whether a text or number is, or contains, a reference. */
export function isReference(value: unknown): boolean {
  return (typeof value === "string" || typeof value === "number") && Token.isUnresolved(value);
}

/** Whether a whole list is one reference, so that nobody knows its length before the apply. */
export function isListReference(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 1 &&
    typeof value[0] === "string" &&
    Tokenization.reverseList([...(value as string[])]) !== undefined
  );
}

/** A text as it stands within an expression: `"vpc-1"`, or a reference, which has no quotes there. */
export function operand(text: string): string {
  return isReference(text) ? text : JSON.stringify(text);
}

/** `aws_vpc.main.id`: the same in every synth, which the tokens that stand for it are not. */
export function referenceText(value: unknown): string {
  const tokens: unknown[] = typeof value === "string" && !isReference(value) ? [] : Tokenization.reverse(value);
  const names = tokens.map((token) =>
    typeof token === "object" && token !== null && "identifier" in token ? String(token.identifier) : "an expression",
  );
  return names.join(", ");
}
