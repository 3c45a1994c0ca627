import { UnreadableFile } from "./unreadable-file";

/* How much of one text is read, so that neither time nor a report grows with what somebody wrote into a name. */

/** Longer than any address that a person writes: modules 1,000 deep still fit. */
const MAX_ADDRESS = 10_000;
/**
 * AWS takes no longer value where a path is read; user data is at most 22,000 characters in base64, a bucket's policy
 * 20,000.
 */
const MAX_TEXT = 65_536;
/** Of a text that is only shown. */
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
    ? `longer than any value that AWS takes (${counted(value.length)} characters, at most ${counted(MAX_TEXT)})`
    : undefined;
}

/** As much of a text as a report shows of it. */
export function shortened(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

function counted(count: number): string {
  return count.toLocaleString("en-US");
}
