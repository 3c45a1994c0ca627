/* Errors that end a command with one sentence. For every other error the stack trace is shown. */

/** Invalid input, such as an option's value or a file. */
export class UsageError extends Error {}

/** A failure outside of this program, such as of terraform or the network. */
export class WorkFailed extends Error {}

/** Something that the project needs on this machine is missing. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}
