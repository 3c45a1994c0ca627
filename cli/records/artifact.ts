import { strFromU8, type Unzipped } from "fflate";
import type { WorkFailed } from "../../machine/errors";
import { UnpacksToMore, unzipWithin } from "../../machine/files/unzip";
import { printable } from "../../machine/text/printable";
import { isRefusal, refusal } from "./kept-records";
import { MAX_RECORD_BYTES, type PlannedRecord, parsePlanned } from "./plan-record";

/** The name that pull-request.yml uploads records under. */
export const ARTIFACT = "records";
/** Larger than what a program of a hundred stacks leaves. */
export const MAX_ARTIFACT_BYTES = 64 * 1024 * 1024;
/** As WebStack allows a stack's id, which becomes part of an object's key. */
const FILE = /^(?!\.+json$)(?!\.)([\w.-]{1,128})\.json$/;
/** More stacks than any program here has. */
const MAX_FILES = 400;
const MAX_UNPACKED = 256 * 1024 * 1024;

/**
 * Reads what a pull request's workflow uploaded. Its author decided what is in there, so it is data of a fixed form, of
 * which nothing is run or applied.
 * @param artifact the ZIP file that GitHub makes of it
 * @throws {WorkFailed} if anything else is in there
 */
export function recordsIn(artifact: Buffer): PlannedRecord[] {
  const entries = Object.entries(unpacked(artifact));
  if (entries.length === 0) throw refused("no record", "one for each stack");
  return entries
    .map(([name, bytes]) => recordIn(name, strFromU8(bytes)))
    .sort((one, other) => (one.stack < other.stack ? -1 : 1));
}

function unpacked(artifact: Buffer): Unzipped {
  let files = 0;
  try {
    return unzipWithin(artifact, MAX_UNPACKED, ({ name, originalSize }) => {
      if (!FILE.test(name)) throw refused(`a file called ${JSON.stringify(name)}`, "<stack>.json only");
      if (originalSize > MAX_RECORD_BYTES)
        throw refused(`${name} of ${originalSize} bytes`, `at most ${MAX_RECORD_BYTES}`);
      if ((files += 1) > MAX_FILES) throw refused(`more than ${MAX_FILES} files`, `at most ${MAX_FILES}`);
    });
  } catch (error) {
    if (error instanceof UnpacksToMore) throw refused(`more than ${MAX_UNPACKED} bytes`, `at most ${MAX_UNPACKED}`);
    throw isRefusal(error)
      ? error
      : refused(`what is no ZIP file (${(error as Error).message})`, "what actions/upload-artifact makes");
  }
}

function recordIn(file: string, text: string): PlannedRecord {
  const [, stack = ""] = FILE.exec(file) ?? [];
  try {
    const record = parsePlanned(text);
    if (record.stack !== stack) throw new SyntaxError("it is of another stack");
    return record;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw refused(`${file}, which is no record (${error.message})`, "what npx alb-web record writes");
    throw error;
  }
}

function refused(got: string, allowed: string): WorkFailed {
  return refusal(
    `The records of the pull request hold ${printable(got)}; allowed is ${allowed}, so none of them was kept.`,
  );
}
