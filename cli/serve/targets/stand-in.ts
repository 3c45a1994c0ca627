import { createServer } from "node:http";
import { printable } from "../../../machine/text/printable";
import { startOwnServer } from "./own-server";
import type { RunningProgram } from "./program";

/** The header of a stand-in's responses, which contains the reason. */
export const STAND_IN_HEADER = "x-alb-web-stand-in";

/** A server that responds 200 to every request, in place of a program that serve does not run. */
export function startStandIn(id: string, port: number, reason: string): Promise<RunningProgram> {
  const body = `${id}: alb-web responds in place of its program (${reason})\n`;
  // A header has visible ASCII characters only.
  const header = printable(reason)
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 500);
  return startOwnServer(port, () =>
    createServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/plain; charset=utf-8", [STAND_IN_HEADER]: header });
      response.end(request.method === "HEAD" ? undefined : body);
    }),
  );
}
