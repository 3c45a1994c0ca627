/** A file of an unexpected kind; its message is one sentence for the user. */
export class UnreadableFile extends Error {}
