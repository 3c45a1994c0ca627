import { printableLines } from "../../machine/text/printable";
import type { Review } from "../../path/review/review-report";
import { asCode } from "../printing/escape";
import { reviewsAsMarkdown } from "../reviewing/markdown";
import { asTagText } from "../reviewing/review-wording";
import { hasChanges, type PlanSummary, shownSummary } from "./plan-summary";

/** Identifies the comment to update. */
export const MARKER = "<!-- alb-web plan -->";
/** GitHub rejects longer comments. */
export const COMMENT_LIMIT = 65_536;

/** One stack's plan. */
export interface PlannedStack {
  readonly id: string;
  readonly summary: PlanSummary;
  /** The plan as terraform prints it. */
  readonly text: string;
  /** Whether merging applies it: only if the state is in S3. */
  readonly isDeployed: boolean;
  /** Its effect on the path of a request; absent after an internal error. */
  readonly review?: Review;
}

export interface CommentOptions {
  /** The commit that was planned. */
  readonly commit: string;
  readonly stacks: readonly PlannedStack[];
  /** The URL of the full plans, for plans that are cut off. */
  readonly wholeAt: string;
  /**
   * The maximum length of the comment in characters.
   * @default 65536
   */
  readonly limit?: number;
}

/** The share of a comment for the reviews; the rest is for terraform's plans. */
const REVIEW_SHARE = 0.8;
/** A longer review is of no use. */
const MOST_OF_REVIEWS = 60_000;
/** With less room, reviews are omitted. */
const LEAST_OF_REVIEWS = 2_000;

/**
 * One line for each stack, the reviews of stacks with changes, and below, folded, their plans, cut at the end of a line
 * if there is no room.
 */
export function commentBody({ commit, stacks, wholeAt, limit = COMMENT_LIMIT }: CommentOptions): string {
  const changed = stacks.filter(({ summary }) => hasChanges(summary));
  const end = changed.some(({ isDeployed }) => isDeployed)
    ? ["", "After the merge, a new plan is made. It is applied only if it does exactly this."]
    : [];
  const start = [MARKER, `### Plan of ${commit}`, ""];
  const lines = [...start, ...headlines(stacks, limit - [...start, ...end].join("\n").length, wholeAt)];
  const left = limit - [...lines, ...end].join("\n").length;
  const reviewed = changed.flatMap(({ id, review }) => (review === undefined ? [] : [{ name: id, review }]));
  const reviews =
    reviewed.length === 0 || left < LEAST_OF_REVIEWS
      ? ""
      : reviewsAsMarkdown(reviewed, { limit: Math.min(MOST_OF_REVIEWS, Math.floor(left * REVIEW_SHARE)) });
  const head = [...lines, ...(reviews === "" || reviews.length > left ? [] : ["", reviews]), ...end];
  let room = limit - head.join("\n").length;
  // Short plans first: the long plans share the remaining room.
  const texts = new Map<string, string>();
  [...changed]
    .sort((one, other) => one.text.length - other.text.length)
    .forEach((stack, index) => {
      const text = folded(stack, Math.floor(room / (changed.length - index)), wholeAt);
      if (text === "") return;
      room -= text.length + 1;
      texts.set(stack.id, text);
    });
  return [...head, ...changed.flatMap(({ id }) => texts.get(id) ?? [])].join("\n");
}

/** If there is no room for all, stacks with changes come first. */
function headlines(stacks: readonly PlannedStack[], room: number, wholeAt: string): string[] {
  const lines = stacks.map(headline);
  if (lines.join("\n").length < room) return lines;
  const note = (left: number) =>
    `- and ${left} more stacks that do not fit in a GitHub comment; all stacks are in the [summary of the ` +
    `run](${wholeAt}).`;
  let left = room - note(stacks.length).length - 1;
  const shown = [...stacks]
    .sort((one, other) => Number(hasChanges(other.summary)) - Number(hasChanges(one.summary)))
    .map(headline);
  const fitting = shown.findIndex((line) => (left -= line.length + 1) < 0);
  return [...shown.slice(0, fitting), note(stacks.length - fitting)];
}

function headline({ id, summary, isDeployed }: PlannedStack): string {
  const isLoss = summary.replace > 0 || summary.destroy > 0;
  const note = isDeployed ? "" : " (merging does not deploy it, because its state is not in S3)";
  return `- ${asCode(id)}: ${isLoss ? "**" : ""}${shownSummary(summary)}${isLoss ? "**" : ""}${note}`;
}

/** The text cannot close the block: the fence is longer than any run of backticks in it. */
function folded({ id, text: plan }: PlannedStack, room: number, wholeAt: string): string {
  const text = printableLines(plan);
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const block = (shown: string, note: string) =>
    [
      "",
      `<details><summary>Plan of <code>${asTagText(id)}</code></summary>`,
      "",
      `${fence}text`,
      shown,
      fence,
      note,
      "</details>",
      "",
    ].join("\n");
  const whole = block(text, "");
  if (whole.length < room) return whole;
  const note = `\nCut off at GitHub's limit for comments; the full plan is in the [summary of the run](${wholeAt}).\n`;
  const left = text.slice(0, Math.max(0, room - block("", note).length - 1));
  if (left === "") return "";
  return block(left.slice(0, Math.max(0, left.lastIndexOf("\n"))), note);
}
