import { type Attr, known } from "../../topology/value";

/** The value of an argument; a state contains empty texts for those that are not set. */
export function mayBeUnset(value: Attr<string>): string | undefined {
  const text = known(value);
  return text === "" ? undefined : text;
}

/** A number if it is known, and otherwise AWS's default. */
export function numberOr(value: Attr<number>, byDefault: number): number {
  return known(value) ?? byDefault;
}

/** The protocol of a listener, a target group or health checks, in upper or lower case. */
export function protocolIn(value: Attr<string>): "HTTP" | "HTTPS" {
  return known(value)?.toUpperCase() === "HTTPS" ? "HTTPS" : "HTTP";
}
