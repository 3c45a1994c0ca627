import { isObject, own } from "./json";
import { tooLong } from "./limits";
import { isSymbol, plain } from "./symbols";
import { type Attr, type Listed, Unknown } from "./value";

/* How the parts of a topology read the arguments of a resource, whatever file it is in. */

/**
 * What an expression is expected to lead to, as a plan's references often leave the attribute out
 * (`aws_subnet.public[*].id`).
 */
export interface Expected {
  /** Types of resources, such as `aws_subnet`; data sources of these names included. */
  readonly types: readonly string[];
  /** The attribute that is taken where none is named. */
  readonly attribute: string;
  /** How a value looks that is written out. */
  readonly literal: RegExp;
}

/** What the references of an expression lead to. */
export interface Resolved {
  readonly values: readonly unknown[];
  /** Why there may be others. */
  readonly open?: string;
  /** Addresses of the resources on the way, the last included. */
  readonly through: Iterable<string>;
  /** Whether it is no value at all: a variable that is null. */
  readonly isUnset?: boolean;
  /**
   * Which of the values is meant where only one can be, counted from 0 and round after round; absent: the file does not
   * say.
   */
  readonly nth?: number;
}

/** A value that is not known yet, but whose expression leads somewhere. */
export class Deferred {
  constructor(
    readonly address: string,
    readonly attribute: string,
    readonly resolve: (expected: Expected | undefined) => Resolved,
    /** The expression itself, where the file has it. */
    readonly text?: string,
  ) {}
}

/**
 * Arguments of a resource, or of a block in one. Values are JSON in which `Deferred` and `Unknown` may stand anywhere.
 */
export class Fields {
  constructor(
    readonly address: string,
    private readonly read: (name: string) => unknown,
    /** Such as `default_action[0].`; empty for the resource itself. */
    private readonly prefix = "",
    /** What a block holds, by its names; of a resource they are asked for elsewhere. */
    readonly names: readonly string[] = [],
  ) {}

  /** How messages name an argument. */
  path(name: string): string {
    return this.prefix + name;
  }

  raw(name: string): unknown {
    const value = this.read(name);
    return value === null || (value instanceof Deferred && value.resolve(undefined).isUnset === true)
      ? undefined
      : value;
  }

  /** Whether the file gives it any value, known or not. */
  isSet(name: string): boolean {
    const value = this.raw(name);
    return value !== undefined && !(Array.isArray(value) && value.length === 0) && value !== "";
  }

  text(name: string, expected?: Expected): Attr<string> {
    const value = this.scalar(name, expected);
    return value === undefined || value instanceof Unknown || typeof value === "string" ? value : String(value);
  }

  number(name: string): Attr<number> {
    const value = this.scalar(name);
    if (value === undefined || value instanceof Unknown || typeof value === "number") return value;
    const text = String(value).trim();
    return text !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
  }

  flag(name: string): Attr<boolean> {
    const value = this.scalar(name);
    if (value === undefined || value instanceof Unknown || typeof value === "boolean") return value;
    return value === "true" ? true : value === "false" ? false : undefined;
  }

  list(name: string, expected?: Expected): Listed<string> {
    const items = new Set<string>();
    let open: Unknown | undefined;
    const add = (value: unknown, depth: number): void => {
      if (value instanceof Unknown) open ??= value;
      else if (value instanceof Deferred) {
        const resolved = value.resolve(expected);
        if (resolved.open !== undefined) open ??= new Unknown(value.address, value.attribute, resolved.open);
        if (depth < 8) resolved.values.forEach((it) => add(it, depth + 1));
      } else if (Array.isArray(value)) value.forEach((it) => add(it, depth));
      else if (tooLong(value) !== undefined) open ??= new Unknown(this.address, this.path(name), tooLong(value) ?? "");
      else if (typeof value === "string" || typeof value === "number") items.add(String(value));
      // for_each maps and sets of objects hold what they hold under any key
      else if (isObject(value) && depth < 8) Object.values(value).forEach((it) => add(it, depth + 1));
    };
    add(this.raw(name), 0);
    return { items: [...items], ...(open !== undefined && { open }) };
  }

  /** Nested blocks; one that is left open as a whole makes `open`. */
  blocks(name: string): { readonly items: readonly Fields[]; readonly open?: Unknown } {
    const value = this.raw(name);
    if (value === undefined) return { items: [] };
    if (value instanceof Unknown) return { items: [], open: value };
    if (value instanceof Deferred)
      return { items: [], open: new Unknown(value.address, value.attribute, "known after apply") };
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const items = list.filter((it) => isObject(it) && !(it instanceof Deferred) && !(it instanceof Unknown));
    const left = list.find((it) => it instanceof Deferred || it instanceof Unknown) as Deferred | Unknown | undefined;
    return {
      items: items.map(
        (it, index) =>
          new Fields(
            this.address,
            (key) => own(it, key),
            `${this.prefix}${name}${list.length > 1 ? `[${index}]` : ""}.`,
            Object.keys(it as object),
          ),
      ),
      ...(left !== undefined && { open: new Unknown(left.address, left.attribute, "known after apply") }),
    };
  }

  /** The first block of that name. */
  block(name: string): Fields | undefined {
    return this.blocks(name).items[0];
  }

  /** Addresses of the resources that an argument's expression passes; nothing in a state. */
  through(name: string, expected?: Expected): Iterable<string> {
    const value = this.raw(name);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return first instanceof Deferred ? first.resolve(expected).through : NOTHING;
  }

  private scalar(name: string, expected?: Expected): string | number | boolean | Unknown | undefined {
    let value = this.raw(name);
    for (let depth = 0; depth < 8; depth++) {
      if (Array.isArray(value)) value = value[0]; // Terraform's JSON allows a list of one for a block's argument
      if (value instanceof Deferred) {
        const { values, open, nth } = value.resolve(expected);
        const all = [...new Set(values)];
        const one =
          nth === undefined || open !== undefined
            ? new Set(all)
            : new Set(all.slice(nth % all.length, (nth % all.length) + 1));
        // What is left when the rest is open may only have decided something.
        const isBeside = open !== undefined && expected === undefined && !isSymbol([...one][0]);
        if (one.size !== 1 || isBeside)
          return new Unknown(
            value.address,
            value.attribute,
            open ??
              (one.size === 0
                ? "known after apply"
                : `known after apply, and one of ${[...one].slice(0, 3).map(shown).join(", ")}`),
            open === undefined ? namesIn(all) : undefined,
          );
        [value] = one;
      } else break;
    }
    if (value === null || value === undefined) return undefined;
    const why = tooLong(value);
    if (why !== undefined) return new Unknown(this.address, this.path(name), why);
    if (
      value instanceof Unknown ||
      typeof value === "string" ||
      typeof value === "number" ||
      typeof value === "boolean"
    )
      return value;
    return new Unknown(this.address, this.path(name), "not a single value");
  }
}

const NOTHING: ReadonlySet<string> = new Set();

/** Names, if it can be nothing else. */
function namesIn(values: readonly unknown[]): readonly string[] | undefined {
  const names = values.filter((it) => typeof it === "string");
  return names.length > 1 && names.length === values.length ? names : undefined;
}

function shown(value: unknown): string {
  return typeof value === "string" ? plain(value) : typeof value;
}
