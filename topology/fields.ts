import { isObject, own } from "./json";
import { tooLong } from "./limits";
import { isSymbol, plain } from "./symbols";
import { type Attr, type Listed, Unknown } from "./value";

/* Reads the arguments of a resource, independently of the kind of file. */

/**
 * What an expression is expected to refer to, because a plan's references often omit the attribute
 * (`aws_subnet.public[*].id`).
 */
export interface Expected {
  /** Types of resources, such as `aws_subnet`; data sources of these names included. */
  readonly types: readonly string[];
  /** The attribute if none is named. */
  readonly attribute: string;
  /** The pattern of a literal value. */
  readonly literal: RegExp;
}

/** What the references of an expression resolve to. */
export interface Resolved {
  readonly values: readonly unknown[];
  /** Why there may be more. */
  readonly open?: string;
  /** Addresses of the resources along the way, including the last. */
  readonly through: Iterable<string>;
  /** Whether it is null, as a variable can be. */
  readonly isUnset?: boolean;
  /**
   * The index, modulo the number of values, if only one value can be meant; absent: unknown.
   */
  readonly nth?: number;
}

/** A value that is not known yet, but whose expression has references. */
export class Deferred {
  constructor(
    readonly address: string,
    readonly attribute: string,
    readonly resolve: (expected: Expected | undefined) => Resolved,
    /** The expression itself, if the file has it. */
    readonly text?: string,
  ) {}
}

/**
 * Arguments of a resource, or of a block in one. Values are JSON that can contain `Deferred` and `Unknown` anywhere.
 */
export class Fields {
  constructor(
    readonly address: string,
    private readonly read: (name: string) => unknown,
    /** Such as `default_action[0].`; empty for the resource itself. */
    private readonly prefix = "",
    /** The values of a block by name; those of a resource are read elsewhere. */
    readonly names: readonly string[] = [],
  ) {}

  /** The path of an argument in messages. */
  path(name: string): string {
    return this.prefix + name;
  }

  raw(name: string): unknown {
    const value = this.read(name);
    return value === null || (value instanceof Deferred && value.resolve(undefined).isUnset === true)
      ? undefined
      : value;
  }

  /** Whether the file sets it, known or not. */
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
      // for_each maps and sets of objects have their values under any key
      else if (isObject(value) && depth < 8) Object.values(value).forEach((it) => add(it, depth + 1));
    };
    add(this.raw(name), 0);
    return { items: [...items], ...(open !== undefined && { open }) };
  }

  /** Nested blocks; a block that is unknown as a whole sets `open`. */
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
        // If the rest is open, the remaining value may be only a condition.
        const isBeside = open !== undefined && expected === undefined && !isSymbol([...one][0]);
        if (one.size !== 1 || isBeside)
          return new Unknown(
            value.address,
            value.attribute,
            open ??
              (one.size === 0
                ? "known after apply"
                : `known after apply; the expression contains ${[...one].slice(0, 3).map(shown).join(", ")}`),
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

/** Names, if there are no other candidates. */
function namesIn(values: readonly unknown[]): readonly string[] | undefined {
  const names = values.filter((it) => typeof it === "string");
  return names.length > 1 && names.length === values.length ? names : undefined;
}

function shown(value: unknown): string {
  return typeof value === "string" ? plain(value) : typeof value;
}
