/* Errors that end a command with one sentence for the person; of every other one the stack is shown. */

/** What was given cannot be used, such as an option's value or a file. */
export class UsageError extends Error {}

/** Something outside failed, such as terraform or the network. */
export class WorkFailed extends Error {}

/** Something that the project needs on this machine cannot be had. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}
