import type { TerraformEvent } from "./terraform";

const REPORT_EVERY_MS = 5_000;

/**
 * Reports the progress of `apply` and `destroy -json`: how many of the plan's resources are done, and which one
 * terraform waits for. It does not report each resource, because logs keep every line.
 */
export function progressTo(report: (text: string) => void): (event: TerraformEvent) => void {
  let planned = 0;
  let done = 0;
  let reported = 0;
  return ({ type, hook }) => {
    if (type === "planned_change") planned += 1;
    // Reads of data sources in between do not count.
    if (!type?.startsWith("apply_") || hook?.action === "read") return;
    if (type === "apply_complete") done += 1;
    if (Date.now() - reported < REPORT_EVERY_MS) return;
    reported = Date.now();
    const waiting =
      type === "apply_progress" ? `, waiting for ${hook?.resource?.addr} (${hook?.elapsed_seconds} s)` : "";
    report(`${done} of ${planned}${waiting}`);
  };
}
