import type { Review } from "../../path/review/review-report";
import { asCode } from "../printing/escape";
import { firstOf } from "../printing/lists";
import { cut } from "../printing/room";
import { causeLine, MAX_NAME, sentence } from "./cause-line";
import { isNews } from "./named-review";
import { alike, markOf, shownAs, shownCounts, shownEffect, shownPath } from "./review-wording";

/** Lines of the head, blank lines included: what a reviewer reads of every plan. */
export const MAX_HEAD = 15;
const MAX_CAUSES = 5;
const MAX_WATCH = 3;

/** At most fifteen lines; causes never displace security changes and what to watch. */
export function headOf(name: string, review: Review, level: number): string[] {
  const {
    report: { summary, hops, counts, security },
    roots,
    changes,
    outputs,
  } = review;
  // The summary says the effect itself.
  const title = `${"#".repeat(level)} ${markOf(shownAs(review))} ${sentence(summary)}`;
  const shownName = asCode(cut(name, MAX_NAME));
  const watched = firstLines(
    toWatch(review).map((it) => `- Watch: ${sentence(it)}`),
    MAX_WATCH,
    (left) => `- and ${left} more to watch${isNews(review) ? ", below" : ""}`,
  );
  if (!isNews(review)) return [`${title} (${shownName})`, ...(watched.length > 0 ? ["", ...watched] : [])];
  // If only outputs change, nothing was verified.
  const hasPath = hops.length > 0 && (changes.length > 0 || review.report.effect !== "none");
  const start = [
    title,
    "",
    `${shownName}: ${shownCounts(counts)}` +
      `${outputs.length > 0 ? `, ${outputs.length} ${outputs.length === 1 ? "output" : "outputs"}` : ""}`,
    ...(hasPath ? ["", shownPath(hops)] : []),
  ];
  const secured = [
    ...(security.opened.length > 0 ? [`- **Opened:** ${firstOf(security.opened.map((it) => sentence(it)))}`] : []),
    ...(security.closed.length > 0 ? [`- Closed: ${firstOf(security.closed.map((it) => sentence(it)))}`] : []),
  ];
  const worse = alike(roots).map((it) => `- ${shownEffect(it.cause.effect)}: ${causeLine(it, "**Fix:**")}`);
  const room = MAX_HEAD - start.length - 1 - secured.length - watched.length;
  const list = [
    ...firstLines(worse, Math.min(MAX_CAUSES, room), (left) => `- and ${left} more causes, below`),
    ...secured,
    ...watched,
  ];
  return [...start, ...(list.length > 0 ? ["", ...list] : [])];
}

/** Without what the headline says. */
export function toWatch({ watch, report: { summary } }: Review): readonly string[] {
  return watch.filter((it) => {
    const [lost, loss = ""] = it.split(/; (?=(?:its|their) data is lost\.$)/);
    return loss === "" || !summary.endsWith(`; data is lost: ${lost}.`);
  });
}

/** At most this many lines; the last one counts the omitted ones. */
function firstLines(lines: readonly string[], most: number, more: (left: number) => string): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most - 1), more(lines.length - most + 1)];
}
