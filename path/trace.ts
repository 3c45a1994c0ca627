import type { TraceReport } from "./report";

export interface TraceOptions {
  /** Only the path of this URL. */
  readonly url?: URL;
}

/**
 * Traces the path of a request through a parsed file: a plan or a state as `terraform show -json` writes it, or a `cdk.tf.json`.
 * @throws {UnreadableFile} if it is none of them
 */
export function trace(_document: unknown, _options: TraceOptions = {}): TraceReport {
  throw new Error("not yet");
}
