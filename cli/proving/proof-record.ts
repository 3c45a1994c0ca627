import { join } from "node:path";
import { runProgram } from "../../machine/setup/program";
import type { Verdict } from "../../path/report";
import type { StepResult } from "../../rehearsal/walkthrough";
import { PROJECT } from "../project/project";
import type { TypeTimes } from "./times";
import type { FirstGood } from "./traffic";

/** The result for one site, for publication. It contains neither the account nor the domain, and no resource ids. */
export interface ProofRecord {
  readonly format_version: "1.0";
  /** In UTC, to the minute. */
  readonly date: string;
  readonly region: string;
  /** Whether it was recorded on AWS itself, not on an emulator. */
  readonly on_aws: boolean;
  readonly versions: {
    /** With the product's name: `terraform 1.11.4`. */
    readonly terraform: string;
    readonly provider: string;
    /** The commit; null outside a git checkout. */
    readonly alb_web: string | null;
    /** Whether the code that builds and checks differs from the commit. */
    readonly modified: boolean;
  };
  /** The worst of the steps. */
  readonly verdict: Verdict;
  readonly times: ProofTimes;
  readonly steps: readonly Pick<StepResult, "id" | "verdict" | "observed">[];
}

/** All in seconds; those of targets and requests since the end of the apply. What was not reached is absent. */
export interface ProofTimes {
  plan?: number;
  apply?: number;
  targets_healthy?: number;
  http?: number;
  https?: number;
  destroy?: number;
  resources: readonly TypeTimes[];
}

/** What a record must not contain. */
export interface Own {
  readonly account: string;
  readonly domain: string;
  readonly zone: string;
}

/** The table in docs/guides/prove.md. */
export const TABLE_HEAD = [
  "| Date | Region | Versions | Commit | Steps | Apply | Targets healthy | HTTP | HTTPS | Destroy |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
];

/** The folder of published records, relative to docs/guides/prove.md. */
export const PROOFS = "proofs";

/** Patterns that identify an account or its resources, and their replacements in a record. */
const IDENTIFYING: readonly (readonly [RegExp, string])[] = [
  [/\barn:[^\s,;"'()]+/g, "ARN"],
  [/(?<![\w.-])[\w-]{1,80}(\.[a-z0-9-]{1,40})?\.elb\.amazonaws\.com\b/gi, "BALANCER$1.elb.amazonaws.com"],
  [/\b_[0-9a-z]{32}\b/g, "_VALIDATION"],
  [/\b([a-z]{1,12})-[0-9a-f]{8,17}\b/g, "$1-…"],
  [/\bZ[0-9A-Z]{8,31}\b/g, "ZONE"],
  [/\b\d{12}\b/g, "ACCOUNT"],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g, "ADDRESS"],
];

/** A text without what identifies the account. */
export function published(text: string, own?: Own): string {
  const known =
    own === undefined
      ? []
      : (
          [
            [own.account, "ACCOUNT"],
            [own.domain, "site.example"],
            [own.zone, "zone.example"],
          ] as const
        ).filter(([it]) => it !== "");
  const without = IDENTIFYING.slice(0, 1).reduce((all, [pattern, name]) => all.replace(pattern, name), text);
  const renamed = known.reduce((all, [word, name]) => all.replaceAll(word, name), without);
  return IDENTIFYING.reduce((all, [pattern, name]) => all.replace(pattern, name), renamed);
}

/** The steps as they are in a record. */
export function publishedSteps(steps: readonly StepResult[], own: Own): ProofRecord["steps"] {
  return steps.map(({ id, verdict, observed }) => ({ id, verdict, observed: published(observed, own) }));
}

/** A row of the table. */
export function rowOf(record: ProofRecord): string {
  const { date, region, versions, verdict, steps, times } = record;
  const ok = steps.filter((it) => it.verdict === "ok").length;
  const time = (seconds: number | undefined, sign = "") => (seconds === undefined ? "-" : `${sign}${seconds} s`);
  const commit =
    versions.alb_web === null ? "-" : `${versions.alb_web.slice(0, 7)}${versions.modified ? ", modified" : ""}`;
  const cells = [
    `[${date.slice(0, 10)}](${PROOFS}/${fileNameOf(record)})`,
    region,
    `${versions.terraform}, aws ${versions.provider}`,
    commit,
    `${verdict}: ${ok} of ${steps.length} ok`,
    time(times.apply),
    time(times.targets_healthy, "+"),
    time(times.http, "+"),
    time(times.https, "+"),
    time(times.destroy),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** `prove-2026-11-30T0426Z.json`; unique for the runs of one person. */
export function fileNameOf({ date }: Pick<ProofRecord, "date">): string {
  return `prove-${date.replace(/:/g, "")}.json`;
}

/** To the minute, in UTC. */
export function minuteOf(date: Date): string {
  return `${date.toISOString().slice(0, 16)}Z`;
}

/** A step that waits for something. @param answer the result; nothing if it was not reached */
export function waitStep(id: string, title: string, answer: FirstGood | undefined, why = "not reached"): StepResult {
  if (answer === undefined) return { id, title, verdict: "unknown", observed: why };
  const { isGood, observed, seconds } = answer;
  return {
    id,
    title,
    verdict: isGood ? "ok" : "broken",
    observed: `${observed}, ${isGood ? "" : "still "}${seconds} s after the apply`,
  };
}

/** The commit of alb-web. */
export async function commitOf(): Promise<Pick<ProofRecord["versions"], "alb_web" | "modified">> {
  const git = (...args: string[]) => runProgram("git", ["-C", PROJECT, ...args], process.env, 10_000);
  const { outcome, stdout } = await git("rev-parse", "HEAD");
  // A copy without a repository of its own may be inside another one.
  if (outcome !== "ok" || (await git("rev-parse", "--show-cdup")).stdout.trim() !== "")
    return { alb_web: null, modified: false };
  const status = await git(
    "status",
    "--porcelain",
    "--",
    ...["constructs", "topology", "path", "rehearsal", "cli", "package-lock.json", ".terraform.lock.hcl"].map((it) =>
      join(PROJECT, it),
    ),
  );
  return { alb_web: stdout.trim(), modified: status.outcome !== "ok" || status.stdout.trim() !== "" };
}
