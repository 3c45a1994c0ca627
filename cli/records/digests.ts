import { createHmac } from "node:crypto";
import type { Parts } from "./plan-record";

/**
 * Digests of the values at one place in a plan. Each place has different digests, so that equal values at two places
 * cannot be recognized.
 */
export class Digests {
  constructor(
    private readonly key: Buffer,
    private readonly place: readonly string[],
  ) {}

  within(name: string): Digests {
    return new Digests(this.key, [...this.place, name]);
  }

  of(name: string, value: unknown): string {
    return this.digest([...this.place, name], value, 32);
  }

  /** The digest of a value, or of each value within it; `unknown` for unknown values. */
  ofParts(value: unknown, unknown: unknown): Parts {
    const found = [...this.leaves(value, unknown, [])];
    return found.length === 1 && found[0]?.[0] === "" ? found[0][1] : Object.fromEntries(found);
  }

  private *leaves(value: unknown, unknown: unknown, path: readonly string[]): Generator<[string, string]> {
    const [values, marks] = [objectOf(value), objectOf(unknown)];
    const names =
      unknown === true
        ? []
        : [...new Set([...Object.keys(values), ...Object.keys(marks).filter((it) => holdsUnknown(marks[it]))])];
    if (names.length === 0)
      yield [this.way(path), unknown === true ? "unknown" : this.digest([...this.place, ...path], value, 32)];
    for (const it of names) yield* this.leaves(values[it] ?? null, marks[it], [...path, it]);
  }

  /** Names within a value can be secret, like the value. */
  private way(path: readonly string[]): string {
    return path.map((name, index) => this.digest([...this.place, ...path.slice(0, index)], { name }, 16)).join("/");
  }

  private digest(place: readonly string[], value: unknown, length: number): string {
    return createHmac("sha256", this.key)
      .update(canonical([place, value]))
      .digest("hex")
      .slice(0, length);
  }
}

/** The members of an object or a list, by their names. */
export type Values = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): Values {
  return typeof value === "object" && value !== null ? (value as Values) : {};
}

/** Whether a part of a value is known only after apply, by terraform's `after_unknown`. */
export function holdsUnknown(unknown: unknown): boolean {
  return (
    unknown === true || (typeof unknown === "object" && unknown !== null && Object.values(unknown).some(holdsUnknown))
  );
}

/** JSON with the members of objects in a fixed order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  return `{${Object.entries(value)
    .filter(([, it]) => it !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, it]) => `${JSON.stringify(key)}:${canonical(it)}`)
    .join()}}`;
}
