import type { TerraformEvent } from "./terraform";

const REPORT_EVERY_MS = 5_000;

/**
 * For `apply` and `destroy -json`: how many of the plan's resources are done, and what is waited for; not each of them,
 * as logs keep every line.
 */
export function progressTo(report: (text: string) => void): (event: TerraformEvent) => void {
  let planned = 0;
  let done = 0;
  let reported = 0;
  return ({ type, hook }) => {
    if (type === "planned_change") planned += 1;
    // Data sources are read meanwhile; nobody waits for them.
    if (!type?.startsWith("apply_") || hook?.action === "read") return;
    if (type === "apply_complete") done += 1;
    if (Date.now() - reported < REPORT_EVERY_MS) return;
    reported = Date.now();
    const waiting =
      type === "apply_progress" ? `, waiting for ${hook?.resource?.addr} (${hook?.elapsed_seconds} s)` : "";
    report(`${done} of ${planned}${waiting}`);
  };
}
