import { readFileSync, statSync } from "node:fs";
import { devNull } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { UsageError } from "../errors";
import { command, type Word, word } from "../text/pasteable";

/** The file name that means standard input. */
export const STANDARD_INPUT = "-";

/** A kind of input that is not JSON, recognized by its first bytes or its name. */
interface Stranger {
  readonly got: string;
  readonly advice: (file: string) => string;
  readonly isIt: (start: Start) => boolean;
}

interface Start {
  readonly name: string;
  readonly bytes: Buffer;
  /** The first characters, without colors. */
  readonly text: string;
}

const START_LENGTH = 8192;
const PLANNED = "plan with `terraform plan -out=tfplan`, then write it with `terraform show -json tfplan > plan.json`";

const STRANGERS: readonly Stranger[] = [
  {
    got: "an empty file",
    advice: () => "check the output of the command that wrote it",
    isIt: ({ text }) => text.trim() === "",
  },
  {
    got: "a saved plan file",
    advice: (file) => `write it as JSON with \`${command`terraform show -json ${named(file)} > plan.json`}\``,
    isIt: ({ bytes }) => bytes.subarray(0, 4).equals(Buffer.from("PK\x03\x04", "latin1")),
  },
  {
    got: "a gzip archive",
    advice: (file) => `unpack it with \`${command`gunzip -c ${named(file)}`}\``,
    isIt: ({ bytes }) => bytes[0] === 0x1f && bytes[1] === 0x8b,
  },
  { got: "the log of `terraform plan -json`", advice: () => PLANNED, isIt: ({ text }) => /^\s*\{\s*"@/.test(text) },
  {
    got: "terraform's human-readable output",
    advice: () => "add -json: `terraform show -json tfplan > plan.json`",
    isIt: ({ text }) =>
      /^[ \t]*(# \S+:$|Terraform (will perform|used the selected)|No changes\.|data\.\S+: Read|\S+: Refreshing state|The state file is empty)/m.test(
        text,
      ),
  },
  {
    got: "a Terraform configuration",
    advice: () => PLANNED,
    isIt: ({ name, text }) =>
      /\.(tf|tofu|hcl)$/.test(name) ||
      /^[ \t]*(resource|data|module|variable|locals|provider|terraform|output)\b[^\n:=]*\{/m.test(text),
  },
];

/** The file as a word of a command to paste, or `FILE` if its name cannot be one. */
function named(file: string): Word {
  const given = word.file(file);
  return given.isOne ? given : word.file("FILE");
}

/** The input of a trace. */
const TRACEABLE = "the output of `terraform show -json` for a plan or a state, or a cdk.tf.json";
/** The input of a review. */
export const PLAN = "a plan as `terraform show -json tfplan` writes it";

/**
 * The JSON of a file, or of standard input for `-`.
 * @param expected the expected content
 * @throws {UsageError} one sentence with what was expected, what was given and what to do
 */
export async function readJson(file: string, expected: string = TRACEABLE): Promise<unknown> {
  const unreadable = (got: string, advice: string) =>
    new UsageError(`${shownName(file)}: expected ${expected}, got ${got}; ${advice}.`);
  const bytes = await bytesOf(file, unreadable);
  const start: Start = {
    name: file,
    bytes,
    text: stripVTControlCharacters(decoded(bytes.subarray(0, START_LENGTH), unreadable)),
  };
  const stranger = STRANGERS.find(({ isIt }) => isIt(start));
  if (stranger !== undefined) throw unreadable(stranger.got, stranger.advice(file));
  try {
    return JSON.parse(decoded(bytes, unreadable));
  } catch (error) {
    throw unreadable(
      notJson((error as Error).message),
      "write the file again, and check the output of the command that writes it",
    );
  }
}

/** Returns the error for a file with other content than expected. */
type Unreadable = (got: string, advice: string) => UsageError;

/** The name of the input in a report. */
export function shownName(file: string): string {
  return file === STANDARD_INPUT ? "standard input" : file;
}

async function bytesOf(file: string, unreadable: Unreadable): Promise<Buffer> {
  if (file === STANDARD_INPUT) return standardInput(unreadable);
  try {
    if (file !== devNull && statSync(file).isCharacterDevice()) throw unreadable("a device", "pass a file");
    // Nothing else is to be done meanwhile, and reading at once takes a third of the time.
    return readFileSync(file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code = "", message } = error as NodeJS.ErrnoException;
    const [got, advice] = READ_ERRORS[code] ?? [`an unreadable file (${message})`, "pass another file"];
    throw unreadable(got, advice);
  }
}

const READ_ERRORS: Readonly<Record<string, readonly [got: string, advice: string]>> = {
  ENOENT: ["no file", "there is no file with this name"],
  ENOTDIR: ["no file", "there is no file with this name"],
  EISDIR: ["a folder", "pass a file in it, such as FOLDER/plan.json"],
  EACCES: ["a file without read permission", "grant this user permission to read it"],
  ERR_FS_FILE_TOO_LARGE: ["more than 2 GiB", "pass one plan or state"],
};

async function standardInput(unreadable: Unreadable): Promise<Buffer> {
  if (process.stdin.isTTY) throw unreadable("a terminal", "pipe the JSON into the command");
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** UTF-8, or UTF-16 as the `>` of older PowerShells writes it; without the mark at the beginning. */
function decoded(bytes: Buffer, unreadable: Unreadable): string {
  try {
    const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
    return bytes.toString(isUtf16 ? "utf16le" : "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw unreadable(`more text than Node can hold (${(error as Error).message})`, "pass one plan or state");
  }
}

/** The position of the error, without the text there, which may be secret. */
function notJson(message: string): string {
  if (/Unexpected end|Unterminated/.test(message)) return "truncated JSON";
  const [, position] = /position (\d+)/.exec(message) ?? [];
  return position === undefined ? "invalid JSON" : `invalid JSON at character ${position}`;
}
