import { readPlan } from "./from-plan";
import { readState } from "./from-state";
import { readSynthesized } from "./from-synth";
import { isObject } from "./json";
import type { Source } from "./source";
import { UnreadableFile } from "./unreadable-file";

const EXPECTED = "expected the output of `terraform show -json` for a plan or a state, or a cdk.tf.json";

/**
 * Reads a plan, a state or a synthesized file.
 * @throws {UnreadableFile} for any other document
 */
export function readDocument(document: unknown): Source {
  if (!isObject(document))
    throw new UnreadableFile(
      `${EXPECTED}; this is ` +
        `${document === null ? "null" : Array.isArray(document) ? "a list" : `a ${typeof document}`}.`,
    );
  if (
    "resource_changes" in document ||
    "planned_values" in document ||
    ("configuration" in document && "format_version" in document)
  ) {
    if (!isObject(document.configuration))
      throw new UnreadableFile(`${EXPECTED}; this plan has no configuration, so its references cannot be determined.`);
    return readPlan(document);
  }
  if (isObject(document.values) || ("format_version" in document && "terraform_version" in document))
    return readState(document);
  // An empty state contains only its version.
  if ("format_version" in document && Object.keys(document).length === 1) return readState(document);
  if ("lineage" in document || "serial" in document)
    throw new UnreadableFile(
      `${EXPECTED}; this is a raw state file: run \`terraform show -json > state.json\` in its directory.`,
    );
  if (
    isObject(document.resource) ||
    isObject(document.data) ||
    isObject(document.module) ||
    (isObject(document.terraform) && !("format_version" in document))
  )
    return readSynthesized(document);
  const keys = Object.keys(document);
  throw new UnreadableFile(
    `${EXPECTED}; this is JSON with ${
      keys.length === 0
        ? "no keys"
        : `the keys ${keys
            .slice(0, 5)
            .map((key) => JSON.stringify(key.slice(0, 40)))
            .join(", ")}`
    }.`,
  );
}
