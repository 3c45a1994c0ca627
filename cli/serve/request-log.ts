import { say } from "../command";
import type { LogEntry } from "./front";

/* A line for each request, on standard error. */

export interface RequestLog {
  readonly add: (entry: LogEntry) => void;
  /** Prints what is left. */
  close(): void;
}

/** Under load, a line for each request would take longer than the request. */
const MOST_PER_SECOND = 20;

export function requestLog(): RequestLog {
  let printed = 0;
  let left = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    if (left > 0) say(`… and ${left} more requests`);
    [printed, left, timer] = [0, 0, undefined];
  };
  return {
    add: (entry) => {
      timer ??= setTimeout(flush, 1_000).unref();
      if (printed++ < MOST_PER_SECOND) say(inWords(entry));
      else left++;
    },
    close: () => {
      clearTimeout(timer);
      flush();
    },
  };
}

function inWords({ method, url, status, result: other, ms, hop, text, isAssumed }: LogEntry): string {
  const result = status === undefined ? (other ?? "never answered") : `${status} in ${Math.round(ms)} ms`;
  return `${method === "" ? "connection" : method} ${url}: ${result} (${hop}: ${text}${isAssumed ? "; assumed" : ""})`;
}
