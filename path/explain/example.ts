import type { Fix } from "../report";
import written from "./examples.json";

/**
 * A finding on a rule's page, and the same blocks without it. Tests put it into a correct stack and check that it is
 * found.
 */
export interface Example {
  /** The finding in words. */
  readonly what: string;
  readonly wrong: string;
  readonly right: string;
  /** What the rule reports. */
  readonly observed: string;
  readonly fix: Pick<Fix, "text" | "props" | "hcl">;
}

const EXAMPLES: Readonly<Record<string, Example>> = written;

/** @throws {Error} if a rule has none; a test checks that all have one */
export function exampleOf(id: string): Example {
  const found = EXAMPLES[id];
  if (found === undefined) throw new Error(`${id} has no example`);
  return found;
}
