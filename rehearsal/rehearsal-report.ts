import Table from "cli-table3";
import { command, deployOf as deployCommand, word } from "../machine/text/pasteable";
import { printable } from "../machine/text/printable";
import type { Verdict } from "../path/report";
import { expectationOf } from "./expectation";
import type { RehearsalResult } from "./rehearsal-run";
import type { SynthesizedStack } from "./stack-files";
import { isPlaceholder } from "./stack-files";

const MARK: Record<Verdict, string> = { ok: "✔ ok", broken: "✖ broken", unknown: "? unknown" };
const WIDTHS = { step: 7, title: 33, verdict: 11 };
const DEFAULT_COLUMNS = 120;
const MIN_OBSERVED = 30;

/** One table per stack, with one row per step of the walkthrough. */
export function resultsAsTable(
  results: readonly RehearsalResult[],
  columns = process.stdout.columns || DEFAULT_COLUMNS,
): string {
  return results
    .map((result) => `${result.stack}: ${result.verdict} (${result.seconds} s)\n${tableOf(result, columns)}`)
    .join("\n\n");
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

/** Domains that IANA reserves for examples. */
const EXAMPLE = /(^|\.)example\.(com|net|org)$/;

type Rehearsed = Pick<SynthesizedStack, "id" | "json">;

/**
 * The next steps, one line each.
 * @param isKept whether the local AWS keeps running, so that cdktf can be directed to it instead of to AWS
 */
export function nextSteps(
  results: readonly RehearsalResult[],
  stacks: readonly Rehearsed[],
  isKept: boolean,
): string[] {
  const broken = results.filter(({ verdict }) => verdict === "broken");
  if (broken.length > 0) return broken.map(afterBroken);
  if (isKept) return [];
  const ready = stacks.filter(({ json }) => expectationOf(json, {}).hasSite);
  const waiting = stacks.filter((it) => !ready.includes(it) && expectationOf(it.json, {}).createdZone !== undefined);
  return [
    ...(waiting.length === 0
      ? []
      : [
          `Next, to create the zone: ${deployOf(waiting)}. Then set its name servers at the registrar, set ` +
            "`hostedZone.delegated` to true and rehearse again. See docs/guides/domain-bought-elsewhere.md.",
        ]),
    ...(ready.length === 0 ? [] : [`Next, to deploy to AWS: ${deployOf(ready)}. See docs/guides/first-deploy.md.`]),
  ];
}

function deployOf(stacks: readonly Rehearsed[]): string {
  const isExample = stacks.some(({ json }) => {
    const { names, createdZone = "" } = expectationOf(json, {});
    return [...names, createdZone].some((name) => EXAMPLE.test(name));
  });
  const buckets = stacks.flatMap(({ json }) => json.terraform?.backend?.s3?.bucket ?? []);
  const unset = [
    ...(isExample ? ["`domainName`"] : []),
    ...(buckets.some(isPlaceholder) ? ["`backend.s3.bucket`"] : []),
  ];
  const steps = [
    ...(unset.length > 0 ? [`set ${unset.join(" and ")} in main.ts`] : []),
    ...(buckets.length > 0 ? ["run `npx alb-web bootstrap` once"] : []),
    `run \`${deployCommand(stacks.map(({ id }) => id))}\``,
  ];
  return steps.join(", ");
}

function afterBroken({ stack, steps }: RehearsalResult): string {
  const broken = steps.filter(({ verdict }) => verdict === "broken");
  const named = `step${broken.length === 1 ? "" : "s"} ${broken.map(({ id }) => id).join(", ")}`;
  const where = steps.some(({ observed }) => observed === "not reached")
    ? `the error above, which stopped ${stack} at ${named}`
    : `${named} of ${stack}`;
  return (
    `Next: check ${where}. Correct the cause and run \`${command`npm run rehearse -- ${word.stack(stack)}`}\` again; ` +
    "with `--keep`, the local AWS keeps running for inspection."
  );
}

/**
 * Unsets the shell's variables for AWS, terraform and proxies, except TF_CLI_CONFIG_FILE, without which terraform may
 * not find its providers.
 */
const FORGET =
  "unset $(env | grep -Eio '^(AWS_|TF_|(https?|all|no)_proxy)[A-Z0-9_]*=' | grep -v '^TF_CLI_CONFIG_FILE=' | tr -d =)";

/**
 * Shell lines for a local AWS that keeps running.
 * @param waiting stacks without a state bucket, which cdktf cannot deploy there either
 */
export function keptShellLines(
  environment: Readonly<Record<string, string>>,
  pid: number,
  waiting: readonly string[] = [],
): string {
  return [
    "",
    "# The local AWS keeps running. After these lines, aws, terraform and cdktf in this shell use only it:",
    FORGET,
    ...Object.entries(environment).map(([name, value]) => `export ${name}='${value.replace(/'/g, "'\\''")}'`),
    ...(waiting.length === 0
      ? []
      : [
          `# To deploy ${printable(waiting.join(", "))} there, first set a bucket name in main.ts and run npx ` +
            "alb-web bootstrap.",
        ]),
    "# Unlike AWS, it allows a load balancer with deletion protection to be destroyed.",
    "# To stop it (it also stops after 8 hours without a request):",
    `#   kill ${pid}`,
    "",
  ].join("\n");
}
