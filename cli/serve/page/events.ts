import type { ServerResponse } from "node:http";
import { printable } from "../../../machine/text/printable";
import type { Status, Watched } from "../status";

/** The status as an event stream for every open page: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface PageEvents {
  readonly add: (response: ServerResponse) => void;
  /** Says that `serve` has ended, and ends all streams. */
  readonly close: () => Promise<void>;
}

/** Many changes can occur within a millisecond; a page shows the last of them. */
const INTERVAL_MS = 100;
/** A page that does not read, such as in a suspended browser, must not keep `serve` from ending. */
const LONGEST_GOODBYE_MS = 1000;

export function pageEvents(watched: Watched): PageEvents {
  const pages = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | undefined;
  let isChanged = false;

  const send = () => {
    // A page that has not read the previous status gets the newest one once it has.
    const reading = [...pages].filter((page) => !page.writableNeedDrain);
    if (reading.length === 0) return;
    const event = eventOf(watched.status());
    for (const page of reading) page.write(event);
  };
  const changed = () => {
    if (timer !== undefined) {
      isChanged = true;
      return;
    }
    send();
    timer = setTimeout(() => {
      timer = undefined;
      if (isChanged) changed();
    }, INTERVAL_MS);
    isChanged = false;
  };
  const stopWatching = watched.onChange(changed);

  return {
    add: (response) => {
      pages.add(response);
      response.once("close", () => pages.delete(response));
      response.on("drain", changed);
      response.write(`retry: 1000\n\n${eventOf(watched.status())}`);
    },
    close: async () => {
      stopWatching();
      clearTimeout(timer);
      await Promise.all([...pages].map(sayGoodbye));
    },
  };
}

function sayGoodbye(page: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_GOODBYE_MS);
    page.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    page.end("event: end\ndata: end\n\n", () => page.socket?.end());
  });
}

function eventOf(status: Status): string {
  return `data: ${JSON.stringify(shown(status))}\n\n`;
}

/** The same with texts that have no effect on the direction or the layout of the page. */
function shown(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shown(part)]));
}
