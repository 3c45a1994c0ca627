import type { Review } from "../../path/review/review-report";
import { asCode } from "../printing/escape";
import { firstOf } from "../printing/lists";
import { cut } from "../printing/room";
import { causeLine, MAX_NAME, sentence } from "./cause-line";
import { isNews } from "./named-review";
import { alike, markOf, shownCounts, shownEffect, shownHop } from "./review-wording";

/** Lines of the head, blank lines included: what a reviewer reads of every plan. */
export const MAX_HEAD = 15;
const MAX_CAUSES = 5;
const MAX_WATCH = 3;

/** At most fifteen lines; causes never displace security changes and what to watch. */
export function headOf(name: string, review: Review, level: number): string[] {
  const {
    report: { effect, summary, hops, counts, security },
    roots,
    watch,
    outputs,
  } = review;
  // The summary says the effect itself.
  const title = `${"#".repeat(level)} ${markOf(effect)} ${sentence(summary)}`;
  const shownName = asCode(cut(name, MAX_NAME));
  const watched = firstLines(
    watch.map((it) => `- Watch: ${sentence(it)}`),
    MAX_WATCH,
    (left) => `- and ${left} more to watch${isNews(review) ? ", below" : ""}`,
  );
  if (!isNews(review)) return [`${title} (${shownName})`, ...(watched.length > 0 ? ["", ...watched] : [])];
  const start = [
    title,
    "",
    `${shownName}: ${shownCounts(counts)}` +
      `${outputs.length > 0 ? `, ${outputs.length} ${outputs.length === 1 ? "output" : "outputs"}` : ""}`,
    ...(hops.length > 0 ? ["", `Path: ${hops.map(shownHop).join(" · ")}`] : []),
  ];
  const secured = [
    ...(security.opened.length > 0 ? [`- **Opened:** ${firstOf(security.opened.map(sentence))}`] : []),
    ...(security.closed.length > 0 ? [`- Closed: ${firstOf(security.closed.map(sentence))}`] : []),
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

/** At most this many lines; the last one counts the omitted ones. */
function firstLines(lines: readonly string[], most: number, more: (left: number) => string): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most - 1), more(lines.length - most + 1)];
}
