import type { Directive } from "./parse";
import { quoted } from "./tokens";

/* What a checked configuration becomes, and what it is about. */

/** Where the parts of a configuration are on this machine. */
export interface Mapping {
  /** The loopback port for each port on which the configuration listens. */
  readonly ports: ReadonlyMap<number, number>;
  /** The loopback port for each port that it proxies to. */
  readonly apps: ReadonlyMap<number, number>;
  /** A private folder, absolute, without `$`; the files of the script are in its `files`. */
  readonly folder: string;
  /** Modules that this NGINX is built without, such as `uwsgi`. */
  readonly without: readonly string[];
}

/** A piece of the printed configuration. */
export type Printed = (to: Mapping) => string;

/** What the check of a configuration collects. */
export interface Findings {
  readonly ports: Set<number>;
  readonly proxiesTo: Set<number>;
  readonly upstreams: ReadonlySet<string>;
}

/** A directive of NGINX; each argument is quoted, so that it is read as exactly this text. */
export function line(name: string, words: readonly string[]): string {
  return `${[name, ...words.map(quoted)].join(" ")};`;
}

export function always(text: string): Printed {
  return () => text;
}

export function block(head: string, inside: readonly Printed[]): Printed {
  return (to) => `${head} {\n${inside.map((it) => it(to)).join("\n")}\n}`;
}

/** A path without `..`, variables and glob characters. A `.` must be followed by a letter, a digit or `-`. */
export const PLAIN_PATH = /^(?:[\w/+@~-]|\.(?=[\w-])){1,500}$/;

/** The file or folder in the private folder that stands for one of the instance. */
export function mapped(path: string, to: Mapping): string {
  return `${to.folder}/files${path}`;
}

/** Names of the `upstream` blocks at the top of `http`. */
export function upstreamsOf(http: readonly Directive[]): Set<string> {
  return new Set(http.filter(({ name }) => name === "upstream").map(({ words }) => words[0] ?? ""));
}
