import { printable } from "./printable";

/*
 * Command lines for a person to paste into a shell. Some of their values come from others, such as the ID of a lock, so
 * each value must match the grammar of its kind. If one does not, no command is shown.
 */

/** A value of a command line. */
export interface Word {
  readonly text: string;
  /** Its kind, as in "… is not a lock ID". */
  readonly kind: string;
  readonly isOne: boolean;
}

/** Spaces can be quoted in every shell except that of Windows. */
const PATH =
  process.platform === "win32"
    ? /^[\p{L}\p{N}_./\\][\p{L}\p{N}_.@+,=/:\\-]*$/u
    : /^[\p{L}\p{N}_./][\p{L}\p{N}_.@+,=/ -]*$/u;
/** Characters without a special meaning in any shell; other characters of a grammar are quoted. */
const PLAIN = /^[\p{L}\p{N}_.@+,=/:\\-]+$/u;
const MAX_SHOWN = 60;

/**
 * The values of command lines, each with its grammar. None contains a single quote, and none can be read as an option.
 */
export const word = {
  address: grammar(
    "a resource's address",
    /^(?:module\.[A-Za-z_][\w-]*(?:\[(?:\d+|"[\w .:/@*+=,-]*")\])?\.)*[a-z]\w*\.[A-Za-z_][\w-]*(?:\[(?:\d+|"[\w .:/@*+=,-]*")\])?$/,
  ),
  /** An ARN, or another identifier of AWS or terraform for a resource. */
  awsId: grammar("an AWS id", /^[A-Za-z0-9_][\w.:/+=,@*-]{0,2047}$/),
  bucket: grammar("a bucket's name", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  /** A host and port, and where to connect instead, for curl. */
  connectTo: grammar("a host and port", /^[A-Za-z0-9][\w.-]{0,252}:\d{1,5}:127\.0\.0\.1:\d{1,5}$/),
  debianPackage: grammar("a package's name", /^[a-z0-9][a-z0-9.+-]+$/),
  dnsName: grammar("a DNS name", /^(?:\*\.)?[A-Za-z0-9_][\w.-]{0,253}$/),
  /** The message of an authorization failure, which STS decodes. */
  encoded: grammar("an encoded message", /^[A-Za-z0-9_][\w=+/-]*$/),
  file: grammar("a plain path", PATH),
  host: grammar("a host name", /^[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?$/),
  lockId: grammar("a lock ID", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i),
  /** The name of a variable, or terraform's name of a platform. */
  name: grammar("a plain name", /^\w+$/),
  port: grammar("a port", /^\d{1,5}$/),
  profile: grammar("a profile's plain name", /^[\w.@+][\w.@+-]*$/),
  quota: grammar("a quota's code", /^L-[0-9A-F]{8}$/),
  region: grammar("an AWS region", /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/),
  repository: grammar("a GitHub repository", /^[A-Za-z0-9][A-Za-z0-9-]*\/[\w.-]+$/),
  stack: grammar("a stack's id", /^\w[\w.-]{0,127}$/),
  url: grammar("a plain URL", /^https?:\/\/[A-Za-z0-9][\w.:/-]*$/),
  workspace: grammar("a workspace of Terraform Cloud", /^\w[\w-]*\/[\w-]+$/),
} as const;

function grammar(kind: string, pattern: RegExp): (text: unknown) => Word {
  return (value) => {
    const text = typeof value === "string" ? value : "";
    return { text, kind, isOne: pattern.test(text) };
  };
}

/**
 * A command line, of our text and the given words. If a word does not match its grammar, a note instead of a command.
 */
export function command(parts: readonly string[], ...words: readonly Word[]): string {
  const wrong = words.find(({ isOne }) => !isOne);
  return wrong === undefined ? joined(parts, words) : `(no command is shown, because ${notOne(wrong)})`;
}

/** The same after `run: `, within a sentence. */
export function toRun(parts: readonly string[], ...words: readonly Word[]): string {
  const wrong = words.find(({ isOne }) => !isOne);
  return wrong === undefined ? `run: ${joined(parts, words)}` : `no command is shown, because ${notOne(wrong)}`;
}

/** The command that deploys stacks. */
export function deployOf(stackIds: readonly string[]): string {
  return command(["npx cdktf deploy ", ...stackIds.slice(1).map(() => " "), ""], ...stackIds.map(word.stack));
}

/** Text in quotes, truncated if it is long. */
export function quoted(text: string): string {
  return `"${printable(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)}"`;
}

function joined(parts: readonly string[], words: readonly Word[]): string {
  return parts.map((part, index) => `${part}${index < words.length ? asWord(words[index]?.text ?? "") : ""}`).join("");
}

function asWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text}'`;
}

function notOne({ text, kind }: Word): string {
  return text === "" ? `${kind} is missing` : `${quoted(text)} is not ${kind}`;
}
