/** Something that the project needs on this machine cannot be had; the message is one sentence for the user. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}
