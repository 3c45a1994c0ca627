import type { Fix } from "../report";
import written from "./examples.json";

/** A finding on a rule's page, and the same blocks without it; the tests put it into a correct stack and find it. */
export interface Example {
  /** The finding in words. */
  readonly what: string;
  readonly wrong: string;
  readonly right: string;
  /** What the rule says of it. */
  readonly observed: string;
  readonly fix: Pick<Fix, "text" | "props" | "hcl">;
}

const EXAMPLES: Readonly<Record<string, Example>> = written;

/** @throws {Error} if a rule has none, which a test would see */
export function exampleOf(id: string): Example {
  const found = EXAMPLES[id];
  if (found === undefined) throw new Error(`${id} has no example`);
  return found;
}
