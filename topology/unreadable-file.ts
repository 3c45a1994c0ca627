/** What a file should have been, and is not; its message is one sentence for the person. */
export class UnreadableFile extends Error {}
