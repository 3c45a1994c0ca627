/* Errors that are thrown at synth, before any file is written: all errors of all stacks in one message. */

/** Wrong props. */
export class InvalidPropsError extends Error {
  override readonly name = "InvalidPropsError";

  /** One message for each error. */
  declare readonly messages: readonly string[];

  constructor(errors: readonly string[]) {
    super(messageOf("in main.ts", errors));
    attachMessages(this, errors);
  }
}

/** A broken path, or entries of `accept` that match no finding. */
export class BrokenPathError extends Error {
  override readonly name = "BrokenPathError";

  /** One message for each error. */
  declare readonly messages: readonly string[];

  /** @param outcome what happened to the files */
  constructor(errors: readonly string[], outcome = "nothing was written") {
    super(
      `${messageOf("on the path of requests", errors, outcome)}\n  To accept a finding, add accept: [{ ` +
        `finding: "P…", reason: "…" }] to the stack.`,
    );
    attachMessages(this, errors);
  }
}

function messageOf(where: string, errors: readonly string[], outcome = "nothing was written"): string {
  return (
    `${errors.length} ${errors.length === 1 ? "error" : "errors"} ${where}; ` +
    `${outcome}\n${errors.map((it) => `  ${it}`).join("\n")}`
  );
}

function attachMessages(error: Error, errors: readonly string[]): void {
  // Not enumerable, and not called `errors`: otherwise Node prints them again below the message.
  Object.defineProperty(error, "messages", { value: errors });
  // Only frames of the user's own files are useful, not those of libraries.
  const frames = (error.stack ?? "")
    .split("\n")
    .filter(
      (line) => /^ {4}at /.test(line) && !/node:|node_modules|<anonymous>\)$|[\\/](constructs|cli)[\\/]/.test(line),
    );
  error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
}
