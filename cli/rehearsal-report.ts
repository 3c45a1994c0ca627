import Table from "cli-table3";
import type { Verdict } from "../rehearsal/walkthrough";
import type { RehearsalResult } from "./rehearsal-run";

const MARK: Record<Verdict, string> = { ok: "✔ ok", broken: "✖ broken", unknown: "? unknown" };
const WIDTHS = { step: 7, title: 33, verdict: 11 };
const DEFAULT_COLUMNS = 120;
const MIN_OBSERVED = 30;

/** One table for each stack, one row for each step of the walkthrough. */
export function resultsAsTable(results: readonly RehearsalResult[], columns = process.stdout.columns || DEFAULT_COLUMNS): string {
  return results.map((result) => `${result.stack}: ${result.verdict} (${result.seconds} s)\n${tableOf(result, columns)}`).join("\n\n");
}

function tableOf({ steps }: RehearsalResult, columns: number): string {
  const observedWidth = Math.max(MIN_OBSERVED, columns - WIDTHS.step - WIDTHS.title - WIDTHS.verdict - 5);
  const table = new Table({
    head: ["Step", "What", "Verdict", "Observed"],
    colWidths: [WIDTHS.step, WIDTHS.title, WIDTHS.verdict, observedWidth],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  table.push(...steps.map(({ id, title, verdict, observed }) => [id, title, MARK[verdict], observed]));
  return table.toString();
}

/**
 * Shell lines for a local AWS that was kept.
 * @param waiting stacks that name no state bucket yet, which cdktf cannot deploy there either
 */
export function keptShellLines(environment: Readonly<Record<string, string>>, pid: number, waiting: readonly string[] = []): string {
  return [
    "",
    "# The local AWS keeps running. In this shell, aws, terraform and cdktf talk to it after these lines:",
    ...Object.entries(environment).map(([name, value]) => `export ${name}='${value.replace(/'/g, "'\\''")}'`),
    ...(waiting.length === 0 ? [] : [`# To deploy ${waiting.join(", ")} there, write a bucket name into main.ts and run npm run bootstrap first.`]),
    "# Unlike AWS, it lets a load balancer with deletion protection be destroyed.",
    "# Stop it (it stops by itself after 8 hours without a request):",
    `#   kill ${pid}`,
    "",
  ].join("\n");
}
