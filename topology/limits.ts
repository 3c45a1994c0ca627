import { UnreadableFile } from "./unreadable-file";

/* Limits for single texts, so that long names do not slow down a trace or fill a report. */

/** Longer than any real address: modules 1,000 levels deep still fit. */
const MAX_ADDRESS = 10_000;
/**
 * AWS accepts no longer value on a path: user data has at most 22,000 characters in base64, a bucket policy 20,000.
 */
const MAX_TEXT = 65_536;
/** For a text that is only shown. */
const MAX_SHOWN = 1_000;

/** @throws {UnreadableFile} if no configuration can have it */
export function throwIfTooLong(address: string): void {
  if (address.length > MAX_ADDRESS)
    throw new UnreadableFile(
      `The address of a resource must be at most ${counted(MAX_ADDRESS)} characters long (got ` +
        `${counted(address.length)}: ${JSON.stringify(address.slice(0, 40)).slice(0, -1)}…").`,
    );
}

/** Why a value is not read; nothing if it is. */
export function tooLong(value: unknown): string | undefined {
  return typeof value === "string" && value.length > MAX_TEXT
    ? `longer than any value that AWS accepts (${counted(value.length)} characters, at most ${counted(MAX_TEXT)})`
    : undefined;
}

/** The part of a text that a report shows. */
export function shortened(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

function counted(count: number): string {
  return count.toLocaleString("en-US");
}
