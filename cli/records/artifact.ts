import { strFromU8, type Unzipped } from "fflate";
import type { WorkFailed } from "../../machine/errors";
import { UnpacksToMore, unzipWithin } from "../../machine/files/unzip";
import { printable } from "../../machine/text/printable";
import { isRefusal, refusal } from "./kept-records";
import { MAX_RECORD_BYTES, type PlannedRecord, parsePlanned } from "./plan-record";

/** The name of the artifact that pull-request.yml uploads. */
export const ARTIFACT = "records";
/** Larger than the records of a hundred stacks. */
export const MAX_ARTIFACT_BYTES = 64 * 1024 * 1024;
/** The ids that WebStack allows for a stack; an id becomes part of an object key. */
const FILE = /^(?!\.+json$)(?!\.)([\w.-]{1,128})\.json$/;
/** More stacks than any program has. */
const MAX_FILES = 400;
const MAX_UNPACKED = 256 * 1024 * 1024;

/**
 * Reads the upload of a pull request's workflow. It is untrusted, so it must have a fixed form, and nothing in it is
 * run or applied.
 * @param artifact the ZIP file that GitHub creates
 * @throws {WorkFailed} if it contains anything else
 */
export function recordsIn(artifact: Buffer): PlannedRecord[] {
  const entries = Object.entries(unpacked(artifact));
  if (entries.length === 0) throw refused("no record", "one record per stack");
  return entries
    .map(([name, bytes]) => recordIn(name, strFromU8(bytes)))
    .sort((one, other) => (one.stack < other.stack ? -1 : 1));
}

function unpacked(artifact: Buffer): Unzipped {
  let files = 0;
  try {
    return unzipWithin(artifact, MAX_UNPACKED, ({ name, originalSize }) => {
      if (!FILE.test(name)) throw refused(`the file ${JSON.stringify(name)}`, "files named <stack>.json only");
      if (originalSize > MAX_RECORD_BYTES)
        throw refused(`${name} with ${originalSize} bytes`, `files of at most ${MAX_RECORD_BYTES} bytes`);
      if ((files += 1) > MAX_FILES) throw refused(`more than ${MAX_FILES} files`, `at most ${MAX_FILES} files`);
    });
  } catch (error) {
    if (error instanceof UnpacksToMore)
      throw refused(`more than ${MAX_UNPACKED} bytes`, `at most ${MAX_UNPACKED} bytes when unpacked`);
    throw isRefusal(error)
      ? error
      : refused(`invalid ZIP data: ${(error as Error).message}`, "a ZIP file of actions/upload-artifact");
  }
}

function recordIn(file: string, text: string): PlannedRecord {
  const [, stack = ""] = FILE.exec(file) ?? [];
  try {
    const record = parsePlanned(text);
    if (record.stack !== stack) throw new SyntaxError("the record is for another stack");
    return record;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw refused(`${file}, which is not a valid record: ${error.message}`, "records of npx alb-web record only");
    throw error;
  }
}

function refused(got: string, allowed: string): WorkFailed {
  return refusal(`The uploaded records must contain ${allowed} (got ${printable(got)}), so none was stored.`);
}
