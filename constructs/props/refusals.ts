/* What is thrown at synth, before any file is written: every fault of every stack in one message. */

/** Values that cannot be. */
export class InvalidPropsError extends Error {
  override readonly name = "InvalidPropsError";

  /** One sentence for each fault. */
  declare readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(messageOf("in main.ts", faults));
    tellFaultsOnly(this, faults);
  }
}

/** Resources through which no request would arrive, and what is accepted without need. */
export class BrokenPathError extends Error {
  override readonly name = "BrokenPathError";

  /** One sentence for each fault. */
  declare readonly faults: readonly string[];

  /** @param outcome what came of the files */
  constructor(faults: readonly string[], outcome = "nothing was written") {
    super(
      `${messageOf("on the path of requests", faults, outcome)}\n  To accept a finding, add accept: [{ ` +
        `finding: "P…", reason: "…" }] to the stack.`,
    );
    tellFaultsOnly(this, faults);
  }
}

function messageOf(where: string, faults: readonly string[], outcome = "nothing was written"): string {
  return (
    `${faults.length} ${faults.length === 1 ? "fault" : "faults"} ${where}; ` +
    `${outcome}\n${faults.map((it) => `  ${it}`).join("\n")}`
  );
}

function tellFaultsOnly(error: Error, faults: readonly string[]): void {
  // Not enumerable, or Node would print them a second time below the message.
  Object.defineProperty(error, "faults", { value: faults });
  // What is wrong stands in the person's own file; the frames of libraries tell them nothing.
  const frames = (error.stack ?? "")
    .split("\n")
    .filter(
      (line) => /^ {4}at /.test(line) && !/node:|node_modules|<anonymous>\)$|[\\/](constructs|cli)[\\/]/.test(line),
    );
  error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
}
